"""
Deliver a batch: as one body, and where that is refused for good, in halves until the bad event is alone.

An event counts as bad only when the receiver takes others: where it has taken none of the batch, and nothing just
before, one event from elsewhere is sent as a probe. If that is refused too, the receiver (or a proxy before it) is
what is wrong; then nothing is given up, and everything stays.
"""

from collections.abc import Callable, Sequence

from posthog.llm_gateway.answers import Answer, Meaning
from posthog.llm_gateway.dead_letters import Refused
from posthog.llm_gateway.spool import Record
from posthog.llm_gateway.transport import Post

PROBE_AFTER_REFUSED = 8
"""Events refused alone before the probe is sent: a wrong receiver must not be asked about each event."""


class NotDelivered(Exception):
    """The batch stays; some of it may have been stored, and will be sent again."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"status {answer.status}")
        self.answer = answer


class Delivery:
    """
    One batch's way.

    Attributes:
        stored: Events that were answered 202.
        refused: Events that were refused alone, while others were taken.
    """

    def __init__(self, post: Post, *, find_probe: Callable[[], Record | None], is_receiver_sound: bool = False) -> None:
        self.stored = 0
        self.refused: list[Refused] = []
        self._post = post
        self._find_probe = find_probe
        self._is_receiver_sound = is_receiver_sound

    def run(self, records: Sequence[Record]) -> None:
        """
        Send them all.

        Raises:
            NotDelivered: The receiver is away, denies the credential, or refuses whatever it is sent.
        """
        self._send(records)
        if self.refused:
            self._make_sure(self.refused[-1].answer)

    def _send(self, records: Sequence[Record]) -> None:
        answer = self._post([record.body for record in records])
        if answer.meaning is Meaning.STORED:
            self.stored += len(records)
            self._is_receiver_sound = True
        elif answer.meaning is not Meaning.REFUSED:
            raise NotDelivered(answer)
        elif len(records) > 1:
            middle = len(records) // 2
            self._send(records[:middle])
            self._send(records[middle:])
        else:
            self.refused.append(Refused(records[0], answer))
            if len(self.refused) >= PROBE_AFTER_REFUSED:
                self._make_sure(answer)

    def _make_sure(self, answer: Answer) -> None:
        if self._is_receiver_sound:
            return
        probe = self._find_probe()
        if probe is None or self._post([probe.body]).meaning is not Meaning.STORED:
            raise NotDelivered(answer)
        self._is_receiver_sound = True
