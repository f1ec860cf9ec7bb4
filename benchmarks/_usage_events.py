"""
Calls of many teams as rows of `ai_events`, made inside ClickHouse: the same numbers make the same rows.

What makes sums expensive is like in life. Teams are of very different size (of 1,000 the first has a tenth of all
calls, the last one in 50,000), and so are a team's keys and end users: the first team has 42 keys and 5,000 users, the
hundredth two keys and 55. A user has a key of choice; a key belongs to one product and calls up to three of 20 models
of 7 providers. NULL where a provider or a kind of event reports nothing; some calls fail, have no price, raise flags,
or are the gateway's own cache hits. Events come in the order of time, as they do. What was said is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import log
from typing import Any

from posthog.clickhouse.client import sync_execute
from posthog.models.ai_events.sql import TABLE

ROWS_PER_INSERT = 500_000
TEAMS = 1_000
LARGEST_TEAM = 1
RULES_VERSION = "2"

MODELS: Mapping[str, tuple[str, float]] = {
    "gpt-5.6": ("openai", 1.25e-6),
    "gpt-5.6-mini": ("openai", 2.5e-7),
    "gpt-4o": ("openai", 2.5e-6),
    "gpt-4o-mini": ("openai", 1.5e-7),
    "o3": ("openai", 2e-6),
    "claude-opus-4-5": ("anthropic", 5e-6),
    "claude-sonnet-4-5": ("anthropic", 3e-6),
    "claude-haiku-4-5": ("anthropic", 1e-6),
    "claude-sonnet-4": ("anthropic", 3e-6),
    "gemini-3-pro": ("gemini", 2e-6),
    "gemini-2.5-pro": ("gemini", 1.25e-6),
    "gemini-2.5-flash": ("gemini", 3e-7),
    "gpt-4.1": ("azure", 2e-6),
    "gpt-4.1-mini": ("azure", 4e-7),
    "o4-mini": ("azure", 1.1e-6),
    "nova-pro": ("bedrock", 8e-7),
    "llama-4-maverick": ("bedrock", 2.4e-7),
    "deepseek-chat": ("deepseek", 2.8e-7),
    "deepseek-reasoner": ("deepseek", 2.8e-7),
    "qwen-3-in-house": ("hosted_vllm", 0.0),
}
"""Model → provider, and US dollars of an input token; the last has no known price."""
REASONING_MODELS = ("gpt-5.6", "gpt-5.6-mini", "o3", "o4-mini", "gemini-3-pro", "deepseek-reasoner")
ERROR_TYPES = ("RateLimitError", "ServiceUnavailableError", "Timeout", "BadRequestError")
ERROR_STATUSES = ("429", "503", "408", "400")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """
    Events to make, spread evenly from `start` (aware) over `seconds`.

    Attributes:
        teams: The first so many, each as large beside the others as always.
        seed: Other seeds make other events.
    """

    events: int
    start: datetime
    seconds: int
    teams: int = TEAMS
    seed: int = 0


def count_of_largest(events: int) -> int:
    """How many of the events of all teams are those of LARGEST_TEAM."""
    return round(events * log(2) / log(TEAMS + 1))


def insert_usage_events(stretch: Stretch) -> Iterator[int]:
    """Make them; yields after each INSERT how many it had."""
    for first in range(0, stretch.events, ROWS_PER_INSERT):
        count = min(ROWS_PER_INSERT, stretch.events - first)
        sync_execute(INSERT, _list_params(stretch) | {"first": first, "count": count})
        yield count


def _list_params(stretch: Stretch) -> dict[str, Any]:
    return {
        "events": stretch.events,
        "start_us": int(stretch.start.timestamp()) * 1_000_000,
        "span_us": stretch.seconds * 1_000_000,
        "teams": stretch.teams,
        "seed": stretch.seed,
        "models": list(MODELS),
        "providers": [provider for provider, _ in MODELS.values()],
        "rates": [rate for _, rate in MODELS.values()],
        "reasoning_models": list(REASONING_MODELS),
        "error_types": list(ERROR_TYPES),
        "error_statuses": list(ERROR_STATUSES),
    }


def _draw(place: int) -> str:
    """A number of [0, 1) that the event's number and this place decide."""
    return f"(modulo(cityHash64(%(seed)s, number, {place}), 1000003) / 1000003)"


