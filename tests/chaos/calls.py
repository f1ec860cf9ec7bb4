"""
Calls whose numbers the sender knows: each is made from its own number alone, so it is the same at every delivery.

Five shapes: plain, cached and reasoned, written to the cache with lifetimes, with audio, and failed without any usage.
"""

import random
from dataclasses import dataclass
from typing import Any

from tests.factories import make_payload

Numbers = dict[str, int | None]

SPACING_S = 0.01
WORDS_MAX = 120


@dataclass(frozen=True, slots=True)
class Calls:
    """
    Makes calls 0, 1, 2, …

    Attributes:
        prefix: Of their names, so that those of one scenario are told from another's.
        first_started_at: Unix time at which call 0 began.
    """

    prefix: str
    seed: int
    first_started_at: float

    def name(self, number: int) -> str:
        """The call's `id`, kept in `generation_id`."""
        return f"{self.prefix}-{number}"

    def make(self, number: int) -> dict[str, Any]:
        """The payload that a gateway reports for the call."""
        chance = random.Random(self.seed * 1_000_003 + number)
        usage = _choose_usage(chance, number)
        started_at = self.first_started_at + number * SPACING_S
        is_failure = not usage
        return make_payload(
            id=self.name(number),
            litellm_call_id=f"call-{self.name(number)}",
            trace_id=f"trace-{self.name(number // 7)}",
            status="failure" if is_failure else "success",
            startTime=started_at,
            endTime=started_at + chance.uniform(0.1, 60),
            completionStartTime=started_at + 0.05,
            prompt_tokens=usage.get("prompt_tokens", 0),
            completion_tokens=usage.get("completion_tokens", 0),
            total_tokens=usage.get("total_tokens", 0),
            response_cost=0.0 if is_failure else find_cost_usd(number),
            messages=[{"role": "user", "content": "tide " * chance.randint(1, WORDS_MAX)}],
            metadata={"usage_object": usage},
        )

    def expect(self, number: int) -> Numbers:
        """The token columns of its row; those that are not named here were not reported."""
        return _expect(_choose_usage(random.Random(self.seed * 1_000_003 + number), number))


def find_cost_usd(number: int) -> float:
    """What the gateway says it cost."""
    return (number % 1000 + 1) / 4096


def _choose_usage(chance: random.Random, number: int) -> dict[str, Any]:
    if number % 5 == 4:
        return {}
    fresh, read, output = chance.randint(1, 9_000), chance.randint(1, 50_000), chance.randint(1, 4_000)
    written = [chance.randint(1, 3_000), chance.randint(1, 3_000)]
    details: dict[str, Any] = {}
    output_details: dict[str, Any] = {}
    prompt = fresh
    if number % 5 == 1:
        prompt += read
        details = {"cached_tokens": read}
        output_details = {"reasoning_tokens": output // 2}
    elif number % 5 == 2:
        prompt += read + sum(written)
        lifetimes = {"ephemeral_5m_input_tokens": written[0], "ephemeral_1h_input_tokens": written[1]}
        details = {
            "cached_tokens": read,
            "cache_creation_tokens": sum(written),
            "cache_creation_token_details": lifetimes,
        }
    elif number % 5 == 3:
        details, output_details = {"audio_tokens": fresh // 2}, {"audio_tokens": output // 3}
    usage = {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output}
    details_by_name = {"prompt_tokens_details": details, "completion_tokens_details": output_details}
    return usage | {name: value for name, value in details_by_name.items() if value}


def _expect(usage: dict[str, Any]) -> Numbers:
    if not usage:
        return {}
    details = usage.get("prompt_tokens_details", {})
    lifetimes = details.get("cache_creation_token_details", {})
    output_details = usage.get("completion_tokens_details", {})
    return {
        "input_tokens": usage["prompt_tokens"],
        "output_tokens": usage["completion_tokens"],
        "total_tokens": usage["total_tokens"],
        "cache_read_input_tokens": details.get("cached_tokens"),
        "cache_creation_input_tokens": details.get("cache_creation_tokens"),
        "cache_creation_5m_input_tokens": lifetimes.get("ephemeral_5m_input_tokens"),
        "cache_creation_1h_input_tokens": lifetimes.get("ephemeral_1h_input_tokens"),
        "reasoning_tokens": output_details.get("reasoning_tokens"),
        "audio_input_tokens": details.get("audio_tokens"),
        "audio_output_tokens": output_details.get("audio_tokens"),
        "unexplained_tokens": 0,
    }
