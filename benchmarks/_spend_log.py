"""
A Postgres table like LiteLLM's spend log, and what a day of all teams costs out of it.

One row a call: a few counts and the amount as columns, everything else as JSONB, above all the usage object that has
the cached and the reasoning tokens. Teams, keys and end users are of the sizes that `_usage_events.py` has.

It is asked as somebody would who knows Postgres: a scan each for the totals and for all breakdowns together, the latter
with the figures of a share alone, in parallel where Postgres plans so, and with memory to group in. The metadata (1.3
kB) is neither compressed nor out of line, so that no extraction pays for unpacking it. Flags, uncached input, savings
and price sources are in no such log: our report has them beside.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection, transaction

TABLE = "bench_spend_logs"
ROWS_PER_INSERT = 100_000

CREATE = f"""
    CREATE TABLE {TABLE} (
        request_id text PRIMARY KEY, call_type text NOT NULL, api_key text NOT NULL, spend float8 NOT NULL,
        total_tokens int NOT NULL, prompt_tokens int NOT NULL, completion_tokens int NOT NULL,
        "startTime" timestamp(3) NOT NULL, "endTime" timestamp(3) NOT NULL, "completionStartTime" timestamp(3),
        model text NOT NULL, model_group text, custom_llm_provider text, api_base text, "user" text,
        metadata jsonb NOT NULL, cache_hit text, cache_key text, request_tags jsonb NOT NULL, team_id text,
        end_user text, requester_ip_address text, session_id text, status text
    )
"""
AFTERWARDS = (
    f'CREATE INDEX ON {TABLE} ("startTime")',
    f"CREATE INDEX ON {TABLE} (end_user)",
    f"CREATE INDEX ON {TABLE} (session_id)",
    f"ANALYZE {TABLE}",
)


def _draw(place: int) -> str:
    """A number of [0, 1) that the row's number and this place decide."""
    return f"((hashint8extended(n, {place}) & 1048575)::float8 / 1048576)"


USAGE_OBJECT = """
    jsonb_build_object(
        'prompt_tokens', input, 'completion_tokens', output, 'total_tokens', input + output,
        'completion_tokens_details', jsonb_build_object(
            'reasoning_tokens', output / 2, 'audio_tokens', NULL, 'text_tokens', output - output / 2,
            'accepted_prediction_tokens', NULL, 'rejected_prediction_tokens', NULL),
        'prompt_tokens_details', jsonb_build_object(
            'cached_tokens', input / 2, 'audio_tokens', NULL, 'text_tokens', NULL, 'image_tokens', NULL,
            'cache_creation_tokens', input / 5, 'cache_creation_token_details', jsonb_build_object(
                'ephemeral_5m_input_tokens', input / 10, 'ephemeral_1h_input_tokens', input / 10)),
        'server_tool_use', jsonb_build_object('web_search_requests', 0))
"""
METADATA = f"""
    jsonb_build_object(
        'status', 'success', 'litellm_call_id', md5('call' || n), 'user_api_key', md5('key' || key),
        'user_api_key_alias', 'key-' || key, 'user_api_key_team_id', 'team-' || team,
        'user_api_key_team_alias', 'Team ' || team, 'user_api_key_org_id', 'org-1',
        'user_api_key_user_id', 'user-' || team, 'requester_ip_address', '', 'applied_guardrails', NULL,
        'mcp_tool_call_metadata', NULL, 'batch_models', NULL, 'error_information', NULL,
        'usage_object', {USAGE_OBJECT},
        'cost_breakdown', jsonb_build_object(
            'input_cost', input / 4e5, 'output_cost', output / 1e5, 'cache_read_cost', input / 1e7,
            'cache_creation_cost', input / 1e6, 'tool_usage_cost', 0, 'total_cost', input / 4e5 + output / 1e5))
"""
INSERT = f"""
    INSERT INTO {TABLE}
    SELECT
        'chatcmpl-' || md5(n::text), 'acompletion', md5('key' || key), input / 4e5 + output / 1e5,
        input + output, input, output, at, at + interval '1 second', at + interval '300 ms',
        'model-' || choice, 'group-' || choice, 'provider-' || mod(choice, 6), 'https://api.example.com/v1', '',
        {METADATA},
        'False', 'Cache OFF', '["production", "eu"]', 'team-' || team, 'person-' || team || '-' || person, '',
        md5('session' || n / 3), 'success'
    FROM (
        SELECT
            n, team, trunc((2 + 40 / team) * power({_draw(2)}, 2))::int AS key,
            trunc((5 + 5000 / team) * power({_draw(3)}, 2))::int AS person, trunc(20 * {_draw(4)})::int AS choice,
            (50 - 2500 * ln(1 - {_draw(5)}))::int AS input, (5 - 300 * ln(1 - {_draw(6)}))::int AS output,
            %(start)s::timestamp + n * interval '1 day' / %(rows)s AS at
        FROM (
            SELECT n, trunc(power(%(teams)s + 1, {_draw(1)}))::int AS team
            FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
        ) AS drawn
    ) AS call
"""

