"""Reading a gateway's spend log over its API."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from posthog.llm_analytics.gateway_books import PAGE_ROWS, BooksUnavailable, GatewayAccess, SpendLog
from tests.spend_log_api import SpendLogApi

START = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def api() -> Iterator[SpendLogApi]:
    with SpendLogApi([]) as api:
        yield api


def read(
    api: SpendLogApi, *, key: str = "sk-admin", path: str = "", sleep: Callable[[float], None] = lambda seconds: None
) -> list[str]:
    """The ids of the hour's rows, sorted."""
    access = GatewayAccess(base_url=api.url + path, admin_key=key, timeout_s=10)
    log = SpendLog(access, sleep=sleep)
    try:
        return sorted(row["request_id"] for row in log.list_rows(START, START + HOUR))
    finally:
        log.close()


def make_rows(count: int, *, every_ms: int, first: datetime = START) -> list[dict[str, Any]]:
    moments = (first + timedelta(milliseconds=every_ms * n) for n in range(count))
    return [
        {"request_id": f"r{n:05}", "startTime": moment.isoformat(timespec="milliseconds")}
        for n, moment in enumerate(moments)
    ]


@pytest.mark.parametrize(
    ("count", "every_ms"),
    [
        pytest.param(0, 1, id="none"),
        pytest.param(PAGE_ROWS, 1, id="a whole page"),
        pytest.param(PAGE_ROWS + 1, 1000, id="one more than a page"),
        pytest.param(12_000, 300, id="more than LiteLLM counts"),
        pytest.param(2500, 0, id="all in one millisecond"),
        pytest.param(2500, 1, id="a crowded second and a half"),
    ],
)
def test_each_row_of_the_range_is_read_once(api: SpendLogApi, count: int, every_ms: int) -> None:
    """However they lie, though rows of one moment change their order from page to page."""
    api.rows = make_rows(count, every_ms=every_ms)
    assert read(api) == [row["request_id"] for row in api.rows]


def test_the_range_includes_its_start_and_not_its_end(api: SpendLogApi) -> None:
    """LiteLLM's own bounds are whole seconds, and both included."""
    moments = {"before": START - timedelta(milliseconds=1), "at start": START, "at end": START + HOUR}
    moments["last"] = START + HOUR - timedelta(milliseconds=1)
    api.rows = [
        {"request_id": name, "startTime": moment.isoformat(timespec="milliseconds")} for name, moment in moments.items()
    ]
    assert read(api) == ["at start", "last"]


class ForgetfulApi(SpendLogApi):
    """Always shows its second row in place of the first."""

    def answer(self, target: str, authorization: str) -> tuple[int, Any]:
        status, page = super().answer(target, authorization)
        first, second = self.rows[:2]
        page["data"] = [second if row is first else row for row in page["data"]]
        return status, page


def test_pages_that_repeat_rows_forever_are_an_error() -> None:
    """What they leave out is not known: the reading fails, rather than to call that whole."""
    rows = make_rows(PAGE_ROWS + 1, every_ms=0)
    with ForgetfulApi(rows) as api, pytest.raises(BooksUnavailable, match="repeat rows"):
        read(api)


def test_an_overloaded_gateway_is_asked_again(api: SpendLogApi) -> None:
    """A few times, later each time."""
    api.rows = make_rows(1, every_ms=1)
    api.failures = [(503, {"error": "Pick a shorter date range"}), (429, {}), (500, b"")]
    slept: list[float] = []
    assert read(api, sleep=slept.append) == ["r00000"]
    assert slept == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("failures", "message"),
    [
        pytest.param([(503, {"detail": "down"})] * 4, "answered 503.*down", id="away"),
        pytest.param([(404, {"detail": "Not Found"})], "answered 404", id="no such route"),
        pytest.param([(302, b"")], "answered 302", id="a redirect is not followed"),
        pytest.param([(200, b"<html>")], "expected JSON", id="no JSON"),
        pytest.param([(200, [])], "expected data: a list of rows", id="another shape"),
        pytest.param(
            [(200, {"data": [{"request_id": "r"}]})], "expected rows with request_id and startTime", id="no row"
        ),
    ],
)
def test_an_answer_that_is_no_spend_log_is_told(
    api: SpendLogApi, failures: list[tuple[int, Any]], message: str
) -> None:
    """With what was answered."""
    api.failures = failures
    with pytest.raises(BooksUnavailable, match=message):
        read(api)


def test_a_refused_key_is_told_and_not_shown(api: SpendLogApi) -> None:
    """At once: a key does not become right by asking again."""
    with pytest.raises(BooksUnavailable, match="answered 401: .*Authentication Error") as raised:
        read(api, key="sk-secret")
    assert "sk-secret" not in str(raised.value)
    assert len(api.targets) == 1


def test_a_gateway_that_is_away_is_told() -> None:
    """Nobody listens there any more."""
    with SpendLogApi([]) as api:
        pass
    with pytest.raises(BooksUnavailable, match="ConnectionRefusedError"):
        read(api)


def test_the_path_of_the_base_url_is_kept(api: SpendLogApi) -> None:
    """A proxy may stand behind a prefix."""
    read(api, path="/llm/")
    assert api.targets[0].startswith("/llm/spend/logs/v2?start_date=2026-11-24+10%3A00%3A00&end_date=2026-11-24+11")


@pytest.mark.parametrize("base_url", ["", "ftp://gateway", "gateway:4000", "http://", "http://host:port"])
def test_a_base_url_must_be_http(base_url: str) -> None:
    """Anything else is told before a key is sent."""
    with pytest.raises(BooksUnavailable, match="base URL: expected"):
        SpendLog(GatewayAccess(base_url=base_url, admin_key="sk-admin"))


def test_a_key_is_needed() -> None:
    """The message says where to set one."""
    with pytest.raises(BooksUnavailable, match="set_gateway_access"):
        SpendLog(GatewayAccess(base_url="http://gateway", admin_key=""))
