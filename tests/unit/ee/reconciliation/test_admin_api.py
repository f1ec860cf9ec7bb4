"""Asking a provider's API: again where it is busy, no more where it refuses, and never with the key in a message."""

import json
from datetime import date

import pytest
from pytest_django import Settings

from ee.reconciliation.admin_api import TRIES, AdminApi, BooksUnavailable
from ee.reconciliation.answer_fields import BooksUnreadable
from ee.reconciliation.providers import PROVIDERS
from tests.provider_books import KEY, OPENAI_COSTS, BooksApi

PATH = OPENAI_COSTS
PARAMS = (
    ("start_time", 1775001600),
    ("end_time", 1775260800),
    ("bucket_width", "1d"),
    ("limit", 31),
    ("group_by", "line_item"),
)
BUSY = json.dumps({"error": {"message": "Rate limit reached", "type": "rate_limit_error"}}).encode()


def test_pages_are_read_to_the_last(openai: AdminApi, served: BooksApi) -> None:
    """Each by what the one before named; progress is told in days."""
    served.page_buckets = 1
    progress: list[int] = []
    buckets = list(openai.list_buckets(PATH, PARAMS, progress.append))
    assert [bucket.get_unix_day("start_time") for bucket in buckets] == [date(2026, 4, day) for day in (1, 2, 3)]
    assert [asked.get("page") for _, asked in served.asked] == [None, "page_1", "page_2"]
    assert progress == [1, 1, 1]


def test_busy_api_is_asked_again_when_it_says(openai: AdminApi, served: BooksApi, waits: list[float]) -> None:
    """After `Retry-After`; a 5xx without it after a wait that doubles."""
    served.failures = [
        ("429 Too Many Requests", {"retry-after": "7"}, BUSY),
        ("503 Service Unavailable", {}, b"<html>"),
        ("529 Overloaded", {"retry-after": "soon"}, b""),
    ]
    assert len(openai.get(PATH, PARAMS).list_children("data")) == 3
    assert waits == [7.0, 2.0, 4.0]


def test_api_that_stays_away_is_given_up(openai: AdminApi, served: BooksApi, waits: list[float]) -> None:
    """After five tries, with the last answer in the message."""
    served.failures = [("500 Internal Server Error", {}, b"")] * TRIES
    with pytest.raises(BooksUnavailable, match="/v1/organization/costs: answered 500, 5 times"):
        openai.get(PATH, PARAMS)
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_long_wait_is_left_to_the_caller(openai: AdminApi, served: BooksApi, waits: list[float]) -> None:
    """An hour is no wait for a command."""
    served.failures = [("429 Too Many Requests", {"retry-after": "3600"}, BUSY)]
    with pytest.raises(BooksUnavailable, match="answered 429: Rate limit reached; run again in 3600 seconds"):
        openai.get(PATH, PARAMS)
    assert waits == []


def test_refused_key_is_in_no_message(served: BooksApi, settings: Settings) -> None:
    """Neither ours nor the part of it that the provider repeats; it is asked once."""
    settings.OPENAI_ADMIN_KEY = "sk-other-secret"
    access = PROVIDERS["openai"].open_access()
    with pytest.raises(BooksUnavailable) as caught:
        AdminApi(access).get(PATH, PARAMS)
    assert str(caught.value) == "/v1/organization/costs: answered 401: Incorrect API key provided: …"
    assert len(served.asked) == 1
    assert "secret" not in repr(access)
    assert KEY not in repr(access)


def test_silence_is_tried_again(openai: AdminApi, served: BooksApi, settings: Settings, waits: list[float]) -> None:
    """Nobody listens at that address."""
    settings.OPENAI_ADMIN_URL = "http://127.0.0.1:1"
    settings.OUTBOUND_HTTP_INTERNAL_HOSTS = ["127.0.0.1:1"]
    api = AdminApi(PROVIDERS["openai"].open_access(), sleep=waits.append)
    with pytest.raises(BooksUnavailable, match="ConnectionRefusedError.*, 5 times"):
        api.get(PATH, PARAMS)
    assert len(waits) == TRIES - 1


def test_private_address_is_refused_at_once(openai: AdminApi, settings: Settings, waits: list[float]) -> None:
    """A base URL in our own network needs OUTBOUND_HTTP_INTERNAL_HOSTS."""
    settings.OUTBOUND_HTTP_INTERNAL_HOSTS = []
    with pytest.raises(BooksUnavailable, match="expected https://"):
        openai.get(PATH, PARAMS)
    assert waits == []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        pytest.param(b"<html>", "/v1/organization/costs: expected JSON, got text", id="html"),
        pytest.param(b'{"data": NaN}', "expected JSON, got text", id="nan"),
        pytest.param(b"[]", "/v1/organization/costs: expected an object, got a list", id="list"),
        pytest.param(b"{}", "/v1/organization/costs: data: expected a list, got nothing", id="no-data"),
        pytest.param(b'{"data": []}', "has_more: expected true or false, got nothing", id="no-more"),
        pytest.param(b'{"data": [], "has_more": true}', "next_page: expected text, got nothing", id="no-next"),
        pytest.param(
            b'{"data": [], "has_more": true, "next_page": ""}',
            "next_page: expected a page that was not read before, got text",
            id="empty-next",
        ),
    ],
)
def test_malformed_envelope_names_field_and_rule(
    openai: AdminApi, served: BooksApi, body: bytes, sentence: str
) -> None:
    """In one sentence."""
    served.failures = [("200 OK", {}, body)]
    with pytest.raises(BooksUnreadable) as caught:
        list(openai.list_buckets(PATH, PARAMS, lambda _: None))
    assert sentence in str(caught.value)


def test_long_answer_is_read_whole(openai: AdminApi, served: BooksApi) -> None:
    """Beyond what is read of a webhook's answer."""
    body = json.dumps({"data": [{"note": "x" * 1000}] * 500}).encode()
    served.failures = [("200 OK", {}, body)]
    assert len(openai.get(PATH, PARAMS).list_children("data")) == 500


def test_pages_that_go_round_are_refused(openai: AdminApi, served: BooksApi) -> None:
    """A page that names itself as the next would be read for ever."""
    served.failures = [("200 OK", {}, b'{"data": [], "has_more": true, "next_page": "a"}')] * 3
    with pytest.raises(BooksUnreadable, match="a page that was not read before"):
        list(openai.list_buckets(PATH, PARAMS, lambda _: None))
    assert len(served.asked) == 2


def test_no_key_is_said_by_its_variable(settings: Settings) -> None:
    """The message says what to set."""
    settings.ANTHROPIC_ADMIN_KEY = ""
    with pytest.raises(BooksUnavailable, match="ANTHROPIC_ADMIN_KEY: expected the key of anthropic's administrator"):
        PROVIDERS["anthropic"].open_access()