COUNTS_IN_JSON = (
    "prompt_tokens_details,cached_tokens",
    "prompt_tokens_details,cache_creation_tokens",
    "prompt_tokens_details,cache_creation_token_details,ephemeral_5m_input_tokens",
    "prompt_tokens_details,cache_creation_token_details,ephemeral_1h_input_tokens",
    "completion_tokens_details,reasoning_tokens",
    "server_tool_use,web_search_requests",
)
COSTS_IN_JSON = ("input_cost", "output_cost", "cache_read_cost", "cache_creation_cost", "tool_usage_cost")
SUMS = ", ".join(
    [
        "count(*), count(*) FILTER (WHERE status = 'failure')",
        "sum(prompt_tokens), sum(completion_tokens), sum(total_tokens), sum(spend)",
        *(f"sum((metadata #>> '{{usage_object,{path}}}')::bigint)" for path in COUNTS_IN_JSON),
        *(f"sum((metadata #>> '{{cost_breakdown,{name}}}')::float8)" for name in COSTS_IN_JSON),
    ]
)
OF_THE_DAY = '"startTime" >= %(start)s AND "startTime" < %(end)s'
SUMS_SQL = f"SELECT team_id, {SUMS} FROM {TABLE} WHERE {OF_THE_DAY} GROUP BY team_id"
"""Totals of each team, without any breakdown."""
BREAKDOWNS = ("model", "custom_llm_provider", "metadata ->> 'user_api_key_alias'", "end_user")
SHARE_SUMS = ", ".join(
    [
        "count(*), sum(prompt_tokens), sum(completion_tokens), sum(total_tokens), sum(spend)",
        *(f"sum((metadata #>> '{{usage_object,{COUNTS_IN_JSON[place]}}}')::bigint)" for place in (0, 1, 4)),
    ]
)
SHARES_SQL = f"""
    SELECT team_id, {", ".join(BREAKDOWNS)}, {SHARE_SUMS} FROM {TABLE} WHERE {OF_THE_DAY}
    GROUP BY GROUPING SETS ({", ".join(f"(team_id, {each})" for each in BREAKDOWNS)})
"""
"""Those of our report's breakdowns that the log knows, with the figures of its shares."""
WORK_MEM = "256MB"
"""With the 4 MB that Postgres starts with it would sort the day on disk, once a breakdown."""


def fill_spend_log(rows: int, *, start: datetime, teams: int) -> Iterator[int]:
    """Make the table with a day of calls from `start` on; yields how many each INSERT had."""
    day = start.replace(tzinfo=None)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(CREATE)
        for first in range(0, rows, ROWS_PER_INSERT):
            last = min(first + ROWS_PER_INSERT, rows) - 1
            cursor.execute(INSERT, {"first": first, "last": last, "rows": rows, "teams": teams, "start": day})
            yield last + 1 - first
        for statement in AFTERWARDS:
            cursor.execute(statement)


def run_on_spend_log(sql: str, start: datetime) -> int:
    """Ask one of the questions above about the day; returns how many lines it answered."""
    day = start.replace(tzinfo=None)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{WORK_MEM}'")
        cursor.execute(sql, {"start": day, "end": day + timedelta(days=1)})
        return len(cursor.fetchall())
