"""The doors for PostHog's SDKs: what they take, what they answer, and what becomes of the events."""

import gzip
import json
import zlib
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone
from prometheus_client import REGISTRY
from pytest_django import Settings

from posthog.api.capture_body import MAX_OPENED
from posthog.llm_analytics.ingestion import drain_once
from posthog.models import GatewayInboxBody, RejectedEvent, Team
from posthog.urls import CAPTURE_DOORS
from tests.captured_events import make_captured
from tests.integration.factories import list_ai_events, make_gateway

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.clickhouse,
    pytest.mark.usefixtures("ai_events", "private_cache"),
]


@pytest.fixture
def team() -> Team:
    return make_gateway().alpha


def make_batch(team: Team, *events: Any, **fields: Any) -> dict[str, Any]:
    return {"api_key": team.api_token, "batch": list(events), **fields}


def post(body: Any, path: str = "/batch/", content_type: str = "application/json", **headers: str) -> HttpResponseBase:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().generic("POST", path, data, content_type=content_type, headers=headers)


def answer_of(response: Any) -> tuple[int, str]:
    """Status, and the code of a refusal or the status of success."""
    answer = response.json()
    return response.status_code, answer.get("code") or answer.get("status")


def drain() -> None:
    while drain_once(now=timezone.now()).bodies:
        pass


def count(door: str, kind: str) -> float:
    return REGISTRY.get_sample_value("captured_events_total", {"door": door, "kind": kind}) or 0


@pytest.mark.parametrize("door", CAPTURE_DOORS)
@pytest.mark.parametrize("slash", ["/", ""])
def test_each_door_stores_ai_events(team: Team, door: str, slash: str) -> None:
    """With and without the slash at the end, committed before the answer."""
    assert answer_of(post(make_batch(team, make_captured()), f"/{door}{slash}")) == (200, "Ok")
    assert GatewayInboxBody.objects.get().source == "capture"
    drain()
    (row,) = list_ai_events(team)
    assert (row["event"], row["call_kind"], row["input_tokens"], row["output_tokens"]) == (
        "$ai_generation",
        "inference",
        100,
        20,
    )
    assert (row["cache_read_input_tokens"], row["reasoning_tokens"], row["lib"]) == (60, 5, "posthog-python")
    assert (str(row["uuid"]), row["distinct_id"]) == (make_captured()["uuid"], "user-1")


def wrap_form(body: bytes) -> bytes:
    return urlencode({"data": b64encode(body).decode()}).encode()


@pytest.mark.parametrize(
    ("wrap", "path", "content_type", "headers"),
    [
        pytest.param(bytes, "/batch/", "application/json", {}, id="plain"),
        pytest.param(gzip.compress, "/batch/", "application/json", {"Content-Encoding": "gzip"}, id="gzip"),
        pytest.param(zlib.compress, "/batch/", "application/json", {"Content-Encoding": "deflate"}, id="deflate"),
        pytest.param(
            lambda body: zlib.compress(body, wbits=-15),
            "/batch/",
            "",
            {"Content-Encoding": "deflate"},
            id="raw-deflate",
        ),
        pytest.param(gzip.compress, "/e/?compression=gzip-js", "text/plain", {}, id="gzip-of-a-browser"),
        pytest.param(b64encode, "/e/", "text/plain", {}, id="base64"),
        pytest.param(wrap_form, "/e/", "application/x-www-form-urlencoded", {}, id="form-with-base64"),
        pytest.param(
            lambda body: urlencode({"data": body}).encode(),
            "/e/",
            "application/x-www-form-urlencoded",
            {},
            id="form-with-json",
        ),
        pytest.param(
            lambda body: wrap_form(gzip.compress(body)),
            "/e/",
            "application/x-www-form-urlencoded",
            {},
            id="form-with-gzip",
        ),
    ],
)
def test_each_wrapping_is_undone(team: Team, wrap: Any, path: str, content_type: str, headers: dict[str, str]) -> None:
    """As SDKs of any age wrap what they send."""
    body = json.dumps(make_batch(team, make_captured(properties={"note": "ü+ ~"}))).encode()
    assert answer_of(post(wrap(body), path, content_type, **headers)) == (200, "Ok")
    drain()
    (row,) = list_ai_events(team)
    assert json.loads(row["properties"])["note"] == "ü+ ~"