WHO = f"""
    SELECT
        number,
        cityHash64(%(seed)s, number) AS hash,
        toInt64(floor(pow(%(teams)s + 1, {_draw(1)}))) AS team,
        toInt64(floor((5 + intDiv(5000, team)) * pow({_draw(3)}, 2))) AS user,
        if({_draw(2)} < 0.9, modulo(cityHash64(team, user), 1009) / 1009, {_draw(15)}) AS preference,
        toInt64(floor((2 + intDiv(40, team)) * pow(preference, 2))) AS key,
        modulo(cityHash64(team, key), 60) AS key_kind,
        1 + modulo(key_kind + toInt64(floor(3 * pow({_draw(4)}, 3))), {len(MODELS)}) AS choice,
        arrayElement(%(models)s, choice) AS model_name,
        arrayElement(%(providers)s, choice) AS provider_name,
        arrayElement(%(rates)s, choice) AS rate,
        {_draw(5)} AS kind,
        multiIf(
            kind < 0.88, '$ai_generation', kind < 0.94, '$ai_embedding', kind < 0.965, '$ai_span',
            kind < 0.985, '$ai_trace', kind < 0.99, '$ai_metric', kind < 0.995, '$ai_feedback', '$ai_evaluation'
        ) AS name,
        kind < 0.94 AS is_call,
        modulo(key, 10) = 9 AS is_sdk,
        is_call AND NOT is_sdk AND {_draw(6)} < 0.03 AS is_cache_hit,
        is_call AND {_draw(7)} < 0.02 AS is_failed,
        is_call AND NOT is_failed AS is_measured,
        1 + modulo(key_kind + toInt64({_draw(8)} < 0.3), {len(ERROR_TYPES)}) AS failure,
        lower(hex(cityHash64(%(seed)s, team, intDiv(number, 30 * team)))) AS trace,
        fromUnixTimestamp64Micro(
            toInt64(%(start_us)s) + toInt64(floor((number + {_draw(9)}) / %(events)s * %(span_us)s)), 'UTC'
        ) AS at
    FROM numbers(%(first)s, %(count)s)
"""

HOW_MUCH = f"""
    SELECT
        *,
        if(is_measured, toInt64(50 - 2500 * log(1 - {_draw(10)})), NULL) AS input,
        if(is_measured AND name = '$ai_generation', toInt64(5 - 300 * log(1 - {_draw(11)})), NULL) AS output,
        provider_name IN ('openai', 'azure', 'anthropic', 'gemini', 'deepseek') AS has_cache,
        if(has_cache, if({_draw(12)} < 0.4, intDiv(input * 3, 5), 0), NULL) AS cache_read,
        if(provider_name = 'anthropic', if({_draw(13)} < 0.2, intDiv(input, 5), 0), NULL) AS cache_written,
        multiIf(model_name IN %(reasoning_models)s, intDiv(output, 2), provider_name = 'openai', 0, NULL) AS reasoning,
        if(provider_name IN ('openai', 'gemini'), toInt64({_draw(14)} < 0.01), NULL) AS searches,
        is_measured AND rate = 0 AS is_unpriced,
        nullIf(if(is_cache_hit, 0, rate), if(rate = 0, 0, -1)) AS price
    FROM ({WHO})
"""

