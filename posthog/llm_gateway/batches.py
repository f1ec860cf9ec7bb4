"""Sealed segments → batches: consecutive segments of one lane, as many as one body may hold."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from posthog.llm_gateway.instruments import Instruments
from posthog.llm_gateway.lanes import Lane
from posthog.llm_gateway.spool import Record, Scan, read_records


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """Of one body, uncompressed; a single event may be larger."""

    max_bytes: int = 4 * 1024 * 1024
    max_records: int = 500


@dataclass(slots=True)
class Batch:
    """Some segments, oldest first, that go when all their records are settled."""

    lane: Lane
    scans: dict[Path, Scan] = field(default_factory=dict)

    @property
    def records(self) -> list[Record]:
        return [record for scan in self.scans.values() for record in scan.records]


def read_batch(lane: Lane, limits: BatchLimits) -> Batch:
    """
    Read the lane's oldest sealed segments, at least one where there is one.

    Raises:
        OSError: A segment cannot be read.
    """
    batch = Batch(lane)
    room_bytes, room_records = limits.max_bytes, limits.max_records
    for segment in lane.list_sealed():
        room_bytes -= segment.stat().st_size
        if batch.scans and room_bytes < 0:
            break
        scan = read_records(segment.read_bytes())
        room_records -= len(scan.records)
        if batch.scans and room_records < 0:
            break
        batch.scans[segment] = scan
    return batch


def settle_batch(batch: Batch, instruments: Instruments) -> None:
    """
    Delete what is settled; a segment that had been changed is set aside for a person to look at.

    Raises:
        OSError: The file system refused; what is left is sent again.
    """
    for segment, scan in batch.scans.items():
        if scan.torn_bytes:
            instruments.counters.add("torn_bytes", scan.torn_bytes)
            instruments.log.warn("segment_torn", segment=segment.name, torn_bytes=scan.torn_bytes)
        if scan.damaged_bytes:
            instruments.counters.add("damaged_bytes", scan.damaged_bytes)
            instruments.log.warn("segment_damaged", segment=segment.name, damaged_bytes=scan.damaged_bytes)
            batch.lane.set_aside(segment)
        else:
            batch.lane.delete(segment)


def find_probe(batch: Batch, lanes: Iterable[Lane]) -> Record | None:
    """The last record of a lane's newest segment outside the batch; None where there is none."""
    for lane in lanes:
        for segment in reversed(lane.list_sealed()):
            if segment not in batch.scans and (records := read_records(segment.read_bytes()).records):
                return records[-1]
    return None
