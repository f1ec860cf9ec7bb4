"""Lanes: whose segments are whose, who takes over, and that a sequence goes on."""

import json
from pathlib import Path

import pytest

from tests.unit.llm_gateway.fakes import FakeReceiver, Shipper, read_spool


def list_numbering(receiver: FakeReceiver) -> list[tuple[str, int]]:
    return [(event["posthog_shipper"]["id"], event["posthog_shipper"]["sequence"]) for event in receiver.stored]


def test_next_process_sends_what_the_dead_one_wrote(tmp_path: Path) -> None:
    """The lane goes to the next process, with its backlog, its id and its sequence."""
    first = Shipper(tmp_path)
    first.offer("a", "b")
    first.write()
    first.die()
    second = Shipper(tmp_path, first.receiver)
    second.offer("c")
    second.seal()
    second.send()
    assert second.receiver.stored_names == ["a", "b", "c"]
    assert [sequence for _, sequence in list_numbering(second.receiver)] == [1, 2, 3]
    assert len({shipper_id for shipper_id, _ in list_numbering(second.receiver)}) == 1


def test_sequence_goes_on_when_nothing_is_left(tmp_path: Path) -> None:
    """Also behind a spool that was sent to the last event no number is given twice."""
    first = Shipper(tmp_path)
    first.offer("a", "b")
    first.seal()
    first.send()
    first.die()
    second = Shipper(tmp_path)
    second.offer("c")
    second.write()
    assert [record.sequence for record in read_spool(tmp_path)] == [3]


def test_event_lost_in_memory_is_a_hole(tmp_path: Path) -> None:
    """A number taken by an event that died in memory is not given again."""
    first = Shipper(tmp_path)
    first.offer("a")
    first.write()
    first.offer("lost")
    first.die()
    second = Shipper(tmp_path)
    second.offer("c")
    second.write()
    assert [record.sequence for record in read_spool(tmp_path)] == [1, 3]


def test_each_process_has_a_lane_of_its_own(tmp_path: Path) -> None:
    """Two that run at once write under two ids, each from 1."""
    shippers = [Shipper(tmp_path), Shipper(tmp_path)]
    for shipper in shippers:
        shipper.offer("a", "b")
        shipper.write()
    ids = [json.loads(record.body)["posthog_shipper"]["id"] for record in read_spool(tmp_path)]
    assert len(set(ids)) == 2
    assert [record.sequence for record in read_spool(tmp_path)] == [1, 1, 2, 2]


def test_running_process_adopts_the_lane_of_a_dead_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Fewer workers after a restart: what the others left is sent all the same."""
    living, dead = Shipper(tmp_path), Shipper(tmp_path)
    living.write()
    dead.offer("left")
    dead.write()
    assert living.send() > 0
    assert living.receiver.stored_names == []
    dead.die()
    living.send(after_s=60.0)
    assert living.receiver.stored_names == ["left"]
    assert "lane_adopted" in caplog.text
    assert Shipper(tmp_path).write() > 0
    assert len(list(tmp_path.iterdir())) == 2


def test_adopted_lane_keeps_its_sequence(tmp_path: Path) -> None:
    """A lane emptied by another process numbers on when it is used again."""
    living, dead = Shipper(tmp_path), Shipper(tmp_path)
    living.write()
    dead.offer("a", "b")
    dead.write()
    dead.die()
    living.send(after_s=60.0)
    again = Shipper(tmp_path)
    again.offer("c")
    again.write()
    assert [record.sequence for record in read_spool(tmp_path)] == [3]


def test_torn_tail_of_a_dead_process_is_dropped_and_counted(tmp_path: Path) -> None:
    """Half a record was promised to nobody; the whole ones before it are sent."""
    first = Shipper(tmp_path)
    first.offer("a", "b")
    first.write()
    first.die()
    (segment,) = tmp_path.glob("lane-*/*.seg")
    segment.write_bytes(segment.read_bytes()[:-5])
    second = Shipper(tmp_path)
    second.write()
    second.send()
    assert second.receiver.stored_names == ["a"]
    assert second.count("torn_bytes") > 0
    assert list(tmp_path.glob("lane-*/*.seg")) == []


def test_damaged_segment_is_sent_as_far_as_it_can_be_and_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A changed byte costs one event, and the evidence stays."""
    first = Shipper(tmp_path)
    first.offer("a", "b", "c")
    first.write()
    first.die()
    (segment,) = tmp_path.glob("lane-*/*.seg")
    segment.write_bytes(segment.read_bytes().replace(b'"id":"b"', b'"id":"x"'))
    second = Shipper(tmp_path)
    second.write()
    second.send()
    assert second.receiver.stored_names == ["a", "c"]
    assert "segment_damaged" in caplog.text
    assert len(list(tmp_path.glob("lane-*/*.damaged"))) == 1
