"""Events with counts of their own, their sums, and deliveries of them: several times each, in any order."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.factories import make_payload

MOST_DELIVERIES = 5
LARGEST_BATCH = 200
SUMMED = (
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "reasoning_tokens",
)


@dataclass(frozen=True, slots=True)
class NumberedCall:
    """One call whose counts follow from its number."""

    number: int
    started_at: float

    @property
    def counts(self) -> dict[str, int]:
        """Every summed column; cached and written tokens are part of the input, reasoning of the output."""
        read, written, fresh = self.number % 977, self.number % 331, 1 + self.number % 1499
        reasoning, visible = self.number % 191, 1 + self.number % 613
        input_tokens, output_tokens = read + written + fresh, reasoning + visible
        columns = (input_tokens, output_tokens, input_tokens + output_tokens, read, written, reasoning)
        return dict(zip(SUMMED, columns, strict=True))

    def to_payload(self) -> dict[str, Any]:
        """As the gateway reports it."""
        counts = self.counts
        usage = {
            "prompt_tokens": counts["input_tokens"],
            "completion_tokens": counts["output_tokens"],
            "total_tokens": counts["total_tokens"],
            "prompt_tokens_details": {
                "cached_tokens": counts["cache_read_input_tokens"],
                "cache_creation_tokens": counts["cache_creation_input_tokens"],
            },
            "completion_tokens_details": {"reasoning_tokens": counts["reasoning_tokens"]},
        }
        times = {"startTime": self.started_at, "endTime": self.started_at + 1}
        ids = {"id": f"chatcmpl-{self.number}", "litellm_call_id": f"call-{self.number}"}
        return make_payload(**ids, **times, metadata={"usage_object": usage})


def list_calls(events: int, *, day_start: datetime) -> list[NumberedCall]:
    """Calls spread over the day's first 20 hours."""
    step_s = 72_000 / events
    return [NumberedCall(number, day_start.timestamp() + number * step_s) for number in range(events)]


def sum_counts(calls: list[NumberedCall]) -> dict[str, int]:
    """The senders' own sums."""
    return {name: sum(call.counts[name] for call in calls) for name in SUMMED}


def list_batches(calls: list[NumberedCall], rng: random.Random) -> Iterator[list[NumberedCall]]:
    """Every call one to five times, all deliveries shuffled, cut into batches of any size."""
    deliveries = [call for call in calls for _ in range(rng.randint(1, MOST_DELIVERIES))]
    rng.shuffle(deliveries)
    while deliveries:
        size = rng.randint(1, LARGEST_BATCH)
        yield deliveries[:size]
        del deliveries[:size]
