"""How long to wait after a failure: exponential with jitter, never shorter than the receiver asked for."""

from collections.abc import Callable

from posthog.llm_gateway.answers import Answer, Meaning

FIRST_S = 1.0
LONGEST_RETRY_AFTER_S = 600.0


class Backoff:
    """
    The failures in a row and the wait that follows from them.

    What a person has to mend (credential, URL, a receiver that refuses everything) is tried at the longest
    interval at once.
    """

    def __init__(self, *, longest_s: float, random: Callable[[], float]) -> None:
        self._longest_s = longest_s
        self._random = random
        self._failures = 0

    def reset(self) -> None:
        self._failures = 0

    def find_wait_s(self, answer: Answer) -> float:
        """Count a failure; seconds to wait, between half and all of the interval so that gateways spread out."""
        interval_s = self._longest_s
        if answer.meaning is Meaning.LATER:
            interval_s = min(self._longest_s, FIRST_S * 2.0 ** min(self._failures, 30))
        self._failures += 1
        jittered_s = interval_s * (0.5 + self._random() / 2)
        return max(jittered_s, min(answer.retry_after_s or 0.0, LONGEST_RETRY_AFTER_S))
