"""A usage that has been understood and whose reading has been chosen: what everything else follows from."""

from typing import NamedTuple

from posthog.llm_usage.readings.arithmetic import Choice, Parts, Reading
from posthog.llm_usage.readings.family import Call, Family
from posthog.llm_usage.readings.found import Found

LIFETIMES = ("write_5m", "write_30m", "write_1h", "write_12h")
LIFETIME_COUNTS = frozenset(LIFETIMES)


class Counted(NamedTuple):
    """Everything that the reading of one usage rests on."""

    family: Family
    call: Call
    found: Found
    parts: Parts
    convention: Reading
    choice: Choice

    @property
    def has_parts_in_question(self) -> bool:
        """Whether any part exceeds what is reported for its whole, or is itself reported in parts."""
        parts = self.parts
        is_larger = parts.cache > parts.input or parts.reasoning > parts.output
        return is_larger or not LIFETIME_COUNTS.isdisjoint(self.found.counts)


def sum_lifetimes(counts: dict[str, int]) -> int | None:
    """Cache writes by lifetime, summed; None where no lifetime is reported."""
    if LIFETIME_COUNTS.isdisjoint(counts):
        return None
    return sum([counts.get(name, 0) for name in LIFETIMES])


def find_written(counts: dict[str, int]) -> int | None:
    """Cache writes; where the whole was not filled in, the sum of its lifetimes."""
    written = counts.get("cache_write")
    return written if written or LIFETIME_COUNTS.isdisjoint(counts) else sum_lifetimes(counts)


def build_parts(counts: dict[str, int]) -> Parts:
    """The counts that a reading combines."""
    get = counts.get
    cache = get("cache_read", 0) + (find_written(counts) or 0)
    return Parts(get("input", 0), get("output", 0), cache, get("reasoning", 0), get("tool_prompt", 0), get("total"))


class Whole(NamedTuple):
    """Both sides of a call, inclusive; None: nothing of it was reported."""

    input: int | None
    output: int | None


def widen(counted: Counted) -> Whole:
    """Add to each side what lies beside it under the chosen reading."""
    parts, reading = counted.parts, counted.choice.reading
    beside_input = 0 if reading.is_cache_inside else parts.cache
    if not reading.is_tool_prompt_inside:
        beside_input += parts.tool_prompt
    beside_output = 0 if reading.is_reasoning_inside else parts.reasoning
    counts = counted.found.counts
    return Whole(
        parts.input + beside_input if beside_input or "input" in counts else None,
        parts.output + beside_output if beside_output or "output" in counts else None,
    )
