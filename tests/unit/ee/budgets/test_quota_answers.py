"""The quota on the wire: what is told, how long it holds, when it is the same as before."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from ee.api.quota_answers import answer_quota, answer_unknown
from ee.budgets.quota import Quota, TeamUse, decide
from tests.unit.ee.budgets.uses import TODAY, make_use

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
UNTIL = NOW + timedelta(seconds=5)


def make_quota(*uses: Any, api_key_alias: str | None = None, is_settled: bool = True) -> Quota:
    known = TeamUse(uses=tuple(uses), as_of=NOW, valid_until=UNTIL, is_settled=is_settled)
    return decide(known, api_key_alias)


def ask(quota: Quota, *, now: datetime = NOW, etag: str = "") -> HttpResponse:
    headers = {"If-None-Match": etag} if etag else {}
    return answer_quota(RequestFactory().get("/api/llm_gateway/quota", headers=headers), quota, now=now)


def read(answer: HttpResponse) -> Any:
    return json.loads(answer.content)


def test_open_budget_is_told_with_its_figures() -> None:
    """Amounts as decimal text, moments with their offset."""
    body = read(ask(make_quota(make_use("12.5", "50", unit="usd"))))
    assert {name: body[name] for name in ("is_known", "allowed", "unit", "limit", "used", "remaining")} == {
        "is_known": True, "allowed": True, "unit": "usd", "limit": "50", "used": "12.5", "remaining": "37.5",
    }  # fmt: skip
    assert (body["resets_at"], body["retry_after"]) == ("2026-04-01T00:00:00+00:00", None)
    assert (body["as_of"], body["is_complete"], len(body["budgets"])) == ("2026-03-10T12:00:00+00:00", True, 1)


def test_exhausted_budget_says_when_to_come_again() -> None:
    """In the body and in the header, in seconds rounded up."""
    answer = ask(make_quota(make_use(100, 100, period=TODAY)), now=NOW + timedelta(milliseconds=1))
    body = read(answer)
    assert (body["allowed"], body["remaining"], body["retry_after"]) == (False, "0", 12 * 3600)
    assert answer.headers["Retry-After"] == "43200"


def test_team_without_budgets_is_allowed_everything() -> None:
    """Nothing is made up."""
    body = read(ask(make_quota()))
    assert (body["allowed"], body["is_known"], body["budgets"]) == (True, True, [])
    assert {body[name] for name in ("unit", "limit", "used", "remaining", "resets_at", "retry_after")} == {None}


@pytest.mark.parametrize(
    ("uses", "is_settled", "is_complete"),
    [
        ([make_use(1)], True, True),
        ([make_use(1)], False, False),
        ([make_use(1, unit="usd", unpriced_calls=2)], True, False),
        ([make_use(1, unit="usd", unpriced_calls=2, api_key_alias="another")], True, True),
    ],
)
def test_completeness_is_that_of_the_budgets_that_apply(uses: Any, is_settled: bool, is_complete: bool) -> None:
    """Another key's unpriced calls are not this key's matter."""
    assert read(ask(make_quota(*uses, is_settled=is_settled)))["is_complete"] is is_complete


def test_answer_may_be_kept_until_it_is_read_again() -> None:
    """The rest of its time, rounded up; by the one who asked alone."""
    answer = ask(make_quota(make_use(1)), now=NOW + timedelta(seconds=1.5))
    assert answer.headers["Cache-Control"] == "private, max-age=4"
    assert answer.headers["Vary"] == "Authorization"


def test_same_decision_is_not_told_twice() -> None:
    """304 while the figures stay, though time goes on; `Retry-After` goes on with it."""
    quota = make_quota(make_use(100, 100, period=TODAY))
    first = ask(quota)
    later = replace(quota, as_of=NOW + timedelta(seconds=9), valid_until=NOW + timedelta(seconds=14))
    again = ask(later, now=NOW + timedelta(seconds=10), etag=first.headers["ETag"])
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (again.headers["Cache-Control"], again.headers["Retry-After"]) == ("private, max-age=4", "43190")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"used": 2}, id="used"),
        pytest.param({"limit": 99}, id="limit"),
        pytest.param({"period": TODAY}, id="period"),
        pytest.param({"unmeasured_calls": 1}, id="lower-bound"),
    ],
)
def test_another_figure_is_another_etag(change: dict[str, Any]) -> None:
    """Whatever the client has is then told anew."""
    use = make_use(1)
    first = ask(make_quota(use))
    changed = make_quota(make_use(**{"used": 1, "budget_id": use.budget_id, **change}))
    assert ask(changed, etag=first.headers["ETag"]).status_code == 200


@pytest.mark.parametrize("sent", ['"other", {etag}', "*"])
def test_any_etag_of_the_list_will_do(sent: str) -> None:
    """As RFC 9110 has it; `*` is any."""
    quota = make_quota(make_use(1))
    etag = ask(quota).headers["ETag"]
    assert ask(quota, etag=sent.format(etag=etag)).status_code == 304


def test_unknown_is_allowed_and_soon_asked_again() -> None:
    """No figure is made up, and no ETag says that nothing changed."""
    answer = answer_unknown(now=NOW)
    body = read(answer)
    assert (answer.status_code, body["allowed"], body["is_known"], body["is_complete"]) == (200, True, False, False)
    assert set(body) == set(read(ask(make_quota(make_use(1)))))
    assert answer.headers["Cache-Control"] == "private, max-age=2"
    assert "ETag" not in answer.headers