@pytest.mark.parametrize(
    ("shape", "path", "headers"),
    [
        pytest.param(lambda token, event: {"api_key": token, **event}, "/capture/", {}, id="api_key"),
        pytest.param(lambda token, event: {"token": token, **event}, "/i/v0/e/", {}, id="token"),
        pytest.param(lambda token, event: {"token": token, "batch": [event]}, "/batch/", {}, id="batch-token"),
        pytest.param(lambda token, event: [with_token(event, "token", token)], "/e/", {}, id="array-of-a-browser"),
        pytest.param(lambda token, event: with_token(event, "$token", token), "/e/", {}, id="dollar-token"),
        pytest.param(lambda token, event: event, "/e/?token={token}", {}, id="query"),
        pytest.param(
            lambda token, event: {"api_key": f" {token}\n", **event}, "/capture/", {}, id="copied-with-blanks"
        ),
        pytest.param(lambda token, event: event, "/e/", {"Authorization": "Bearer {token}"}, id="header"),
    ],
)
def test_token_is_found_where_clients_put_it(team: Team, shape: Any, path: str, headers: dict[str, str]) -> None:
    """And is not stored among the properties."""
    token = team.api_token
    sent = {name: value.format(token=token) for name, value in headers.items()}
    assert answer_of(post(shape(token, make_captured()), path.format(token=token), **sent)) == (200, "Ok")
    drain()
    (row,) = list_ai_events(team)
    assert token not in row["properties"]


def with_token(event: dict[str, Any], name: str, token: str) -> dict[str, Any]:
    return event | {"properties": event["properties"] | {name: token}}


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        pytest.param({"batch": [make_captured()]}, (401, "project_token_missing"), id="no-token"),
        pytest.param({"api_key": "phc_nobody", "batch": []}, (401, "project_token_unknown"), id="unknown-token"),
        pytest.param({"api_key": "phc_\x00", "batch": []}, (401, "project_token_unknown"), id="impossible-token"),
        pytest.param(
            [with_token(make_captured(n), "token", f"phc_{n}") for n in (1, 2)],
            (401, "project_tokens_differ"),
            id="several-tokens",
        ),
        pytest.param({"api_key": "{token}", "batch": []}, (400, "batch_empty"), id="empty-batch"),
        pytest.param({"api_key": "{token}", "batch": {}}, (400, "batch_not_array"), id="batch-is-no-array"),
        pytest.param({"api_key": "{token}"}, (400, "body_not_events"), id="no-event"),
        pytest.param(b"", (400, "body_empty"), id="empty"),
        pytest.param(b'{"api_key": "x", ', (400, "body_not_json"), id="cut-short"),
        pytest.param(b"no json", (400, "body_not_json"), id="not-json"),
        pytest.param(b"\xff\xfe", (400, "body_not_utf8"), id="not-utf-8"),
    ],
)
def test_what_cannot_be_taken_is_refused(team: Team, body: Any, answer: tuple[int, str]) -> None:
    """In PostHog's statuses, as JSON, and nothing is stored."""
    if isinstance(body, dict) and body.get("api_key") == "{token}":
        body = body | {"api_key": team.api_token}
    assert answer_of(post(body)) == answer
    assert not GatewayInboxBody.objects.exists()


