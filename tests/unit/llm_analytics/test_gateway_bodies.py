"""A body → rows and rejections, element by element."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from posthog.llm_analytics.attribution import Attribution, TeamPolicy
from posthog.llm_analytics.gateway_bodies import BodySource, Rejection, read_gateway_body
from posthog.llm_usage.pricing.custom import CustomRates, TeamPrice, TeamPrices
from posthog.llm_usage.rows import Row
from posthog.models.ai_events.sql import WRITTEN_COLUMNS
from tests.captures import CAPTURES, list_bodies
from tests.factories import USAGE_OBJECT, make_payload

STARTED_AT = datetime(2026, 11, 23, 22, 40, 56, 777922, UTC)
POLICY = TeamPolicy(team_id=7, retention_days=10)


def make_source(policy: TeamPolicy = POLICY, **fields: Any) -> BodySource:
    attribution = Attribution(only_team_id=policy.team_id, policies={policy.team_id: policy}, gateway="main")
    return BodySource(attribution=attribution, **fields)


def read(*payloads: Any, source: BodySource | None = None) -> list[Row | Rejection]:
    return list(read_gateway_body(json.dumps(list(payloads)).encode(), source or make_source()))


def read_row(*payloads: Any, source: BodySource | None = None) -> Row:
    (row,) = read(*payloads, source=source)
    assert not isinstance(row, Rejection)
    return row


def read_rejection(*payloads: Any, source: BodySource | None = None) -> Rejection:
    (rejection,) = read(*payloads, source=source)
    assert isinstance(rejection, Rejection)
    return rejection


def test_row_has_every_written_column() -> None:
    """An INSERT names each of them."""
    assert set(read_row(make_payload())) == set(WRITTEN_COLUMNS)


def test_row_knows_where_it_came_from() -> None:
    """The body's id, the place in it, the gateway, when it was received and how long it is kept."""
    received_at = STARTED_AT + timedelta(minutes=1)
    source = make_source(received_at=received_at, offset=42, user_agent="litellm/1.109.1")
    _, second = read(make_payload(), make_payload(id="2"), source=source)
    assert not isinstance(second, Rejection)
    assert (second["_offset"], second["_partition"], second["ingested_at"]) == (42, 1, received_at)
    assert (second["team_id"], second["gateway"], second["retention_days"]) == (7, "main", 10)
    assert json.loads(second["properties"])["$lib_version"] == "litellm/1.109.1"


def test_another_programs_user_agent_is_no_gateway_version() -> None:
    """Imports and scripts post bodies, too."""
    row = read_row(make_payload(), source=make_source(user_agent="import_gateway_log"))
    assert "$lib_version" not in json.loads(row["properties"])


def test_unreadable_body_is_one_rejection() -> None:
    """There is no event to name: position 0 stands for all of it."""
    (rejection,) = read_gateway_body(b"[1", make_source())
    assert isinstance(rejection, Rejection)
    assert (rejection.position, rejection.code, rejection.payload) == (0, "body_not_json", None)


def test_rejection_costs_no_neighbour() -> None:
    """Rows before and after it are there, and it keeps its place."""
    outcomes = read(make_payload(), "text", make_payload(id="3"))
    assert [isinstance(outcome, Rejection) for outcome in outcomes] == [False, True, False]
    assert isinstance(outcomes[1], Rejection)
    assert (outcomes[1].position, outcomes[1].code) == (1, "event_not_object")


@pytest.mark.parametrize(
    ("started_at", "code"),
    [
        pytest.param("1970-01-01T00:00:00Z", "timestamp_out_of_range", id="1970"),
        pytest.param("2099-01-01T00:00:00Z", "timestamp_out_of_range", id="2099"),
        pytest.param("2026-11-24T22:40:57Z", "timestamp_out_of_range", id="a-day-ahead"),
        pytest.param("2026-11-13T22:40:55Z", "past_retention", id="before-retention"),
        pytest.param(None, "identity_missing", id="no-time"),
    ],
)
def test_time_at_which_no_call_can_have_happened_is_rejected(started_at: str | None, code: str) -> None:
    """The clock of the receiver and the team's retention bound it; the reject names its team."""
    source = make_source(received_at=STARTED_AT.replace(microsecond=0))
    rejection = read_rejection(make_payload(startTime=started_at), source=source)
    assert (rejection.code, rejection.team_id) == (code, 7)
    assert rejection.reason.startswith("startTime: ")


def test_without_a_clock_old_logs_are_read() -> None:
    """A dry run shows what a log of last year would have become."""
    assert read_row(make_payload(startTime="2024-01-01T00:00:00Z"))["timestamp"] == datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "deep",
    [
        pytest.param(lambda nested: {"metadata": {"usage_object": {**USAGE_OBJECT, "a": nested}}}, id="usage"),
        pytest.param(lambda nested: {"request_tags": nested}, id="tags"),
    ],
)
def test_event_nested_too_deep_is_rejected_alone(deep: Any) -> None:
    """JSON that can be read but not written again costs its event, not the body."""
    nested: Any = []
    for _ in range(400):
        nested = [nested]
    rejected, kept = read(make_payload(**deep(nested)), make_payload(id="2"))
    assert isinstance(rejected, Rejection)
    assert rejected.code == "event_too_deep"
    assert not isinstance(kept, Rejection)


def test_teams_own_prices_are_used() -> None:
    """A price that a team agreed on prices the calls that nobody else priced."""
    rates = CustomRates(input=Decimal("0.01"), output=Decimal("0.02"))
    policy = TeamPolicy(team_id=7, prices=TeamPrices([TeamPrice(model_pattern="our-own-*", rates=rates)]))
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    payload = make_payload(model="our-own-model", response_cost=None, metadata={"usage_object": usage})
    row = read_row(payload, source=make_source(policy))
    assert (row["total_cost_usd"], row["cost_source"]) == (0.2, "team_price")


def test_gateways_cost_stays_in_the_column_and_ours_beside_it() -> None:
    """Two witnesses of the cost, neither lost."""
    row = read_row(make_payload(response_cost=0.5))
    properties = json.loads(row["properties"])
    assert (row["total_cost_usd"], properties["$ai_cost_model_source"]) == (0.5, "gateway")
    assert 0 < properties["$ai_own_total_cost_usd"] < 0.001
    assert "cost_mismatch" in row["integrity_flags"]


def test_content_is_kept_out_of_properties() -> None:
    """Messages and answers have columns of their own; properties stay small."""
    row = read_row(make_payload())
    assert json.loads(row["input"]) == [{"role": "user", "content": "hello"}]
    assert json.loads(row["output_choices"]) == [{"message": {"content": "hi"}}]
    assert "hello" not in row["properties"]


@pytest.mark.parametrize("name", CAPTURES)
def test_recorded_body_reads_alike_as_array_and_as_lines(name: str) -> None:
    """An array and lines are two ways to write the same events; not one column differs."""
    for body in list_bodies(name):
        events = json.loads(body)
        as_lines = "\n".join(json.dumps(event) for event in events).encode()
        expected = list(read_gateway_body(body, make_source()))
        assert list(read_gateway_body(as_lines, make_source())) == expected
