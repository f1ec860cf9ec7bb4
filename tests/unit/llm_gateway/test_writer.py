"""From the queue to the disk: what is durable when, and what happens where the disk refuses."""

import json
from pathlib import Path
from typing import NoReturn

import pytest

from posthog.llm_gateway.writer import RETRY_S
from tests.unit.llm_gateway.fakes import Shipper, file_size_limit, read_spool


def list_names(folder: Path) -> list[str]:
    return [json.loads(record.body)["id"] for record in read_spool(folder)]


def list_sequences(folder: Path) -> list[int]:
    return [record.sequence for record in read_spool(folder)]


def test_event_is_on_file_after_one_step(tmp_path: Path) -> None:
    """A killed process loses what the writer has not seen, nothing more."""
    shipper = Shipper(tmp_path)
    shipper.offer("a", "b")
    shipper.write()
    assert list_names(tmp_path) == ["a", "b"]


def test_group_is_synced_when_its_first_event_is_old(tmp_path: Path) -> None:
    """Events of one interval are made durable by one sync, and told so only then."""
    shipper = Shipper(tmp_path, SPOOL_SYNC_INTERVAL_S="0.05")
    shipper.offer("a")
    assert shipper.write() == pytest.approx(0.05)
    shipper.offer("b")
    assert shipper.write(after_s=0.04) == pytest.approx(0.01)
    assert shipper.count("events_durable") == 0
    shipper.write(after_s=0.02)
    assert shipper.count("events_durable") == 2


def test_large_group_is_synced_at_once(tmp_path: Path) -> None:
    """A burst does not wait for the interval."""
    shipper = Shipper(tmp_path)
    shipper.offer(*(f"e{number}" for number in range(256)))
    shipper.write()
    assert shipper.count("events_durable") == 256


def test_segment_is_sealed_by_age(tmp_path: Path) -> None:
    """The sender gets a segment when it is old, and not before."""
    shipper = Shipper(tmp_path, GATEWAY_FLUSH_INTERVAL_S="1")
    shipper.offer("a")
    shipper.write()
    lane = shipper.works.writer.lane
    assert lane is not None
    assert lane.list_sealed() == []
    shipper.write(after_s=1.0)
    assert len(lane.list_sealed()) == 1


def test_segments_are_bounded(tmp_path: Path) -> None:
    """A segment has as many events as one request may, whatever the burst."""
    shipper = Shipper(tmp_path, GATEWAY_BATCH_EVENTS="3")
    shipper.offer(*"abcdefgh")
    shipper.seal()
    lane = shipper.works.writer.lane
    assert lane is not None
    assert len(lane.list_sealed()) == 3
    assert list_names(tmp_path) == list("abcdefgh")


def test_event_larger_than_a_segment_has_its_own(tmp_path: Path) -> None:
    """A large event is neither lost nor sent with others."""
    shipper = Shipper(tmp_path, GATEWAY_BATCH_BYTES="200")
    shipper.offer("a")
    shipper.offer("large", messages="x" * 5000)
    shipper.offer("b")
    shipper.seal()
    assert len(list(tmp_path.glob("lane-*/*.seg"))) == 3
    assert list_names(tmp_path) == ["a", "large", "b"]


def test_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Prompts and answers lie in it."""
    shipper = Shipper(tmp_path / "spool")
    shipper.offer("a")
    shipper.write()
    (segment,) = tmp_path.glob("spool/lane-*/*.seg")
    assert segment.stat().st_mode & 0o077 == 0
    assert segment.parent.parent.stat().st_mode & 0o077 == 0


def test_full_disk_loses_nothing_that_was_accepted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Events wait in memory, are written once there is room, and keep their numbers."""
    shipper = Shipper(tmp_path)
    shipper.offer("a")
    shipper.write(after_s=1.0)
    with file_size_limit(0):
        shipper.offer("b")
        shipper.write()
        shipper.offer("c")
        shipper.write(after_s=RETRY_S)
    assert shipper.count("disk_errors") == 2
    assert "disk_refused" in caplog.text
    assert list_names(tmp_path) == ["a"]
    shipper.write(after_s=RETRY_S)
    assert list_names(tmp_path) == ["a", "b", "c"]
    assert list_sequences(tmp_path) == [1, 2, 3]


