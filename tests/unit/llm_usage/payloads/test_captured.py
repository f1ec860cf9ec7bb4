"""Captured events: which one it is, when it was, whose word it carries, and what is not stored of it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from posthog.errors import InvalidEvent
from posthog.llm_usage.accounting import account_event
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.payloads.captured import GATEWAYS_OWN, build_captured_event, keep_captured_numbers
from posthog.llm_usage.payloads.captured_identity import is_captured, normalize_captured
from tests.captured_events import make_captured

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
THEN = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


def normalize(raw: Any, *, sent_at: datetime | None = None, now: datetime = NOW, position: int = 0) -> Any:
    return normalize_captured(raw, team_id=7, received_at=now, sent_at=sent_at, position=position)


def build(raw: Any, **options: Any) -> AiEvent:
    return build_captured_event(json.loads(json.dumps(normalize(raw, **options))), 7)


@pytest.mark.parametrize(
    ("event", "kept"),
    [
        pytest.param({"event": "$ai_generation"}, True, id="generation"),
        pytest.param({"event": "$ai_evaluation"}, True, id="evaluation"),
        pytest.param({"event": "$pageview"}, False, id="another"),
        pytest.param({"event": "$ai_unheard_of"}, False, id="unknown-name"),
        pytest.param({"properties": {}}, True, id="nameless"),
        pytest.param({"event": ["$ai_generation"]}, True, id="name-is-no-text"),
        pytest.param("text", True, id="no-object"),
        pytest.param(None, False, id="null"),
    ],
)
def test_ai_events_and_what_cannot_be_told_are_kept(event: Any, kept: bool) -> None:
    """The rest is known to be something else."""
    assert is_captured(event) is kept


@pytest.mark.parametrize(
    ("fields", "sent_at", "moment"),
    [
        pytest.param({"timestamp": "2026-11-25T10:00:00Z"}, None, THEN, id="as-it-is"),
        pytest.param({"timestamp": "2026-11-25T10:00:00"}, None, THEN, id="without-zone"),
        pytest.param({"timestamp": "2026-11-25T12:00:00+02:00"}, None, THEN, id="another-zone"),
        pytest.param({"timestamp": THEN.timestamp()}, None, THEN, id="seconds"),
        pytest.param({"timestamp": THEN.timestamp() * 1000}, None, THEN, id="milliseconds"),
        pytest.param(
            {"timestamp": "2031-01-01T00:00:00Z"}, datetime(2031, 1, 1, 2, tzinfo=UTC), THEN, id="clock-ahead"
        ),
        pytest.param(
            {"timestamp": "2020-01-01T00:00:00Z"}, datetime(2020, 1, 1, 2, tzinfo=UTC), THEN, id="clock-behind"
        ),
        pytest.param(
            {"timestamp": "2026-11-25T10:00:00Z", "properties": {"$ignore_sent_at": True}},
            datetime(2031, 1, 1, tzinfo=UTC),
            THEN,
            id="correction-forbidden",
        ),
        pytest.param({"offset": 7_200_000}, None, THEN, id="offset"),
        pytest.param({"offset": -5}, None, NOW, id="offset-into-the-future"),
        pytest.param({"offset": 1e300}, None, NOW, id="offset-of-ages"),
        pytest.param({}, NOW - timedelta(days=1), NOW, id="nothing-named"),
        pytest.param({"timestamp": "yesterday"}, None, NOW, id="unreadable"),
        pytest.param(
            {"timestamp": "9999-12-31T23:59:59Z"}, None, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), id="end"
        ),
    ],
)
def test_moment_follows_from_both_clocks(fields: dict[str, Any], sent_at: datetime | None, moment: datetime) -> None:
    """As long before the arrival as the client's clock says; else as named; else the arrival."""
    assert build(make_captured(**fields), sent_at=sent_at).timestamp == moment


def test_correction_beyond_the_calendar_is_left_out() -> None:
    """A moment that cannot be is not made up."""
    event = make_captured(timestamp="9999-12-31T23:00:00Z")
    assert build(event, sent_at=datetime(2020, 1, 1, tzinfo=UTC)).timestamp.year == 9999


def test_unreadable_timestamp_is_told() -> None:
    """The event is where it arrived, and says that this was assumed; none at all is the usual case."""
    assert build(make_captured(timestamp="yesterday")).properties["$ai_timestamp_assumed"] is True
    assert "$ai_timestamp_assumed" not in build(make_captured()).properties


def test_clients_uuid_is_kept() -> None:
    """In any notation of it."""
    uuid = "01936b4e-7c1a-7000-8000-0123456789AB"
    assert build(make_captured(uuid=uuid)).uuid == UUID(uuid)


@pytest.mark.parametrize("uuid", [None, "", "none", 7, "00000000-0000-0000-0000-000000000000"])
def test_missing_uuid_follows_from_the_event(uuid: Any) -> None:
    """The same whenever it arrives, another for another event."""
    event = make_captured(uuid=uuid, timestamp="2026-11-25T10:00:00Z")
    first, again = build(event), build(event, now=NOW + timedelta(minutes=5), position=3)
    other = build(event | {"timestamp": "2026-11-25T10:00:01Z"})
    said = build(event | {"properties": event["properties"] | {"$ai_output_tokens": 21}})
    assert first.uuid == again.uuid
    assert len({first.uuid, other.uuid, said.uuid}) == 3