COLUMNS: Mapping[str, str] = {
    "uuid": "reinterpretAsUUID(concat(reinterpretAsFixedString(hash), reinterpretAsFixedString(number)))",
    "event": "name",
    "timestamp": "at",
    "team_id": "team",
    "distinct_id": "concat('user-', toString(user))",
    "properties": (
        'concat(\'{"$ai_call_kind":"\', kind_of_call, \'","$ai_gateway_call_type":"acompletion",\','
        "if(is_failed, concat('\"$ai_http_status\":\"', arrayElement(%(error_statuses)s, failure), '\",'), ''),"
        '\'"$ai_usage_source":"litellm","$ai_gateway_model_group":"\', model_name, \'"}\')'
    ),
    "retention_days": "3650",
    "trace_id": "if(modulo(hash, 20) = 0, '', trace)",
    "session_id": "if(modulo(hash, 20) = 0, NULL, concat('session-', substring(trace, 1, 12)))",
    "span_id": "lower(hex(hash))",
    "generation_id": "if(is_call, concat('chatcmpl-', lower(hex(hash))), NULL)",
    "model": "if(is_call, model_name, NULL)",
    "provider": "if(is_call, provider_name, NULL)",
    "framework": "if(is_sdk, 'langchain', 'litellm')",
    "total_tokens": "input + ifNull(output, 0)",
    "input_tokens": "input",
    "output_tokens": "output",
    "reasoning_tokens": "reasoning",
    "cache_read_input_tokens": "cache_read",
    "cache_creation_input_tokens": "cache_written",
    "cache_creation_5m_input_tokens": "cache_written - intDiv(cache_written, 4)",
    "cache_creation_1h_input_tokens": "intDiv(cache_written, 4)",
    "web_search_count": "if(is_measured, searches, NULL)",
    "unexplained_tokens": "if(is_measured, 0, NULL)",
    "input_cost_usd": "price * (input - 0.9 * ifNull(cache_read, 0) + 0.25 * ifNull(cache_written, 0))",
    "output_cost_usd": "price * 4 * ifNull(output, 0)",
    "total_cost_usd": "input_cost_usd + output_cost_usd",
    "web_search_cost_usd": "if(is_measured, searches * 0.01, NULL)",
    "cache_read_cost_usd": "price * 0.1 * cache_read",
    "cache_creation_cost_usd": "price * 1.25 * cache_written",
    "saved_cache_cost_usd": "if(is_cache_hit, nullIf(rate, 0) * input, price * 0.9 * cache_read)",
    "latency": "if(is_call, 0.2 + ifNull(output, 0) / 100, NULL)",
    "time_to_first_token": "if(is_call AND modulo(hash, 2) = 0, 0.2 + modulo(hash, 100) / 200, NULL)",
    "is_error": "is_failed",
    "error": "if(is_failed, concat('The provider answered ', arrayElement(%(error_statuses)s, failure)), NULL)",
    "error_type": "if(is_failed, arrayElement(%(error_types)s, failure), NULL)",
    "error_normalized": "error",
    "call_kind": "kind_of_call",
    "is_stream": "if(is_call, modulo(hash, 2) = 0, NULL)",
    "product": "if(key = 0, NULL, concat('product-', toString(modulo(key_kind, 12))))",
    "gateway": "if(is_sdk, NULL, if(modulo(key, 2) = 0, 'main', 'eu'))",
    "gateway_call_id": "if(is_sdk, NULL, lower(hex(cityHash64(hash))))",
    "api_key_alias": "if(is_sdk, NULL, concat('key-', toString(team), '-', toString(key)))",
    "end_user": "if(modulo(hash, 10) = 3, NULL, concat('person-', toString(team), '-', toString(user)))",
    "service_tier": "if(is_call AND provider_name IN ('openai', 'azure'), 'default', NULL)",
    "lib": "if(is_sdk, 'posthog-python', 'litellm')",
    "cost_source": "if(is_measured AND NOT is_unpriced, if(is_sdk, 'catalogue', 'gateway'), NULL)",
    "cost_model": "if(is_measured AND NOT is_unpriced, model_name, NULL)",
    "usage_raw": (
        "if(is_measured, concat('{\"prompt_tokens\":', toString(input), ',\"completion_tokens\":',"
        "toString(ifNull(output, 0)), ',\"total_tokens\":', toString(input + ifNull(output, 0)),"
        "',\"prompt_tokens_details\":{\"cached_tokens\":', toString(ifNull(cache_read, 0)), '}}'), NULL)"
    ),
    "usage_reading": "if(is_measured, 'input_inclusive+output_inclusive:total', NULL)",
    "usage_rules_version": f"if(is_call, '{RULES_VERSION}', NULL)",
    "integrity_flags": (
        "arrayFilter(flag -> flag != '', [if(is_unpriced, 'unpriced_model', ''),"
        "if(is_measured AND modulo(hash, 100) = 7, 'reasoning_estimated', ''),"
        "if(is_measured AND modulo(hash, 300) = 9, 'cost_mismatch', '')])"
    ),
    "ingested_at": "at + toIntervalSecond(2)",
}

INSERT = f"""
    INSERT INTO {TABLE} ({", ".join(COLUMNS)})
    SELECT {", ".join(f"{value} AS {name}" for name, value in COLUMNS.items())}
    FROM (SELECT *, if(is_cache_hit, 'gateway_cache_hit', 'inference') AS kind_of_call FROM ({HOW_MUCH}))
"""
