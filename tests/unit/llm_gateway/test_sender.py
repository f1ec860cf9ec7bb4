"""From the spool to the receiver: nothing goes before its 202, nothing is asked too often, nothing blocks the rest."""

import json
from pathlib import Path
from typing import Any

import pytest

from posthog.llm_gateway.dead_letters import FILE_NAME
from posthog.llm_usage.envelope import parse_body
from tests.unit.llm_gateway.fakes import FakeReceiver, Shipper, file_size_limit, read_spool


def make_shipper(folder: Path, receiver: FakeReceiver, *names: str, **variables: str) -> Shipper:
    """One with sealed events."""
    shipper = Shipper(folder, receiver, **variables)
    shipper.offer(*names)
    shipper.seal()
    return shipper


def refuse(*bad: str, status: int = 400) -> FakeReceiver:
    """A receiver that refuses every body with one of these events in it."""

    def decide(events: list[dict[str, Any]]) -> int:
        return status if {event["id"] for event in events} & set(bad) else 202

    return FakeReceiver(decide)


def read_dead_letters(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in folder.glob(f"lane-*/{FILE_NAME}") for line in path.read_text().splitlines()]


def test_segment_goes_after_its_202(tmp_path: Path) -> None:
    """Stored events leave the spool, in the order in which they came."""
    shipper = make_shipper(tmp_path, FakeReceiver(), "a", "b")
    shipper.send()
    assert shipper.receiver.stored_names == ["a", "b"]
    assert list(tmp_path.glob("lane-*/*.seg")) == []
    assert shipper.count("events_delivered") == 2


@pytest.mark.parametrize("status", [None, 408, 429, 500, 503, 200, 204, 301, 404, 401, 403])
def test_segment_stays_without_202(tmp_path: Path, status: int | None) -> None:
    """Whatever else is said, the events stay."""
    shipper = make_shipper(tmp_path, FakeReceiver(lambda events: status), "a")
    assert shipper.send() > 0
    assert len(read_spool(tmp_path)) == 1
    assert (shipper.count("posts_failed"), shipper.count("events_delivered")) == (1, 0)


def test_receiver_that_comes_back_gets_everything(tmp_path: Path) -> None:
    """An outage fills the spool, its end empties it, in larger bodies."""
    receiver = FakeReceiver(lambda events: None)
    shipper = make_shipper(tmp_path, receiver, "a")
    for name in "bcdef":
        shipper.send()
        shipper.offer(name)
        shipper.seal()
    receiver.decide = lambda events: 202
    shipper.send(after_s=60.0)
    assert receiver.stored_names == list("abcdef")
    assert len(receiver.bodies[-1]) == 6


def test_body_is_bounded(tmp_path: Path) -> None:
    """A backlog is sent in bodies of at most so many events."""
    shipper = make_shipper(tmp_path, FakeReceiver(), *"abcdefg", GATEWAY_BATCH_EVENTS="3")
    shipper.send()
    assert [len(body) for body in shipper.receiver.bodies] == [3, 3, 1]


def test_waits_grow_and_are_spread(tmp_path: Path) -> None:
    """Each failure doubles the interval up to the longest; the wait is at least half of it."""
    shipper = make_shipper(tmp_path, FakeReceiver(lambda events: 503), "a", GATEWAY_MAX_RETRY_S="20")
    waits = [shipper.send(after_s=100.0) for _ in range(7)]
    for wait_s, interval_s in zip(waits, [1, 2, 4, 8, 16, 20, 20], strict=True):
        assert interval_s / 2 <= wait_s <= interval_s


def test_nothing_is_sent_before_its_time(tmp_path: Path) -> None:
    """New events do not make the sender ask sooner."""
    receiver = FakeReceiver(lambda events: 503, retry_after_s=30.0)
    shipper = make_shipper(tmp_path, receiver, "a")
    assert shipper.send() == 30.0
    assert shipper.send(after_s=29.0) == pytest.approx(1.0)
    assert len(receiver.bodies) == 1
    shipper.send(after_s=1.0)
    assert len(receiver.bodies) == 2