def test_disk_that_fills_up_midway_leaves_no_torn_record(tmp_path: Path) -> None:
    """A write of which the disk took a part is undone, and its events come again whole, once."""
    shipper = Shipper(tmp_path)
    shipper.offer("a", messages="x" * 1000)
    shipper.write()
    shipper.write(after_s=1.0)
    shipper.offer("b", messages="x" * 1000)
    with file_size_limit(400):
        shipper.write()
        (left,) = tmp_path.glob("lane-*/*.seg")
    assert read_spool(tmp_path)[-1].sequence == 1
    assert left.read_bytes().endswith(b"}")
    shipper.write(after_s=RETRY_S)
    assert list_sequences(tmp_path) == [1, 2]


def test_full_disk_refuses_when_memory_is_full(tmp_path: Path) -> None:
    """Memory is bounded: beyond it events are refused, counted, and holes in the sequence."""
    shipper = Shipper(tmp_path, SPOOL_QUEUE_EVENTS="3", SPOOL_QUEUE_BYTES="1")
    shipper.write()
    with file_size_limit(0):
        for name in "abcdef":
            shipper.offer(name)
            shipper.write()
    assert shipper.count("events_refused") == 2
    shipper.write(after_s=RETRY_S)
    shipper.offer("g")
    shipper.write()
    assert list_names(tmp_path) == ["a", "b", "c", "d", "g"]
    assert list_sequences(tmp_path) == [1, 2, 3, 4, 7]


def test_disk_full_at_the_start_is_waited_for(tmp_path: Path) -> None:
    """Without a folder to write to events wait in the queue, unnumbered, and calls go on."""
    shipper = Shipper(tmp_path)
    with file_size_limit(0):
        shipper.offer("a")
        shipper.write()
        assert shipper.works.writer.lane is None
    shipper.write(after_s=RETRY_S)
    assert list_names(tmp_path) == ["a"]


def test_full_spool_takes_nothing_and_drops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """At its size limit the spool keeps the oldest events; new ones wait, and the sender may make room."""
    shipper = Shipper(tmp_path, SPOOL_MAX_BYTES="1500", GATEWAY_BATCH_EVENTS="1")
    for name in "abc":
        shipper.offer(name, messages="x" * 400)
        shipper.write(after_s=1.0)
    assert list_names(tmp_path) == ["a", "b"]
    assert shipper.count("spool_full") == 1
    assert "spool_full" in caplog.text
    shipper.send()
    shipper.write(after_s=1.0)
    assert list_names(tmp_path) == ["c"]
    assert shipper.receiver.stored_names == ["a", "b"]


def test_stripped_content_never_reaches_the_disk(tmp_path: Path) -> None:
    """With POSTHOG_SPOOL_CONTENT=strip what was said is not in the file."""
    shipper = Shipper(tmp_path, SPOOL_CONTENT="strip")
    shipper.offer("a", messages="SAID", total_tokens=3)
    shipper.write()
    (record,) = read_spool(tmp_path)
    assert b"SAID" not in record.body
    assert json.loads(record.body)["total_tokens"] == 3


def test_event_that_cannot_be_written_costs_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A payload of foreign objects that fail when they are read is counted, told, and a hole in the sequence."""

    class Hostile(dict[str, object]):
        def items(self) -> NoReturn:
            raise LookupError("no items")

    shipper = Shipper(tmp_path)
    shipper.offer("a")
    shipper.works.intake.offer({"id": "b", "metadata": Hostile({"user_api_key_hash": "x"})})
    shipper.offer("c")
    shipper.write()
    assert list_names(tmp_path) == ["a", "c"]
    assert list_sequences(tmp_path) == [1, 3]
    assert shipper.count("events_unreadable") == 1
    assert "event_unreadable" in caplog.text