def test_nothing_tells_two_bare_events_apart() -> None:
    """Without uuid, timestamp and ids each arrival is an event: the same said twice is two calls."""
    event = {"event": "$ai_generation", "properties": {"$ai_input_tokens": 5}}
    uuids = {build(event).uuid, build(event, position=1).uuid, build(event, now=NOW + timedelta(seconds=1)).uuid}
    assert len(uuids) == 3
    named = {"event": "$ai_generation", "properties": {"$ai_span_id": "s1"}}
    assert build(named).uuid == build(named, now=NOW + timedelta(seconds=1)).uuid


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param({"properties": {}}, "event_name_missing", id="nameless"),
        pytest.param({"event": "$pageview"}, "event_unknown", id="another"),
        pytest.param({"event": "$ai_span", "properties": [1]}, "properties_unreadable", id="properties-array"),
        pytest.param({"event": "$ai_span", "properties": "{"}, "properties_unreadable", id="properties-broken-text"),
    ],
)
def test_unreadable_event_says_why(raw: dict[str, Any], code: str) -> None:
    """With a code that its reject keeps."""
    with pytest.raises(InvalidEvent) as refused:
        build(raw)
    assert refused.value.code == code


def test_element_that_the_door_did_not_write_has_no_identity() -> None:
    """Neither the moment nor the uuid is made up a second time."""
    with pytest.raises(InvalidEvent, match="timestamp, uuid"):
        build_captured_event({"event": "$ai_span", "properties": {}}, 7)


def test_properties_may_be_json_text() -> None:
    """As some clients nest it."""
    event = make_captured()
    assert build(event | {"properties": json.dumps(event["properties"])}) == build(event)


@pytest.mark.parametrize(
    ("value", "tokens", "flags"),
    [
        pytest.param(100, 100, set(), id="number"),
        pytest.param("100", 100, set(), id="text"),
        pytest.param({"total": 100}, 100, set(), id="total"),
        pytest.param(0, 0, set(), id="zero"),
        pytest.param(None, None, set(), id="absent"),
        pytest.param(float("nan"), None, {"implausible_value"}, id="not-a-number"),
    ],
)
def test_counts_are_read_leniently(value: Any, tokens: int | None, flags: set[str]) -> None:
    """What is a number is taken as one; what is none is flagged, and not confused with silence."""
    accounted = account_event(build(make_captured(properties={"$ai_cache_read_input_tokens": value})))
    assert accounted.usage.cache_read_input_tokens == tokens
    assert flags <= set(accounted.flags)


@pytest.mark.parametrize("name", sorted(GATEWAYS_OWN))
def test_gateways_word_is_not_the_clients(name: str) -> None:
    """It is set aside, where it can be seen and is read by nothing."""
    properties = build(make_captured(properties={name: "claimed"})).properties
    assert name == "$ai_claimed" or name not in properties
    assert properties["$ai_claimed"] == {name: "claimed"}


@pytest.mark.parametrize("name", ["$ai_product", "$ai_api_key_alias", "$ai_end_user", "$ai_total_cost_usd"])
def test_teams_word_on_its_own_calls_stays(name: str) -> None:
    """The token speaks for the team."""
    assert build(make_captured(properties={name: "5"})).properties[name] == "5"


@pytest.mark.parametrize(
    ("event", "said", "kind"),
    [
        ("$ai_generation", None, "inference"),
        ("$ai_generation", "gateway_cache_hit", "gateway_cache_hit"),
        ("$ai_embedding", "read", "read"),
        ("$ai_generation", "client_report", "inference"),
        ("$ai_generation", "superseded", "inference"),
        ("$ai_generation", ["x"], "inference"),
        ("$ai_span", None, "no_call"),
        ("$ai_trace", "inference", "no_call"),
    ],
)
def test_call_kind_is_one_of_the_clients(event: str, said: Any, kind: str) -> None:
    """What was linked or superseded is this project's to say, and a span is no call."""
    assert build(make_captured(event=event, properties={"$ai_call_kind": said})).properties["$ai_call_kind"] == kind


def test_binary_content_and_keys_in_errors_give_way() -> None:
    """As in a gateway's events."""
    image = "data:image/png;base64," + "A" * 4000
    event = build(make_captured(properties={"$ai_input": [{"content": image}], "$ai_error": "bad key sk-abcdefgh"}))
    assert event.properties["$ai_input"] == [{"content": "[image/png, 3000 bytes]"}]
    assert event.properties["$ai_error"] == "bad key [redacted]"


def test_answers_id_stands_where_a_gateways_events_have_it() -> None:
    """The client's own id is not lost."""
    properties = build(
        make_captured(properties={"$ai_response_id": "chatcmpl-1", "$ai_generation_id": "own"})
    ).properties
    assert (properties["$ai_generation_id"], properties["$ai_client_generation_id"]) == ("chatcmpl-1", "own")


def test_private_event_keeps_its_numbers_and_its_identity() -> None:
    """Nothing that was said, the same uuid, moment and counts."""
    raw = make_captured(timestamp="2026-11-25T10:00:00Z", properties={"$ai_input_tokens": "100", "note": "hello"})
    element = normalize(raw)
    reduced = keep_captured_numbers(element)
    assert "hello" not in json.dumps(reduced)
    whole, private = build_captured_event(element, 7), build_captured_event(reduced, 7)
    assert (private.uuid, private.timestamp, private.distinct_id) == (whole.uuid, whole.timestamp, whole.distinct_id)
    assert account_event(private).usage == account_event(whole).usage


@pytest.mark.parametrize("element", [{}, {"event": ["a secret"]}, {"event": "a secret"}, {"properties": "a secret"}])
def test_private_event_that_cannot_be_read_keeps_nothing(element: dict[str, Any]) -> None:
    """What is not known to be a name may be words."""
    assert "secret" not in json.dumps(keep_captured_numbers(element))