@pytest.mark.parametrize("status", [401, 403])
def test_denied_credential_is_tried_slowly_and_told(
    tmp_path: Path, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A person has to mend it: the events stay, the log says so, the receiver is not flooded."""
    shipper = make_shipper(tmp_path, FakeReceiver(lambda events: status), "a")
    assert shipper.send() >= 30.0
    assert f"credential_denied status={status}" in caplog.text


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_bad_event_is_found_and_kept_aside(tmp_path: Path, status: int, caplog: pytest.LogCaptureFixture) -> None:
    """A body refused for one event costs no other event, and the event is not lost either."""
    shipper = make_shipper(tmp_path, refuse("bad", status=status), *"abc", "bad", *"defgh")
    shipper.send()
    assert sorted(shipper.receiver.stored_names) == sorted("abcdefgh")
    (letter,) = read_dead_letters(tmp_path)
    assert (letter["id"], letter["posthog_refused"]["status"]) == ("bad", status)
    assert read_spool(tmp_path) == []
    assert shipper.count("events_dead_lettered") == 1
    assert "events_refused_by_receiver" in caplog.text


def test_dead_letters_can_be_read_by_the_importer(tmp_path: Path) -> None:
    """The file is lines of payloads as the webhook takes them."""
    shipper = make_shipper(tmp_path, refuse("x", "y"), "x", "a", "y")
    shipper.send()
    (letters,) = tmp_path.glob(f"lane-*/{FILE_NAME}")
    assert [event["id"] for event in parse_body(letters.read_bytes()) if isinstance(event, dict)] == ["x", "y"]


def test_event_refused_alone_waits_for_proof(tmp_path: Path) -> None:
    """As long as the receiver takes nothing at all, it may be the receiver that is wrong."""
    shipper = make_shipper(tmp_path, refuse("bad"), "bad")
    assert shipper.send() >= 30.0
    assert read_dead_letters(tmp_path) == []
    shipper.offer("good")
    shipper.seal()
    shipper.send(after_s=60.0)
    assert shipper.receiver.stored_names == ["good"]
    assert [letter["id"] for letter in read_dead_letters(tmp_path)] == ["bad"]


def test_receiver_that_refuses_everything_loses_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A wrong proxy before the webhook: events stay, and are not tried one by one."""
    receiver = FakeReceiver(lambda events: 415)
    shipper = make_shipper(tmp_path, receiver, *(f"e{number}" for number in range(400)), GATEWAY_BATCH_EVENTS="200")
    assert shipper.send() >= 30.0
    assert len(receiver.bodies) < 30
    assert len(read_spool(tmp_path)) == 400
    assert "receiver_refuses_everything" in caplog.text


def test_many_bad_events_at_the_front_do_not_block_the_rest(tmp_path: Path) -> None:
    """The probe from the newest segment shows that the receiver is sound."""
    bad = [f"bad{number}" for number in range(12)]
    shipper = make_shipper(tmp_path, refuse(*bad), *bad, "good", GATEWAY_BATCH_EVENTS="12")
    shipper.send()
    assert set(shipper.receiver.stored_names) == {"good"}
    assert len(read_dead_letters(tmp_path)) == 12


def test_outage_while_halving_keeps_the_batch(tmp_path: Path) -> None:
    """A receiver that goes away midway: everything comes again."""
    answers = iter([400, 202, None])
    shipper = make_shipper(tmp_path, FakeReceiver(lambda events: next(answers)), "a", "b")
    assert shipper.send() > 0
    assert len(read_spool(tmp_path)) == 2


def test_dead_letter_that_cannot_be_kept_keeps_the_segment(tmp_path: Path) -> None:
    """On a full disk nothing is given up for lost."""
    shipper = make_shipper(tmp_path, refuse("bad"), "a", "bad")
    with file_size_limit(0):
        assert shipper.send() > 0
    assert len(read_spool(tmp_path)) == 2
    shipper.send(after_s=60.0)
    assert [letter["id"] for letter in read_dead_letters(tmp_path)] == ["bad"]


def test_full_disk_does_not_stop_the_sender(tmp_path: Path) -> None:
    """Deleting needs no room, and makes some."""
    shipper = make_shipper(tmp_path, FakeReceiver(), "a")
    with file_size_limit(20):
        shipper.send()
    assert shipper.receiver.stored_names == ["a"]
    assert read_spool(tmp_path) == []


def test_log_is_loud_and_rare(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An hour's outage says so twice a minute at most, with how often it was tried."""
    shipper = make_shipper(tmp_path, FakeReceiver(lambda events: None), "a")
    for _ in range(60):
        shipper.send(after_s=2.0)
    told = [record for record in caplog.records if "receiver_away" in record.message]
    assert 2 <= len(told) <= 5
    assert "times=" in told[-1].message


def test_bad_event_of_a_dead_process_is_judged_by_the_living(tmp_path: Path) -> None:
    """An adopted lane with nothing but a bad event neither blocks the own lane nor stays for ever."""
    receiver = refuse("bad")
    living, dead = Shipper(tmp_path, receiver), make_shipper(tmp_path, receiver)
    living.write()
    dead.offer("bad")
    dead.seal()
    dead.die()
    living.offer("good")
    living.seal()
    living.send(after_s=60.0)
    assert receiver.stored_names == ["good"]
    assert [letter["id"] for letter in read_dead_letters(tmp_path)] == ["bad"]


def test_hour_of_outage_is_made_up_for(tmp_path: Path) -> None:
    """The spool grows in few files, the receiver is asked once a minute, and then everything arrives in order."""
    receiver = FakeReceiver(lambda events: None)
    shipper = Shipper(tmp_path, receiver)
    names = [f"e{number}" for number in range(300)]
    for name in names:
        shipper.offer(name)
        shipper.write(after_s=12.0)
        shipper.send()
    assert len(receiver.bodies) < 150
    assert len(list(tmp_path.glob("lane-*/*.seg"))) < 200
    receiver.decide = lambda events: 202
    shipper.seal()
    shipper.write(after_s=120.0)
    shipper.send()
    assert receiver.stored_names == names
    assert [event["posthog_shipper"]["sequence"] for event in receiver.stored] == list(range(1, 301))
