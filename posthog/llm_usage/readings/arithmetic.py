"""
Which reading of the counts is true: arithmetic first, the provider's convention second.

A provider may count cached tokens inside its input or beside it, reasoning inside its output or beside it, a tool's
prompt inside its input or beside it. Each combination is a `Reading`; its sum is tested against the total that the
provider reports:

    input + output                                       == total   everything inside
    input + output + reasoning                           == total   reasoning beside
    input + cache_read + cache_creation + output         == total   cache beside
    … and every combination, with the tools' prompt

- One possible reading fits: it holds, whatever the provider's name is (`:total`).
- Several fit: the provider's convention, if it is one of them, else the one nearest to it (`:convention`).
- None fits, or no total is reported: the provider's convention (`:convention`); the residue is unexplained.
- A reading is impossible where a part would exceed its whole: cached tokens beyond the input prove that they lie
  beside it. Where the convention itself is impossible, the nearest possible reading holds (`:shape`).
"""

from typing import NamedTuple


class Reading(NamedTuple):
    """
    Where the parts lie.

    Attributes:
        is_cache_inside: True: inside the input that is reported; False: beside it. The others likewise.
    """

    is_cache_inside: bool = True
    is_reasoning_inside: bool = True
    is_tool_prompt_inside: bool = True

    @property
    def name(self) -> str:
        name = "input_inclusive" if self.is_cache_inside else "input_exclusive"
        name += "+output_inclusive" if self.is_reasoning_inside else "+output_exclusive"
        return name if self.is_tool_prompt_inside else name + "+tool_prompt_exclusive"


INCLUSIVE = Reading()
CACHE_BESIDE = Reading(is_cache_inside=False)
REASONING_BESIDE = Reading(is_reasoning_inside=False)
BESIDE = Reading(is_cache_inside=False, is_reasoning_inside=False)

BOTH = (True, False)
ALL_READINGS = tuple(Reading(cache, reasoning, tool) for cache in BOTH for reasoning in BOTH for tool in BOTH)


class Parts(NamedTuple):
    """The reported counts that a reading combines; what is not reported is 0 here, but for the total."""

    input: int = 0
    output: int = 0
    cache: int = 0
    reasoning: int = 0
    tool_prompt: int = 0
    total: int | None = None


class Choice(NamedTuple):
    """
    A reading, and why it holds.

    Attributes:
        basis: `total`, `convention` or `shape`; see the module.
        name: Of both; what `usage_reading` stores.
    """

    reading: Reading
    basis: str
    name: str


CHOICES = {
    (reading, basis): Choice(reading, basis, f"{reading.name}:{basis}")
    for reading in ALL_READINGS
    for basis in ("total", "convention", "shape")
}

ALL_INSIDE, NOTHING_IN_QUESTION = CHOICES[INCLUSIVE, "total"], CHOICES[INCLUSIVE, "convention"]


def _list_nearest(convention: Reading, has_cache: bool, has_reasoning: bool, has_tool: bool) -> tuple[Reading, ...]:
    """The readings that the present parts tell apart, the convention first, fewest differences next."""
    kept = [
        reading
        for reading in ALL_READINGS
        if (has_cache or reading[0] == convention[0])
        and (has_reasoning or reading[1] == convention[1])
        and (has_tool or reading[2] == convention[2])
    ]
    return tuple(sorted(kept, key=lambda reading: sum(a != b for a, b in zip(reading, convention, strict=True))))


CANDIDATES = {
    (convention, cache, reasoning, tool): _list_nearest(convention, cache, reasoning, tool)
    for convention in ALL_READINGS
    for cache in BOTH
    for reasoning in BOTH
    for tool in BOTH
}


def list_candidates(parts: Parts, convention: Reading) -> tuple[Reading, ...]:
    """Every reading that differs in its sum, the convention first, then the ones nearest to it."""
    return CANDIDATES[convention, parts.cache > 0, parts.reasoning > 0, parts.tool_prompt > 0]


def sum_tokens(reading: Reading, parts: Parts) -> int:
    """Everything read and written, under this reading."""
    tokens = parts.input + parts.output
    if not reading.is_cache_inside:
        tokens += parts.cache
    if not reading.is_reasoning_inside:
        tokens += parts.reasoning
    if not reading.is_tool_prompt_inside:
        tokens += parts.tool_prompt
    return tokens


def sum_room_for_cache(reading: Reading, parts: Parts) -> int:
    """The tokens among which cached ones lie if they lie inside: a tool's prompt is cached like any other."""
    return parts.input if reading.is_tool_prompt_inside else parts.input + parts.tool_prompt


def is_possible(reading: Reading, parts: Parts) -> bool:
    """
    No part exceeds the whole that it is said to lie in.

    Reasoning has a tenth of leeway: Baseten's Kimi counts one reasoning token more than it wrote.
    """
    if reading.is_cache_inside and parts.cache > sum_room_for_cache(reading, parts):
        return False
    if reading.is_tool_prompt_inside and parts.tool_prompt > parts.input:
        return False
    return not reading.is_reasoning_inside or parts.reasoning * 10 <= parts.output * 11


def choose_reading(parts: Parts, convention: Reading) -> Choice:
    """The reading that holds, and why."""
    if convention is INCLUSIVE and parts.total == parts.input + parts.output and is_possible(INCLUSIVE, parts):
        # The usual case: whatever lay beside would add to a sum that is the total already.
        has_parts = parts.cache or parts.reasoning or parts.tool_prompt
        return ALL_INSIDE if has_parts else NOTHING_IN_QUESTION
    candidates = list_candidates(parts, convention)
    if len(candidates) > 1:
        fitting = list_fitting(parts, candidates)
        if fitting:
            return CHOICES[fitting[0], "total" if len(fitting) == 1 else "convention"]
        if not is_possible(convention, parts):
            nearest = next((reading for reading in candidates if is_possible(reading, parts)), None)
            if nearest is not None:
                return CHOICES[nearest, "shape"]
    return CHOICES[convention, "convention"]


def list_fitting(parts: Parts, candidates: tuple[Reading, ...]) -> list[Reading]:
    """The possible readings whose sum is the reported total."""
    total = parts.total
    if total is None:
        return []
    return [reading for reading in candidates if sum_tokens(reading, parts) == total and is_possible(reading, parts)]