@pytest.mark.parametrize(
    ("body", "path", "headers", "answer"),
    [
        pytest.param(b"x" * 200, "/batch/", {}, (413, "body_too_large"), id="too-large"),
        pytest.param(
            gzip.compress(b"0" * 1000), "/batch/", {"Content-Encoding": "gzip"}, (413, "body_too_large"), id="bomb"
        ),
        pytest.param(
            gzip.compress(b"0" * 50)[:-9],
            "/batch/",
            {"Content-Encoding": "gzip"},
            (400, "body_truncated"),
            id="cut-gzip",
        ),
        pytest.param(b"{}", "/batch/", {"Content-Encoding": "gzip"}, (400, "body_not_compressed"), id="no-gzip"),
        pytest.param(b"{}", "/batch/", {"Content-Encoding": "br"}, (415, "encoding_unknown"), id="brotli"),
        pytest.param(b"{}", "/e/?compression=lz64", {}, (415, "compression_unknown"), id="lz64"),
    ],
)
def test_what_cannot_be_unfolded_is_refused(
    settings: Settings, body: bytes, path: str, headers: dict[str, str], answer: tuple[int, str]
) -> None:
    """Before it takes more memory than it may."""
    settings.CAPTURE_MAX_BODY_BYTES, settings.CAPTURE_MAX_DECOMPRESSED_BYTES = 100, 100
    assert answer_of(post(body, path, **headers)) == answer


@pytest.mark.parametrize("value", ["[]", "{}", "[{}]"])
def test_more_objects_than_memory_has_room_for_are_refused(value: str) -> None:
    """Before they are parsed: nobody knows yet whose body it is."""
    body = gzip.compress(b'{"batch":[' + f"{value},".encode() * MAX_OPENED + b"0]}", 1)
    assert answer_of(post(body, **{"Content-Encoding": "gzip"})) == (413, "too_many_objects")


def test_form_needs_data() -> None:
    """A form of anything else holds no event."""
    assert answer_of(post(b"a=1", "/e/", "application/x-www-form-urlencoded")) == (400, "form_without_data")


def test_more_events_than_a_request_may_have(team: Team, settings: Settings) -> None:
    """The same limit as at the gateway's door."""
    settings.LLM_GATEWAY_MAX_EVENTS_PER_BODY = 1
    assert answer_of(post(make_batch(team, make_captured(1), make_captured(2)))) == (413, "too_many_events")


def test_only_post_and_options(team: Team) -> None:
    """A GET is told so."""
    answer = Client().get("/batch/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")


def test_page_of_any_site_may_post(team: Team) -> None:
    """Browsers ask first, and read the answer; no other door says so."""
    asked = {"Access-Control-Request-Headers": "content-type,x-custom", "Origin": "https://shop.example.com"}
    preflight = Client().options("/e/", headers=asked)
    assert (preflight.status_code, preflight["Access-Control-Allow-Headers"]) == (204, "content-type,x-custom")
    assert preflight["Access-Control-Allow-Origin"] == "*"
    answer = post(make_batch(team, make_captured()), "/e/")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in post([], "/api/llm_gateway/webhook").headers
    assert "Set-Cookie" not in answer.headers


def test_beacon_is_answered_without_a_body(team: Team) -> None:
    """A page that is being left asks for none."""
    assert post(make_batch(team, make_captured()), "/e/?beacon=1").status_code == 204


def test_too_many_requests_come_again(team: Team, settings: Settings) -> None:
    """429 with the seconds to wait, which posthog-python honours; another project is not held up."""
    settings.CAPTURE_MAX_REQUESTS_PER_MINUTE = 1
    other = make_gateway().alpha
    assert post(make_batch(team, make_captured(1))).status_code == 200
    refused = post(make_batch(team, make_captured(2)))
    assert answer_of(refused) == (429, "rate_exceeded")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert post(make_batch(other, make_captured(1))).status_code == 200


