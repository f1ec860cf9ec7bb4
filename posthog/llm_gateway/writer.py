"""
From the queue in memory to the disk: number, encode, append, sync in groups, seal.

What a crash at each step does:
- accepted, in the queue or not yet appended: lost; its number is a hole where the machine lives on (intake.py);
- appended, not synced: survives the death of the process, not that of the machine (at most `sync_interval_s`);
- synced (`events_durable`): survives both; the next process of the lane sends it.

Where the disk refuses, or the spool is as large as it may be, nothing that was accepted is dropped: events wait in
memory up to `max_pending_bytes`, then in the queue, and when that is full new ones are refused there and counted.
The writer tries again every `RETRY_S`. A segment that failed is cut back to what was durable and sealed, so that
the sender can empty it and make room; what was not durable is written again into the next one.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from posthog.llm_gateway.content import prepare_payload
from posthog.llm_gateway.event_lines import encode_line
from posthog.llm_gateway.instruments import Instruments
from posthog.llm_gateway.intake import Intake, Offered
from posthog.llm_gateway.lanes import Lane
from posthog.llm_gateway.pending import PendingRecords
from posthog.llm_gateway.segments import OpenSegment, name_segment
from posthog.llm_gateway.spool import Record, encode_record
from posthog.llm_gateway.spool_folder import SpoolFolder, SpoolSize

RETRY_S = 0.5
MEASURE_INTERVAL_S = 1.0
GROUP_BYTES = 1024 * 1024
IDLE_S = 60.0
MANY_SEGMENTS = 100
PATIENCE = 60
"""How many times longer a segment stays open while many wait: a day's outage must not leave 86,400 files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterLimits:
    """
    How much and how often.

    Attributes:
        sync_interval_s, sync_records: A group is synced when its first record is this old, or it has this many.
        segment_age_s, segment_bytes, segment_records: A segment is sealed at the first of them; one larger
            record has a segment of its own.
        max_spool_bytes: Of the whole folder, measured once a second: several processes may overshoot a little.
        max_pending_bytes: Encoded records kept in memory while the disk does not take them.
    """

    sync_interval_s: float = 0.05
    sync_records: int = 256
    segment_age_s: float = 1.0
    segment_bytes: int = 4 * 1024 * 1024
    segment_records: int = 500
    max_spool_bytes: int = 2 * 1024**3
    max_pending_bytes: int = 16 * 1024 * 1024
    is_content_kept: bool = True


class SpoolFull(Exception):
    """There is no room below `max_spool_bytes`."""


