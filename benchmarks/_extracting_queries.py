"""
Upstream's way to a day's usage report: an `events` table with the properties as JSON text, and a query a figure.

The set is that of its public description (counts by kind of event, costs, tokens, breakdowns), the SQL is our own. The
table holds the same events as `ai_events`, ordered and compressed as upstream's. What was said is left out of the
properties, which spares these queries most of what they read in life. Each property is read with one typed
JSONExtract, which a quoted number would escape.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from posthog.clickhouse.client import sync_execute
from posthog.models.ai_events.sql import TABLE

EVENTS_TABLE = "bench_events"

COUNTED = ("generation", "embedding", "span", "trace", "metric", "feedback", "evaluation")
COSTS = ("total_cost_usd", "input_cost_usd", "output_cost_usd", "request_cost_usd", "web_search_cost_usd")
TOKENS = (
    "input_tokens", "output_tokens", "total_tokens", "reasoning_tokens", "cache_read_input_tokens",
    "cache_creation_input_tokens",
)  # fmt: skip
BREAKDOWNS = ("$ai_model", "$ai_provider", "$ai_framework", "$lib", "$ai_cost_model_source")
IS_CALL = "event IN ('$ai_generation', '$ai_embedding')"

CREATE = f"""
    CREATE TABLE {EVENTS_TABLE} (
        uuid UUID,
        event String,
        properties String CODEC(ZSTD(3)),
        timestamp DateTime64(6, 'UTC'),
        team_id Int64,
        distinct_id String,
        created_at DateTime64(6, 'UTC')
    )
    ENGINE = ReplacingMergeTree(created_at)
    PARTITION BY toYYYYMM(timestamp)
    ORDER BY (team_id, toDate(timestamp), event, cityHash64(distinct_id), cityHash64(uuid))
"""

PROPERTIES: Mapping[str, str] = {
    "$ai_model": "model", "$ai_provider": "provider", "$ai_framework": "framework", "$lib": "lib",
    "$ai_cost_model_source": "cost_source", "$ai_trace_id": "trace_id", "$ai_session_id": "session_id",
    "$ai_span_id": "span_id", "$ai_generation_id": "generation_id", "$ai_product": "product",
    "$ai_api_key_alias": "api_key_alias", "$ai_end_user": "end_user", "$ai_error": "error",
    **{f"$ai_{name}": name for name in (*TOKENS, *COSTS, "latency", "time_to_first_token", "is_error")},
}  # fmt: skip
"""Property → the column of `ai_events` that has it; what an event has none of is no member of its JSON."""

REQUEST = (
    '"$ai_base_url":"https://gateway.example.com/v1/chat/completions","$ai_request_tags":["production","eu"],'
    '"$ai_requester_metadata":{"headers":{"accept":"*/*","content-type":"application/json","user-agent":"app/2.4"}},'
    '"$ai_model_parameters":{"stream":true,"temperature":0.2,"max_tokens":4096},"$lib_version":"7.0.1",'
    '"$ip":"203.0.113.7","$geoip_disable":true'
)
"""What every event says beside."""


def copy_events(start: datetime, end: datetime) -> None:
    """Make the table and fill it with the events of the range, deduplicated as ours."""
    members = ", ".join(_member(name, column) for name, column in PROPERTIES.items())
    usage = "if(usage_raw IS NULL, '', concat('\"$ai_usage\":', usage_raw))"
    members = f"arrayStringConcat(arrayFilter(m -> m != '', [{members}, {usage}]), ',')"
    sync_execute(f"DROP TABLE IF EXISTS {EVENTS_TABLE} SYNC")
    sync_execute(CREATE)
    sync_execute(
        f"""
        INSERT INTO {EVENTS_TABLE}
        SELECT
            uuid, event,
            concat('{{', {members}, ',', %(request)s, '}}'),
            timestamp, team_id, distinct_id, ingested_at
        FROM {TABLE} FINAL
        WHERE timestamp >= %(start)s AND timestamp < %(end)s
        """,
        {"start": start, "end": end, "request": REQUEST},
    )


def _member(name: str, column: str) -> str:
    return f"if({column} IS NULL, '', concat('\"{name}\":', toJSONString({column})))"


def list_queries() -> Iterator[str]:
    """One SELECT a figure, of all teams, with the parameters `start` and `end`."""
    yield from (_query("count()", f"event = '$ai_{name}'") for name in COUNTED)
    yield from (_query(_sum(name), IS_CALL) for name in (*COSTS, *TOKENS))
    for breakdown in BREAKDOWNS:
        key = f"JSONExtractString(properties, '{breakdown}')"
        yield from (
            _query(figure, IS_CALL, key) for figure in ("count()", _sum("total_tokens"), _sum("total_cost_usd"))
        )


def _sum(name: str) -> str:
    extract = "JSONExtractFloat" if name.endswith("_usd") else "JSONExtractInt"
    return f"sum({extract}(properties, '$ai_{name}'))"


def _query(figure: str, condition: str, key: str = "") -> str:
    keys = ["team_id", f"{key} AS key"] if key else ["team_id"]
    return f"""
        SELECT {", ".join(keys)}, {figure} AS figure
        FROM {EVENTS_TABLE}
        WHERE {condition} AND timestamp >= %(start)s AND timestamp < %(end)s
        GROUP BY {", ".join(each.rpartition(" ")[2] for each in keys)}
    """
