"""
Rows of `ai_events` made inside ClickHouse, at hundreds of thousands a second: the same numbers make the same rows.

A team has four keys, each of one product and two models, and fifty end users; one call in 50 fails, one in 40 has no
known price, one in 3 reads from the provider's cache.
"""

from collections.abc import Iterator
from datetime import datetime

from posthog.clickhouse.client import sync_execute
from posthog.models.ai_events.sql import TABLE

ROWS_PER_INSERT = 500_000
MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-5.6", "o3", "claude-opus-4-5", "claude-sonnet-4-5", "gemini-3-pro", "r1")
PROVIDERS = ("openai", "openai", "openai", "openai", "anthropic", "anthropic", "gemini", "deepseek")

COLUMNS: dict[str, str] = {
    "uuid": "reinterpretAsUUID(concat(reinterpretAsFixedString(hash), reinterpretAsFixedString(number)))",
    "event": "'$ai_generation'",
    "timestamp": "toDateTime64(%(start_s)s + (hash %% (%(span_s)s * 4)) / 4, 6, 'UTC')",
    "team_id": "team",
    "distinct_id": "concat('user-', toString(user))",
    "properties": "'{}'",
    "retention_days": "3650",
    "trace_id": "hex(intDiv(hash, 3))",
    "model": "arrayElement(%(models)s, choice)",
    "provider": "arrayElement(%(providers)s, choice)",
    "input_tokens": "input",
    "output_tokens": "output",
    "total_tokens": "input + output",
    "cache_read_input_tokens": "if(hash %% 3 = 0, intDiv(input, 2), NULL)",
    "cache_creation_input_tokens": "if(hash %% 9 = 0, intDiv(input, 4), NULL)",
    "reasoning_tokens": "if(choice IN (3, 4), intDiv(output, 2), NULL)",
    "unexplained_tokens": "0",
    "input_cost_usd": "if(is_unpriced, NULL, input * 2.5e-6)",
    "output_cost_usd": "if(is_unpriced, NULL, output * 1e-5)",
    "total_cost_usd": "if(is_unpriced, NULL, input * 2.5e-6 + output * 1e-5)",
    "latency": "0.2 + output / 100",
    "time_to_first_token": "if(hash %% 2 = 0, 0.2, NULL)",
    "is_error": "hash %% 50 = 0",
    "error_type": "if(hash %% 50 = 0, 'RateLimitError', NULL)",
    "call_kind": "'inference'",
    "product": "concat('product-', toString(key %% 3))",
    "gateway": "'main'",
    "api_key_alias": "concat('key-', toString(team), '-', toString(key))",
    "end_user": "concat('user-', toString(team), '-', toString(user))",
    "lib": "'litellm'",
    "cost_source": "if(is_unpriced, NULL, 'gateway')",
    "integrity_flags": "if(is_unpriced, ['unpriced_model'], [])",
    "ingested_at": "timestamp + 2",
}


def insert_generated_rows(rows: int, *, teams: int, start: datetime, days: float, seed: int = 0) -> Iterator[int]:
    """
    Spread so many rows evenly over the teams 1 to `teams` and over the days; yields after each INSERT how many it had.

    Args:
        seed: Other seeds make other rows.
    """
    for first in range(0, rows, ROWS_PER_INSERT):
        count = min(ROWS_PER_INSERT, rows - first)
        sync_execute(
            INSERT,
            {
                "first": seed * 10**12 + first,
                "count": count,
                "teams": teams,
                "start_s": int(start.timestamp()),
                "span_s": int(days * 86400),
                "models": list(MODELS),
                "providers": list(PROVIDERS),
            },
        )
        yield count


INSERT = f"""
    INSERT INTO {TABLE} ({", ".join(COLUMNS)})
    SELECT {", ".join(f"{value} AS {name}" for name, value in COLUMNS.items())}
    FROM (
        SELECT
            number,
            cityHash64(number) AS hash,
            toInt64(1 + intDiv(hash, 7) %% %(teams)s) AS team,
            intDiv(hash, 11) %% 4 AS key,
            intDiv(hash, 13) %% 50 AS user,
            1 + (team + key * 2 + intDiv(hash, 17) %% 2) %% {len(MODELS)} AS choice,
            toInt64(100 + intDiv(hash, 19) %% 4000) AS input,
            toInt64(10 + intDiv(hash, 23) %% 800) AS output,
            hash %% 40 = 1 AS is_unpriced
        FROM numbers(%(first)s, %(count)s)
    )
"""