class SpoolWriter:
    """
    The only writer of its process's lane; `step` is called by one thread, again and again.

    Attributes:
        lane: None until the folder could be opened.
        pending: What was taken from the queue and is not durable.
    """

    def __init__(
        self,
        limits: WriterLimits,
        *,
        folder: SpoolFolder,
        intake: Intake,
        instruments: Instruments,
        on_sealed: Callable[[], None] = lambda: None,
    ) -> None:
        self.lane: Lane | None = None
        self.pending = PendingRecords()
        self._limits = limits
        self._folder = folder
        self._intake = intake
        self._instruments = instruments
        self._on_sealed = on_sealed
        self._first_sequence = 0
        self._segment: OpenSegment | None = None
        self._segments_opened = 0
        self._unsynced_since = 0.0
        self._blocked_until = float("-inf")
        self._spool = SpoolSize(bytes=0, segments=0)
        self._measured_at = float("-inf")

    def step(self, *, is_last: bool = False) -> float:
        """
        Bring what was accepted as far as it is due.

        Args:
            is_last: Sync and seal all, due or not.
        Returns:
            Seconds after which to call again, even when nothing new is offered.
        """
        blocked_s = self._blocked_until - self._instruments.monotonic()
        if blocked_s > 0 and not is_last:
            self._take(self._limits.max_pending_bytes)
            return blocked_s
        try:
            self._store(is_last=is_last)
        except SpoolFull:
            self._instruments.counters.add("spool_full")
            self._warn("spool_full", spool_bytes=self._spool.bytes)
            return self._block()
        except OSError as error:
            self._instruments.counters.add("disk_errors")
            self._warn("disk_refused", errno=error.errno, error=error.strerror)
            self._abandon_segment()
            return self._block()
        return self._find_delay()

    def close(self) -> None:
        """Give up the lane; `step(is_last=True)` comes first."""
        self._abandon_segment()
        if self.lane is not None:
            self.lane.close()
            self.lane = None

    def _warn(self, event: str, **fields: object) -> None:
        waiting = len(self.pending) + len(self._intake)
        refused = self._instruments.counters.read()["events_refused"]
        self._instruments.log.warn(event, **fields, events_waiting=waiting, events_refused=refused)

    def _block(self) -> float:
        self._blocked_until = self._instruments.monotonic() + RETRY_S
        self._take(self._limits.max_pending_bytes)
        return RETRY_S

    def _store(self, *, is_last: bool) -> None:
        self._open_lane()
        while self._take(GROUP_BYTES) or self.pending.has_waiting:
            self._append_group()
            self._sync_if_due()
        self._sync_if_due(is_last=is_last)
        if self._segment is not None and (is_last or self._find_segment_delay(self._segment) <= 0):
            self._seal(self._segment)

    def _open_lane(self) -> None:
        if self.lane is not None:
            return
        lane = self._folder.open_lane()
        lane.open_mark()
        self._first_sequence = lane.last_sequence
        self.lane = lane
        if (mark := lane.mark) is not None:
            self._intake.attach_mark(lambda number: mark.store(self._first_sequence + number))
        if backlog := len(lane.list_sealed()):
            self._warn("backlog_found", lane=lane.id, segments=backlog, last_sequence=lane.last_sequence)
        self._on_sealed()

    def _take(self, max_bytes: int) -> bool:
        """Encode what is queued until that much is pending; whether anything came. Waits for the lane's id."""
        if self.lane is None:
            return False
        self.lane.last_sequence = self._first_sequence + self._intake.given
        before = len(self.pending)
        while self.pending.bytes < max_bytes and (offered := self._intake.take()):
            self._add(offered, self.lane.id)
        return len(self.pending) > before

    def _add(self, offered: Offered, shipper_id: str) -> None:
        try:
            self.pending.add(self._encode(offered, shipper_id))
        except Exception:  # noqa: BLE001 - payloads are foreign objects; one must not take the others with it
            self._instruments.counters.add("events_unreadable")
            self._instruments.log.warn_with_traceback("event_unreadable")

    def _encode(self, offered: Offered, shipper_id: str) -> bytes:
        sequence = self._first_sequence + offered.number
        payload = prepare_payload(offered.payload, is_content_kept=self._limits.is_content_kept)
        line = encode_line(payload, shipper_id=shipper_id, sequence=sequence, accepted_at=offered.accepted_at)
        return encode_record(Record(sequence, line))

    def _append_group(self) -> None:
        """Append the waiting records that fit into the segment; where none does, seal it."""
        segment = self._segment or self._open_segment()
        group = self.pending.list_fitting(
            max_records=self._limits.segment_records - segment.records,
            max_bytes=self._limits.segment_bytes - segment.bytes,
            is_first_always=segment.records == 0,
        )
        if not group:
            self._seal(segment)
            return
        data = b"".join(group)
        if not self._take_room(len(data)):
            self._seal(segment)  # the sender may take it: that is what makes room
            raise SpoolFull
        if not self.pending.appended:
            self._unsynced_since = self._instruments.monotonic()
        segment.append(data, records=len(group))
        self.pending.appended += len(group)

    def _take_room(self, more_bytes: int) -> bool:
        now = self._instruments.monotonic()
        if now - self._measured_at >= MEASURE_INTERVAL_S:
            self._spool, self._measured_at = self._folder.measure(), now
        if self._spool.bytes + more_bytes > self._limits.max_spool_bytes:
            return False
        self._spool = self._spool._replace(bytes=self._spool.bytes + more_bytes)
        return True

    def _open_segment(self) -> OpenSegment:
        assert self.lane is not None
        self._segments_opened += 1
        name = name_segment(self.pending.next_sequence, self._segments_opened)
        self.lane.active = name
        self._segment = OpenSegment(self.lane.folder / name, opened_at=self._instruments.monotonic())
        return self._segment

    def _sync_if_due(self, *, is_last: bool = False) -> None:
        if self._segment is None or not self.pending.appended:
            return
        is_full = self.pending.appended >= self._limits.sync_records or self.pending.bytes >= GROUP_BYTES
        if is_last or is_full or self._find_sync_delay() <= 0:
            self._sync(self._segment)

    def _sync(self, segment: OpenSegment) -> None:
        segment.sync()
        self._instruments.counters.add("events_durable", self.pending.forget_appended())

    def _seal(self, segment: OpenSegment) -> None:
        """Close a segment, durable, and leave it to the sender."""
        if not segment.is_durable:
            self._sync(segment)
        self._let_go(segment)

    def _let_go(self, segment: OpenSegment) -> None:
        segment.close()
        self._segment = None
        if self.lane is not None:
            self.lane.active = None
        self._on_sealed()

    def _abandon_segment(self) -> None:
        """After an error: leave what can be made durable to the sender; the rest is still pending and comes again."""
        segment = self._segment
        if segment is None:
            return
        try:
            self._sync(segment)
        except OSError:
            self.pending.appended = 0
            with suppress(OSError):  # what stays is sent although it also comes again: the receiver counts it once
                segment.rollback()
        if not segment.has_durable_records:
            with suppress(OSError):
                segment.path.unlink()
        self._let_go(segment)

    def _find_sync_delay(self) -> float:
        return self._unsynced_since + self._limits.sync_interval_s - self._instruments.monotonic()

    def _find_segment_delay(self, segment: OpenSegment) -> float:
        patience = 1 if self._spool.segments < MANY_SEGMENTS else PATIENCE
        return segment.opened_at + self._limits.segment_age_s * patience - self._instruments.monotonic()

    def _find_delay(self) -> float:
        delays = [IDLE_S]
        if self._segment is not None:
            delays.append(self._find_segment_delay(self._segment))
        if self.pending.appended:
            delays.append(self._find_sync_delay())
        return max(0.0, min(delays))
