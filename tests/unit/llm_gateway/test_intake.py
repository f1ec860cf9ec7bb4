"""The queue in memory: bounded, numbered, cheap."""

import pytest

from posthog.llm_gateway.instruments import Instruments
from posthog.llm_gateway.intake import Intake


def make_intake(max_events: int = 2, instruments: Instruments | None = None) -> Intake:
    return Intake(max_events=max_events, instruments=instruments or make_instruments())


def make_instruments() -> Instruments:
    return Instruments(clock=lambda: 7.0)


def test_events_come_out_numbered_in_order() -> None:
    """First in, first out, with the time of acceptance."""
    intake = make_intake()
    assert intake.offer({"id": "a"})
    assert intake.offer({"id": "b"})
    assert intake.take() == (1, 7.0, {"id": "a"})
    assert intake.take() == (2, 7.0, {"id": "b"})
    assert intake.take() is None


def test_refused_event_takes_a_number(caplog: pytest.LogCaptureFixture) -> None:
    """What did not fit is a hole between its neighbours, counted, and told."""
    instruments = make_instruments()
    intake = make_intake(max_events=1, instruments=instruments)
    assert [intake.offer({"id": name}) for name in "ab"] == [True, False]
    assert intake.take() == (1, 7.0, {"id": "a"})
    intake.offer({"id": "c"})
    assert intake.take() == (3, 7.0, {"id": "c"})
    counters = instruments.counters.read()
    assert (counters["events_accepted"], counters["events_refused"]) == (2, 1)
    assert "queue_full" in caplog.text


def test_later_changes_to_the_payload_are_not_seen() -> None:
    """Another callback replaces entries of the same payload after this one was told."""
    intake, payload = make_intake(), {"id": "a"}
    intake.offer(payload)
    payload["id"] = "redacted"
    assert intake.take() == (1, 7.0, {"id": "a"})


def test_every_number_is_marked() -> None:
    """The mark learns the last number when it is attached, and each one after it."""
    intake, marked = make_intake(max_events=1), list[int]()
    intake.offer({})
    intake.attach_mark(marked.append)
    intake.offer({})
    assert marked == [1, 2]


def test_writer_is_woken() -> None:
    """The first event ends the writer's wait."""
    intake = make_intake()
    assert not intake.wake.is_set()
    intake.offer({})
    assert intake.wake.is_set()
