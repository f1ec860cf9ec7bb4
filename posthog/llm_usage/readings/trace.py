"""
Why a usage was read the way it was: every candidate reading with its equation in numbers.
"""

from typing import NamedTuple

from posthog.llm_usage.readings.arithmetic import Parts, Reading, is_possible, list_candidates, sum_tokens
from posthog.llm_usage.readings.counted import Counted
from posthog.llm_usage.readings.origins import describe_origins, list_uncolumned


class Candidate(NamedTuple):
    """
    One way to read the counts.

    Attributes:
        equation: Its sum in numbers, e.g. `input 100 + cache 9016 + output 800 = 9916`.
        tokens: The sum.
        is_fitting: It is the reported total; None where none is reported.
        is_possible: No part exceeds the whole it would lie in.
        verdict: One sentence: why it was chosen or rejected.
    """

    name: str
    equation: str
    tokens: int
    is_fitting: bool | None
    is_possible: bool
    is_chosen: bool
    verdict: str


class ReadingTrace(NamedTuple):
    """
    Attributes:
        family: Whose shape the usage has.
        counts: What was understood, by name, before any reading.
        convention: The reading that holds by default for this family, provider and model.
        total: As reported; None where it is not.
        reading: As `TokenUsage.reading`.
        meaning: The reading in words, of the parts that are there.
        candidates: The convention first.
        origins: Where each filled column comes from, in words.
        uncolumned: What was understood and has no column, by its words.
        unknown_keys: What was not understood.
    """

    family: str
    counts: dict[str, int]
    convention: str
    total: int | None
    reading: str
    meaning: str
    candidates: tuple[Candidate, ...]
    origins: dict[str, str]
    uncolumned: dict[str, int]
    unknown_keys: tuple[str, ...]


def trace_choice(counted: Counted) -> ReadingTrace:
    """Write down how the reading was chosen."""
    found, parts, choice = counted.found, counted.parts, counted.choice
    readings = list_candidates(parts, counted.convention)
    return ReadingTrace(
        family=counted.family.name,
        counts=dict(found.counts),
        convention=counted.convention.name,
        total=parts.total,
        reading=choice.name if found.counts else "none",
        meaning=_put_into_words(choice.reading, parts),
        candidates=tuple(_describe(reading, counted) for reading in readings),
        origins=describe_origins(counted),
        uncolumned=list_uncolumned(found.counts),
        unknown_keys=tuple(found.unknown_keys),
    )


def _put_into_words(reading: Reading, parts: Parts) -> str:
    lies = {True: "inside", False: "beside"}
    clauses = []
    if parts.cache:
        clauses.append(f"cached tokens lie {lies[reading.is_cache_inside]} the reported input")
    if parts.reasoning:
        clauses.append(f"reasoning lies {lies[reading.is_reasoning_inside]} the reported output")
    if parts.tool_prompt:
        clauses.append(f"the prompt of tools lies {lies[reading.is_tool_prompt_inside]} the reported input")
    return "; ".join(clauses) or "no part is in question: the reported input and output are the whole"


def _describe(reading: Reading, counted: Counted) -> Candidate:
    parts, is_chosen = counted.parts, reading == counted.choice.reading
    tokens, is_able = sum_tokens(reading, parts), is_possible(reading, parts)
    return Candidate(
        name=reading.name,
        equation=_write_equation(reading, parts, tokens),
        tokens=tokens,
        is_fitting=None if parts.total is None else tokens == parts.total,
        is_possible=is_able,
        is_chosen=is_chosen,
        verdict=_justify(counted) if is_chosen else _reject(tokens, parts.total, is_able=is_able),
    )


def _write_equation(reading: Reading, parts: Parts, tokens: int) -> str:
    terms = [f"input {parts.input}"]
    if not reading.is_cache_inside and parts.cache:
        terms.append(f"cache {parts.cache}")
    if not reading.is_tool_prompt_inside and parts.tool_prompt:
        terms.append(f"tool prompt {parts.tool_prompt}")
    terms.append(f"output {parts.output}")
    if not reading.is_reasoning_inside and parts.reasoning:
        terms.append(f"reasoning {parts.reasoning}")
    return f"{' + '.join(terms)} = {tokens}"


def _justify(counted: Counted) -> str:
    parts, basis = counted.parts, counted.choice.basis
    if basis == "total":
        return f"the only one whose sum is the reported total {parts.total}"
    if basis == "shape":
        return "the convention is impossible; this is the nearest reading that is not"
    tokens = sum_tokens(counted.choice.reading, parts)
    if parts.total is None:
        return f"the convention of {counted.family.name}; no total is reported to test it"
    if tokens == parts.total:
        return f"the convention of {counted.family.name}; its sum is the reported total {parts.total}"
    return f"the convention of {counted.family.name}; no reading's sum is the reported total {parts.total}"


def _reject(tokens: int, total: int | None, *, is_able: bool) -> str:
    if not is_able:
        return "a part would exceed the whole it lies in"
    if total is None:
        return "no total is reported; the convention says otherwise"
    if tokens == total:
        return "fits as well; the convention says otherwise"
    return f"its sum is not the reported total {total}"
