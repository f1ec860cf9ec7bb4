"""Which event is which call of the gateway's books."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from posthog.llm_analytics.call_matching import Call, match_calls

START = datetime(2026, 11, 24, 10, tzinfo=UTC)


def make_call(**fields: Any) -> Call:
    defaults: dict[str, Any] = {
        "response_id": "r",
        "call_id": "c",
        "is_failure": False,
        "is_cache_hit": False,
        "started_at": START,
        "model": "m",
        "input_tokens": 10,
        "output_tokens": 5,
    }
    return Call(**defaults | fields)


def later(milliseconds: float) -> datetime:
    return START + timedelta(milliseconds=milliseconds)


@pytest.mark.parametrize(
    ("logged", "stored", "is_same"),
    [
        pytest.param({}, {}, True, id="both ids"),
        pytest.param({}, {"started_at": later(400_000)}, True, id="both ids, whenever"),
        pytest.param({}, {"is_failure": True}, True, id="both ids, another outcome"),
        pytest.param({}, {"is_cache_hit": True}, False, id="the cache's answer is another call"),
        pytest.param({"call_id": ""}, {}, True, id="no call id in the books"),
        pytest.param({"call_id": "other"}, {}, False, id="another call id"),
        pytest.param({"response_id": ""}, {}, True, id="no response id in the books"),
        pytest.param({"response_id": "other"}, {}, False, id="another response id"),
        pytest.param(
            {"response_id": "other", "is_failure": True}, {"is_failure": True}, True, id="a failure's response id"
        ),
        pytest.param({"response_id": "", "is_failure": True}, {}, False, id="call id alone, another outcome"),
        pytest.param({"response_id": "x", "call_id": ""}, {"response_id": "", "call_id": "y"}, True, id="alike"),
        pytest.param(
            {"response_id": "x", "call_id": "", "started_at": later(3)},
            {"response_id": "", "call_id": "y"},
            False,
            id="alike, at another moment",
        ),
        pytest.param(
            {"response_id": "x", "call_id": "", "input_tokens": 11},
            {"response_id": "", "call_id": "y"},
            False,
            id="alike, other counts",
        ),
    ],
)
def test_what_is_the_same_call(logged: dict[str, Any], stored: dict[str, Any], is_same: bool) -> None:
    """One call of the books, one event: a pair, or one left on each side."""
    matches = match_calls([make_call(**logged)], [make_call(**stored)])
    assert len(matches.pairs) == is_same
    assert len(matches.only_logged) == len(matches.only_stored) == (not is_same)


def test_each_call_is_in_one_pair() -> None:
    """Two calls of the books and one event of that name: one is missing."""
    matches = match_calls([make_call(), make_call()], [make_call()])
    assert (len(matches.pairs), len(matches.only_logged)) == (1, 1)


def test_calls_that_share_a_call_id_are_told_apart() -> None:
    """A client may set it: the response's id decides, and the missing one is the one that is missing."""
    logged = [make_call(response_id=name) for name in ("r1", "r2", "r3")]
    matches = match_calls(logged, [make_call(response_id=name) for name in ("r3", "r1")])
    assert [call.response_id for call in matches.only_logged] == ["r2"]


def test_a_lost_success_is_not_found_in_the_failure_before_it() -> None:
    """The retry shares the call id of the attempt that failed, whose event did come."""
    matches = match_calls([make_call()], [make_call(response_id="c", is_failure=True)])
    assert len(matches.only_logged) == 1


def test_of_several_attempts_the_nearest_is_the_one_logged() -> None:
    """LiteLLM logs a call that failed three times once."""
    attempts = [make_call(response_id="", is_failure=True, started_at=later(n)) for n in (0, 50, 100)]
    logged = make_call(response_id="", is_failure=True, started_at=later(96))
    (pair,) = match_calls([logged], attempts).pairs
    assert pair.stored is attempts[2]


def test_likeness_is_marked_and_not_believed_twice() -> None:
    """Two events that are alike leave the call unmatched; one is likely."""
    logged = make_call(response_id="", call_id="")
    alike = make_call(response_id="", call_id="x", started_at=later(1))
    (pair,) = match_calls([logged], [alike]).pairs
    assert pair.is_likely
    assert match_calls([logged], [alike, make_call(response_id="", call_id="y")]).pairs == []
    assert match_calls([logged], [alike], is_likeness_enough=False).pairs == []
