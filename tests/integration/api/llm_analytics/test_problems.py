"""Every error is a problem document that names the parameter and the rule."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from posthog.clickhouse.client import close_connection
from tests.integration.api.llm_analytics.world import World, call_at

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

RANGE = {"start": "2026-11-01", "end": "2026-11-02", "timezone": "UTC"}


@pytest.mark.parametrize(
    ("resource", "query", "parameter", "rule"),
    [
        pytest.param("overview/", {"end": "2026-11-02"}, "start", "required", id="no-start"),
        pytest.param("overview/", {**RANGE, "start": "soon"}, "start", "expected YYYY-MM-DD", id="no-date"),
        pytest.param("overview/", {**RANGE, "start": "1970-01-01"}, "start", "from 2015 to 2099", id="long-ago"),
        pytest.param("overview/", {**RANGE, "end": "2026-11-01"}, "end", "after start", id="empty-range"),
        pytest.param("overview/", {**RANGE, "end": "2028-11-01"}, "end", "at most 400 days", id="long-range"),
        pytest.param("overview/", {**RANGE, "timezone": "Mars/Olympus"}, "timezone", "IANA name", id="no-zone"),
        pytest.param("overview/", {**RANGE, "timezone": "../etc/passwd"}, "timezone", "IANA name", id="path"),
        pytest.param("overview/", {**RANGE, "timezone": "Asia/Kathmandu"}, "timezone", "30 minutes", id="kathmandu"),
        pytest.param("overview/", {**RANGE, "timezone": "Pacific/Chatham"}, "timezone", "30 minutes", id="chatham"),
        pytest.param("overview/", {**RANGE, "modle": "x"}, "modle", "no parameter of this resource", id="unknown"),
        pytest.param("overview/", {**RANGE, "start": ["2026-11-01"] * 2}, "start", "more than once", id="twice"),
        pytest.param("overview/", {**RANGE, "is_error": "perhaps"}, "is_error", "true or false", id="no-boolean"),
        pytest.param("overview/", {**RANGE, "model": ["m"] * 51}, "model", "50", id="many-values"),
        pytest.param("overview/", {**RANGE, "model": "\x00"}, "model.0", "Null characters", id="nul"),
        pytest.param("time_series/", {**RANGE, "bucket": "minute"}, "bucket", "not a valid choice", id="bucket"),
        pytest.param("time_series/", RANGE, "bucket", "required", id="no-bucket"),
        pytest.param(
            "time_series/",
            {"start": "2026-01-01", "end": "2026-11-01", "bucket": "hour"},
            "bucket",
            "2,300",
            id="points",
        ),
        pytest.param("time_series/", {**RANGE, "bucket": "day", "figure": "x"}, "figure.0", "choice", id="figure"),
        pytest.param("top/", {**RANGE, "dimension": "model", "figure": "x"}, "figure.0", "choice", id="table-figure"),
        pytest.param("top/", RANGE, "dimension", "required", id="no-dimension"),
        pytest.param("top/", {**RANGE, "dimension": "team_id"}, "dimension", "choice", id="dimension"),
        pytest.param("top/", {**RANGE, "dimension": "model", "order_by": "1; DROP"}, "order_by", "choice", id="order"),
        pytest.param("top/", {**RANGE, "dimension": "model", "limit": "0"}, "limit", "greater than", id="limit"),
        pytest.param("generations/", {**RANGE, "limit": "501"}, "limit", "less than", id="page"),
        pytest.param("generations/", {**RANGE, "cursor": "%%%"}, "cursor", "that an answer contained", id="cursor"),
        pytest.param(
            "generations/", {**RANGE, "cursor": "WzFd"}, "cursor", "that an answer contained", id="other-json"
        ),
        pytest.param("generations/", {**RANGE, "cursor": ""}, "cursor", "must not be empty", id="empty-cursor"),
        pytest.param("rejects/", {"state": ""}, "state", "must not be empty", id="empty-choice"),
        pytest.param("traces/", {**RANGE, "cursor": "bnVsbA"}, "cursor", "that an answer contained", id="null-cursor"),
        pytest.param("reports/", {"start": "2026-11-02", "end": "2026-11-01"}, "end", "after start", id="reports"),
        pytest.param("rejects/", {"state": "lost"}, "state", "choice", id="state"),
        pytest.param("gateways/", {"start": "2026-11-01"}, "start", "no parameter of this resource", id="none-taken"),
    ],
)
def test_bad_parameter_is_named_with_its_rule(
    world: World, resource: str, query: dict[str, Any], parameter: str, rule: str
) -> None:
    """400; nothing is guessed, nothing ignored."""
    problem = world.get(resource, query, status=400)
    assert problem["code"] == "parameter_invalid"
    (error,) = [error for error in problem["errors"] if error["parameter"] == parameter]
    assert rule in error["detail"]
    assert f"{parameter}: " in problem["detail"]


def test_several_faults_are_all_named(world: World) -> None:
    """One answer tells them all."""
    problem = world.get("overview/", {"start": "x", "end": "y"}, status=400)
    assert {error["parameter"] for error in problem["errors"]} == {"start", "end"}


@pytest.mark.parametrize(
    ("resource", "body", "parameter"),
    [
        pytest.param("credentials/", {}, "label", id="no-label"),
        pytest.param("credentials/", {"label": "x" * 201}, "label", id="long-label"),
        pytest.param("credentials/", {"label": "x", "team": 2}, "team", id="unknown-member"),
        pytest.param("credentials/", {"label": "x", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at", id="past"),
        pytest.param("credentials/", {"label": "x", "routing": "mapping"}, "gateway_id", id="no-gateway"),
        pytest.param("credentials/", {"label": "x", "gateway_id": "x"}, "gateway_id", id="no-uuid"),
        pytest.param("rejects/replay/", {"is_unattributed": 1}, "is_unattributed", id="no-boolean"),
    ],
)
def test_bad_body_is_named_with_its_rule(world: World, resource: str, body: dict[str, Any], parameter: str) -> None:
    """As a bad parameter is."""
    problem = world.post(resource, body, status=400)
    assert [error["parameter"] for error in problem["errors"]] == [parameter]


DEEP = b"[" * 100_000 + b"]" * 100_000
"""More levels than any decoder of JSON follows."""


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "code"),
    [
        pytest.param("get", "/api/nowhere", {}, None, 404, "path_unknown", id="address"),
        pytest.param("get", "{}overview", {}, None, 404, "path_unknown", id="no-slash"),
        pytest.param("get", "/api/projects/x/llm_analytics/overview/", {}, None, 404, "path_unknown", id="no-number"),
        pytest.param("get", "{}generations/x/", {}, None, 404, "path_unknown", id="no-uuid"),
        pytest.param("get", "{}traces/nobodys/", {}, None, 404, "trace_unknown", id="trace"),
        pytest.param("get", "{}rejects/99999999999999999999/", {}, None, 404, "reject_unknown", id="huge-id"),
        pytest.param("get", "{}reports/2026-02-30/", {}, None, 404, "report_unknown", id="no-day"),
        pytest.param("delete", "{}overview/", {}, None, 405, "method_not_allowed", id="method"),
        pytest.param("options", "{}overview/", {}, None, 405, "method_not_allowed", id="options"),
        pytest.param("get", "{}gateways/", {"Accept": "text/html"}, None, 406, "not_acceptable", id="accept"),
        pytest.param("post", "{}credentials/", {}, ("text/plain", b"x"), 415, "media_type_unsupported", id="type"),
        pytest.param("post", "{}credentials/", {}, ("application/json", b"{"), 400, "body_malformed", id="no-json"),
        pytest.param("post", "{}credentials/", {}, ("application/json", b"[1]"), 400, "parameter_invalid", id="list"),
        pytest.param("post", "{}credentials/", {}, ("application/json", DEEP), 400, "body_too_deep", id="deep"),
        pytest.param("post", "{}prices/", {}, ("application/json", DEEP), 400, "body_too_deep", id="deep-price"),
    ],
)
def test_every_refusal_is_a_problem_document(
    world: World,
    method: str,
    path: str,
    headers: dict[str, str],
    body: tuple[str, bytes] | None,
    status: int,
    code: str,
) -> None:
    """Its type, its status, a stable code and a sentence."""
    content = {"content_type": body[0], "data": body[1]} if body else {}
    answer = getattr(world.owner, method)(path.format(world.url("")), headers=headers, **content)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["code"], bool(problem["detail"])) == (status, code, True)


@pytest.fixture
def clickhouse_away(world: World, settings: Settings) -> Iterator[None]:
    port = settings.CLICKHOUSE_PORT
    close_connection()
    settings.CLICKHOUSE_PORT = 1
    yield
    close_connection()
    settings.CLICKHOUSE_PORT = port


@pytest.mark.usefixtures("clickhouse_away")
def test_store_away_is_503_to_come_again(world: World) -> None:
    """With the seconds after which; no figure is shown as if it were one."""
    answer = world.member.get(world.url("overview/", RANGE))
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert answer.headers["Retry-After"] == "5"


def test_question_that_costs_too_much_is_refused(world: World, settings: Settings) -> None:
    """The server stops it at the limit; the answer says what to ask instead."""
    world.send(*(call_at("2026-11-01T10:00:00", number) for number in range(20)))
    settings.LLM_ANALYTICS_QUERY_TIMEOUT_S = 1e-6
    problem = world.get("generations/", RANGE, status=422)
    assert (problem["code"], "shorter range" in problem["detail"]) == ("query_too_expensive", True)
