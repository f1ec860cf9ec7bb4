"""
From the spool to the receiver: batches of sealed segments, each deleted after its 202.

At least once: a crash between the 202 and the deletion, or in the middle of a batch that is being halved, sends
events again; the receiver counts them once. Refused events are in the dead letter file, synced, before their
segment goes. Nothing else ever deletes a segment. Lanes of dead processes are adopted and emptied along the way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from posthog.llm_gateway.answers import Answer, Meaning
from posthog.llm_gateway.backoff import Backoff
from posthog.llm_gateway.batches import Batch, BatchLimits, find_probe, read_batch, settle_batch
from posthog.llm_gateway.dead_letters import Refused, keep_dead_letters
from posthog.llm_gateway.delivery import Delivery, NotDelivered
from posthog.llm_gateway.instruments import Instruments
from posthog.llm_gateway.lanes import Lane
from posthog.llm_gateway.spool_folder import SpoolFolder
from posthog.llm_gateway.transport import Post

IDLE_S = 10.0
ADOPT_INTERVAL_S = 10.0
DISK_RETRY_S = 5.0

ADVICE = {
    Meaning.LATER: "receiver_away",
    Meaning.DENIED: "credential_denied",
    Meaning.REFUSED: "receiver_refuses_everything",
    Meaning.UNKNOWN: "unexpected_answer",
}


@dataclass(frozen=True, slots=True)
class Outlet:
    """What the sender sends with: the request, how much of it at once, how patiently."""

    post: Post
    backoff: Backoff
    limits: BatchLimits = BatchLimits()


class Sender:
    """The only sender of its process; `step` is called by one thread, again and again."""

    def __init__(
        self,
        outlet: Outlet,
        *,
        folder: SpoolFolder,
        find_lane: Callable[[], Lane | None],
        instruments: Instruments,
    ) -> None:
        self._outlet = outlet
        self._folder = folder
        self._find_lane = find_lane
        self._instruments = instruments
        self._adopted: list[Lane] = []
        self._adopt_at = float("-inf")
        self._retry_at = float("-inf")
        self._has_just_stored = False

    def step(self) -> float:
        """
        Send one batch if there is one and its time has come.

        Returns:
            Seconds after which to call again; 0 where there may be more to send.
        """
        now = self._instruments.monotonic()
        if now < self._retry_at:
            return self._retry_at - now
        try:
            self._adopt_orphans(now)
            is_sent = self._send_next()
        except NotDelivered as failure:
            return self._wait(self._outlet.backoff.find_wait_s(failure.answer), failure.answer)
        except OSError as error:
            self._instruments.counters.add("disk_errors")
            self._instruments.log.warn("spool_unreadable", errno=error.errno, error=error.strerror)
            self._retry_at = now + DISK_RETRY_S
            return DISK_RETRY_S
        return 0.0 if is_sent else IDLE_S

    def close(self) -> None:
        """Let the adopted lanes go."""
        while self._adopted:
            self._adopted.pop().close()

    def _wait(self, wait_s: float, answer: Answer) -> float:
        self._retry_at = self._instruments.monotonic() + wait_s
        self._instruments.log.warn(
            ADVICE[answer.meaning], status=answer.status, answer=repr(answer.text), retry_in_s=round(wait_s, 1)
        )
        return wait_s

    def _adopt_orphans(self, now: float) -> None:
        if now < self._adopt_at or self._find_lane() is None:
            return
        self._adopt_at = now + ADOPT_INTERVAL_S
        for lane in self._folder.adopt_orphans():
            self._adopted.append(lane)
            self._instruments.log.warn("lane_adopted", lane=lane.id, segments=len(lane.list_sealed()))

    def _send_next(self) -> bool:
        """Send a batch of the own lane and one of each adopted; whether there was any."""
        self._has_just_stored = False
        own = self._find_lane()
        is_sent = own is not None and self._send_from(own)
        for lane in tuple(self._adopted):
            if self._send_from(lane):
                is_sent = True
            else:
                self._adopted.remove(lane)
                lane.close()
        return is_sent

    def _send_from(self, lane: Lane) -> bool:
        batch = read_batch(lane, self._outlet.limits)
        if not batch.scans:
            return False
        if batch.records:
            self._deliver(batch)
        settle_batch(batch, self._instruments)
        return True

    def _deliver(self, batch: Batch) -> None:
        lanes = {batch.lane, *self._adopted, *filter(None, [self._find_lane()])}
        delivery = Delivery(
            self._post, find_probe=lambda: find_probe(batch, lanes), is_receiver_sound=self._has_just_stored
        )
        try:
            delivery.run(batch.records)
        finally:
            self._instruments.counters.add("events_delivered", delivery.stored)
        self._outlet.backoff.reset()
        self._has_just_stored = True
        if delivery.refused:
            self._bury(batch, delivery.refused)

    def _bury(self, batch: Batch, refused: list[Refused]) -> None:
        keep_dead_letters(batch.lane.folder, refused, now=self._instruments.clock())
        self._instruments.counters.add("events_dead_lettered", len(refused))
        answer = refused[0].answer
        self._instruments.log.warn(
            "events_refused_by_receiver", events=len(refused), status=answer.status, answer=repr(answer.text)
        )

    def _post(self, lines: Sequence[bytes]) -> Answer:
        answer = self._outlet.post(lines)
        self._instruments.counters.add("posts")
        if answer.meaning is not Meaning.STORED:
            self._instruments.counters.add("posts_failed")
        return answer