def test_postgres_away_is_a_503(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """With Retry-After: the SDK sends the same again."""
    body = make_batch(team, make_captured())

    def fail(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("the connection is closed")

    with connection.execute_wrapper(fail):
        answer = post(body)
    assert answer_of(answer) == (503, "store_unavailable")
    assert answer.headers["Retry-After"] == "5"


def test_other_events_are_counted_and_not_stored(team: Team) -> None:
    """Answered as PostHog does; a batch of them leaves nothing in the inbox."""
    before = count("batch", "other"), count("batch", "ai")
    pageview = {"event": "$pageview", "distinct_id": "user-1", "properties": {}}
    assert answer_of(post(make_batch(team, pageview, pageview))) == (200, "Ok")
    assert not GatewayInboxBody.objects.exists()
    assert answer_of(post(make_batch(team, pageview, make_captured()))) == (200, "Ok")
    assert (count("batch", "other") - before[0], count("batch", "ai") - before[1]) == (3, 1)
    drain()
    assert len(list_ai_events(team)) == 1


@pytest.mark.parametrize(
    "event", ["$ai_span", "$ai_trace", "$ai_metric", "$ai_feedback", "$ai_evaluation"], ids=lambda name: name
)
def test_events_around_a_call_are_rows_and_no_calls(team: Team, event: str) -> None:
    """What they count is a call's already: no sum of inference takes them."""
    post(make_batch(team, make_captured(event=event)))
    drain()
    (row,) = list_ai_events(team)
    assert (row["event"], row["call_kind"]) == (event, "no_call")


def test_clocks_that_are_wrong_are_corrected(team: Team) -> None:
    """The event happened as long before its arrival as the client's clock says it did before sending."""
    moment = datetime(2033, 3, 1, tzinfo=UTC)
    event = make_captured(timestamp=moment.isoformat())
    before = timezone.now()
    post(make_batch(team, event, sent_at=(moment + timedelta(seconds=90)).isoformat()))
    after = timezone.now()
    drain()
    (row,) = list_ai_events(team)
    assert before <= row["timestamp"] + timedelta(seconds=90) <= after


def test_unreadable_events_cost_no_neighbour(team: Team) -> None:
    """Each is kept with its reason; the rest of the batch is stored."""
    batch = [make_captured(1), 7, {"properties": {}}, make_captured(2, properties={}) | {"properties": [1]}, None]
    batch.append(make_captured(3, timestamp="1970-01-02T00:00:00Z"))
    assert answer_of(post(make_batch(team, *batch, make_captured(4)))) == (200, "Ok")
    drain()
    assert len(list_ai_events(team)) == 2
    rejects = RejectedEvent.objects.order_by("position").values_list("position", "reason_code", "source", "team")
    assert list(rejects) == [
        (1, "event_not_object", "capture", team.id),
        (2, "event_name_missing", "capture", team.id),
        (3, "properties_unreadable", "capture", team.id),
        (4, "timestamp_out_of_range", "capture", team.id),
    ]


def test_same_event_counts_once(team: Team) -> None:
    """An SDK that did not hear the answer sends its events again, with a later `sent_at`."""
    moment = timezone.now() - timedelta(minutes=1)
    for seconds in (1, 2):
        sent_at = (moment + timedelta(seconds=seconds)).isoformat()
        post(make_batch(team, make_captured(timestamp=moment.isoformat()), sent_at=sent_at))
    drain()
    assert len(list_ai_events(team)) == 1


def test_uuid_without_one_follows_from_the_event(team: Team) -> None:
    """Sent twice it is one; with another timestamp it is another."""
    now = timezone.now().replace(minute=30)
    first, second = ((now - timedelta(hours=hours)).isoformat() for hours in (2, 1))
    for timestamp in (first, first, second):
        post(make_batch(team, make_captured(uuid="none", timestamp=timestamp)))
    drain()
    uuids = {row["uuid"] for row in list_ai_events(team)}
    assert len(uuids) == 2
    assert {uuid.version for uuid in uuids if isinstance(uuid, UUID)} == {5}


def test_token_names_its_team_alone(team: Team) -> None:
    """Whatever the event says of teams."""
    other = make_gateway().alpha
    claims = {"team_id": other.id, "$ai_gateway_team_id": "team-beta", "$ai_gateway": "main"}
    post(make_batch(team, make_captured(properties=claims)))
    drain()
    assert list_ai_events(other) == []
    (row,) = list_ai_events(team)
    assert row["gateway"] is None
    assert json.loads(row["properties"])["$ai_claimed"] == {"$ai_gateway": "main", "$ai_gateway_team_id": "team-beta"}


def test_project_token_is_printed(team: Team, capsys: pytest.CaptureFixture[str]) -> None:
    """For the SDK's configuration."""
    call_command("show_project_token", "--team", str(team.id))
    assert capsys.readouterr().out == f"{team.api_token}\n"
