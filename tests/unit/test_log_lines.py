"""What may stand in a log line, whatever a caller hands over."""

import sys
from typing import Any
from uuid import UUID

import pytest

from posthog.clickhouse.client import ServerException
from posthog.errors import InvalidEvent
from posthog.log_lines import PROCESSORS, hide_one_time_tokens, keep_ids_and_counts, render_exception, to_loggable

SECRET = "what the model said"


@pytest.mark.parametrize(
    ("value", "logged"),
    [
        pytest.param(7, 7, id="count"),
        pytest.param(None, None, id="none"),
        pytest.param(UUID(int=1), UUID(int=1), id="id"),
        pytest.param("gpt-4o", "gpt-4o", id="short-name"),
        pytest.param("x" * 201, "<str of 201>", id="long-text"),
        pytest.param(b"abc", "<bytes of 3>", id="bytes"),
        pytest.param({"prompt": SECRET}, "<dict of 1>", id="payload"),
        pytest.param([SECRET], "<list of 1>", id="messages"),
        pytest.param(object, "<type>", id="anything-else"),
    ],
)
def test_only_ids_and_counts_are_logged(value: object, logged: object) -> None:
    """Of everything else its type and size remain."""
    assert to_loggable(value) == logged


def log_error(error: BaseException, **event: Any) -> dict[str, Any]:
    try:
        raise error
    except type(error):
        return dict(render_exception(None, "", {"event": "failed", "exc_info": sys.exc_info(), **event}))


@pytest.mark.parametrize(
    ("error", "last_line"),
    [
        pytest.param(ValueError(f"could not convert {SECRET!r}"), "ValueError", id="foreign"),
        pytest.param(KeyError(SECRET), "KeyError", id="key"),
        pytest.param(InvalidEvent("team_unknown", "no such team"), "InvalidEvent: no such team", id="ours"),
        pytest.param(ConnectionError("refused"), "ConnectionError: refused", id="connection"),
    ],
)
def test_error_is_logged_by_class_and_frames(error: Exception, last_line: str) -> None:
    """A foreign message may quote the value it stumbled over; ours and a connection's do not."""
    event = log_error(error)
    first, *_, last = event["exception"].splitlines()
    assert first.endswith("log_error")
    assert last == last_line


def test_clickhouse_error_is_logged_by_its_code() -> None:
    """Its message can hold the row; the number says what was wrong."""
    error = ServerException(f"Cannot parse {SECRET}", code=27)
    assert log_error(error)["exception"].splitlines()[-1] == "ServerException: code 27"


def test_celerys_own_words_about_an_error_are_cut() -> None:
    """Celery writes the error's text into its line."""
    event = log_error(ValueError(SECRET), logger="celery.app.trace", event=f"Task t[1] raised unexpected: {SECRET}")
    assert event["event"] == "Task t[1] raised unexpected"


def test_sign_in_link_in_a_path_is_hidden() -> None:
    """Whoever reads the log must not be able to sign in."""
    event = hide_one_time_tokens(None, "", {"event": "Gone: /login/link/abc-DEF_1"})
    assert event["event"] == "Gone: /login/link/…"


def test_no_content_passes_the_processors() -> None:
    """The whole chain, as a careless caller would use it."""
    event: Any = {"event": "stored", "payload": {"messages": SECRET}, "text": SECRET * 20, "rows": 3}
    for processor in PROCESSORS[-3:]:
        event = processor(None, "info", event)
    assert keep_ids_and_counts(None, "", event)["rows"] == 3
    assert SECRET not in repr(event)
