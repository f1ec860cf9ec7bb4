"""
An explanation as a person reads it at a terminal: one section a step, figures aligned.

What says nothing is left out of the text, though not of the JSON: members that are null, and lines of a cost for none.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from textwrap import shorten, wrap
from typing import Any

import orjson

from posthog.decimal_text import format_decimal
from posthog.llm_usage.explanation import CostExplanation, Explanation
from posthog.llm_usage.pricing.costs import CostTerm
from posthog.llm_usage.readings.trace import Candidate, ReadingTrace

INDENT = "  "
MAX_CHARS = 110

SOURCE_TEXTS: Mapping[str | None, str] = {
    "gateway": "the gateway's figure",
    "caller": "the caller's figure",
    "provider": "the provider's own charge",
    "custom": "prices that the event carries",
    "team_price": "a price that the team has agreed on",
    "catalogue": "the price list",
    None: "none is known",
}


WITNESS_TEXTS: Mapping[str, str] = {
    "$ai_usage": "the gateway's usage object",
    "$ai_provider_usage": "the usage inside the response that the gateway passed on",
    "$ai_gateway_counts": "the counts at the payload's top",
}

NOT_CALLED: Mapping[str, str] = {
    "gateway_cache_hit": "the gateway answered from its own cache: nothing was paid",
    "read": "a stored response was read again: nothing was paid",
}
"""Kinds of call that did not reach the provider; a cost of 0 is a fact there."""

NOT_COUNTED: Mapping[str, str] = {
    "client_report": "a second report of a call that another row counts ($ai_reported_by): no sum takes it",
    "no_call": "no call of a model: no sum takes it",
}
"""Kinds of row whose figures stand as they were reported, and are nowhere added up."""


def render_explanation(explanation: Explanation) -> str:
    """Every section, in the order in which the figures came about."""
    sections = (
        _list_call_lines(explanation),
        _list_evidence_lines(explanation),
        _list_reading_lines(explanation.reading, explanation.rules_version),
        _list_token_lines(explanation.tokens, explanation.reading),
        _list_cost_lines(explanation.costs, explanation.call.call_kind),
        _list_flag_lines(explanation),
        _list_difference_lines(explanation),
    )
    return "\n\n".join("\n".join(lines) for lines in map(list, sections) if lines)


def _list_call_lines(explanation: Explanation) -> Iterator[str]:
    call = explanation.call
    yield f"{call.event} {call.uuid}"
    yield f"{call.model or 'unknown model'} by {call.provider or 'unknown provider'}, {call.call_kind}"
    gateway = f", gateway {call.gateway}" if call.gateway else ""
    yield f"team {call.team_id}, {call.timestamp:%Y-%m-%d %H:%M:%S} UTC{gateway}"
    if call.gateway_call_id:
        yield f"gateway call {call.gateway_call_id}"


def _list_evidence_lines(explanation: Explanation) -> Iterator[str]:
    evidence = explanation.evidence
    yield f"Evidence: {evidence.source}"
    if evidence.usage:
        yield from _list_json_lines(evidence.usage)
    for name, witness in evidence.other_witnesses.items():
        yield f"{INDENT}beside it, {WITNESS_TEXTS.get(name, name)}:"
        yield from _list_json_lines(witness)


def _list_json_lines(value: Any) -> Iterator[str]:
    json = orjson.dumps(_leave_out_nulls(value), option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()
    yield from (INDENT + line for line in json.splitlines())


def _leave_out_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _leave_out_nulls(item) for name, item in value.items() if item is not None}
    return [_leave_out_nulls(item) for item in value] if isinstance(value, list) else value


def _list_reading_lines(reading: ReadingTrace | None, rules_version: str | None) -> Iterator[str]:
    if reading is None:
        yield "Reading: none, there is nothing to read"
        return
    yield f"Reading: {reading.reading}, by rules {rules_version}, as usage of the {reading.family} family"
    yield f"{INDENT}in words: {reading.meaning}"
    if reading.candidates:
        yield from _align(_list_candidate_cells(candidate) for candidate in reading.candidates)
    if reading.unknown_keys:
        yield f"{INDENT}keys that no rule knows: {', '.join(reading.unknown_keys)}"


def _list_candidate_cells(candidate: Candidate) -> list[str]:
    return ["✓" if candidate.is_chosen else "✗", candidate.name, candidate.equation, candidate.verdict]


def _list_token_lines(tokens: Mapping[str, int | None], reading: ReadingTrace | None) -> Iterator[str]:
    yield "Counts"
    origins = {} if reading is None else reading.origins
    known = [(name, f"{count:,}", origins.get(name, "")) for name, count in tokens.items() if count is not None]
    yield from _align(known, right={1})
    if reading is not None and reading.uncolumned:
        others = ", ".join(f"{words} {count:,}" for words, count in reading.uncolumned.items())
        yield f"{INDENT}reported too, without a column: {others}"
    unknown = ", ".join(name for name, count in tokens.items() if count is None)
    if unknown:
        yield from wrap(f"not reported: {unknown}", MAX_CHARS, initial_indent=INDENT, subsequent_indent=INDENT * 2)


def _list_cost_lines(costs: CostExplanation, call_kind: str) -> Iterator[str]:
    yield f"Costs in US dollars: {SOURCE_TEXTS.get(costs.source, costs.source)}"
    known = [(name, _format_float(usd)) for name, usd in costs.columns.items() if usd is not None]
    yield from _align(known, right={1})
    if call_kind in NOT_COUNTED:
        yield f"{INDENT}{NOT_COUNTED[call_kind]}"
    if call_kind in NOT_CALLED:
        yield f"{INDENT}{NOT_CALLED[call_kind]}"
    elif costs.gateway_total_usd is not None:
        word = "" if costs.gateway_total_usd else ", its word for a price that it does not know or for nothing used"
        yield f"{INDENT}the gateway said {_format_float(costs.gateway_total_usd)}{word}"
    if costs.own_total_usd is None:
        if call_kind not in NOT_CALLED:
            yield f"{INDENT}our own figure: none, no price is known"
        return
    paid = "what the provider would have charged" if call_kind in NOT_CALLED else "our own figure"
    yield f"{INDENT}{paid} by the price of {costs.price_name}: {format_decimal(costs.own_total_usd)}"
    terms = [_list_term_cells(term) for term in costs.terms if term.quantity]
    yield from (INDENT + line for line in _align(terms, right={2, 4}))


def _list_term_cells(term: CostTerm) -> list[str]:
    equation = [f"{term.quantity:,}", f"× {format_decimal(term.rate_usd)} =", format_decimal(term.amount_usd)]
    return [term.column, term.rate_name, *equation]


def _format_float(amount: float) -> str:
    """Without the digits that binary fractions add: nobody charges a trillionth of a dollar."""
    return format_decimal(Decimal(f"{amount:.12g}"))


def _list_flag_lines(explanation: Explanation) -> Iterator[str]:
    if not explanation.flags:
        yield "Flags: none"
        return
    yield "Flags"
    for flag in explanation.flags:
        yield f"{INDENT}{flag.name}"
        yield from wrap(flag.text, MAX_CHARS, initial_indent=INDENT * 2, subsequent_indent=INDENT * 2)


def _list_difference_lines(explanation: Explanation) -> Iterator[str]:
    if not explanation.differences:
        return
    day = explanation.call.timestamp.date()
    yield "Today's rules and prices come to other figures"
    yield from _align(
        (difference.column, _show(difference.stored), "→", _show(difference.derived))
        for difference in explanation.differences
    )
    yield (
        f"{INDENT}to store them: bin/manage renormalize_ai_events --start {day} --end {day + timedelta(days=1)} "
        f"--team {explanation.call.team_id}"
    )


def _show(value: Any) -> str:
    return shorten("not known" if value is None else str(value), MAX_CHARS // 2, placeholder=" …")


def _align(lines: Iterable[Iterable[str]], right: Iterable[int] = ()) -> Iterator[str]:
    """Indent the lines, pad their cells to columns; nothing where there is no line."""
    table = [list(line) for line in lines]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    to_right = set(right)
    for line in table:
        cells = (
            cell.rjust(width) if place in to_right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        yield (INDENT + INDENT.join(cells)).rstrip()
