"""
Why a provider's books and ours may differ: a rule for each likely cause, from the figures of one model and day. Pure.

A cause is a lead, not a verdict: each sentence says what to look at next.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

from ee.reconciliation.kinds import COST, INPUT_PARTS, LIFETIMES, NO_MODEL, TOKENS
from ee.reconciliation.ours import OurLine
from posthog.llm_usage import integrity

RECENT = timedelta(hours=48)
"""Events may be that late, and providers go on booking."""
ZERO = Decimal(0)
ROUNDING_USD = Decimal("0.005")
ROUNDING_SHARE = Decimal("0.0001")
SAME_SHARE = Decimal("0.001")

TEXTS: Mapping[str, str] = {
    "rounding": "rounding: amounts differ by less than half a cent, or by a ten-thousandth.",
    "recent_day": "late events: the day ended less than 48 hours ago; events may still come, and the provider may "
    "still book. Compare again.",
    "day_boundary": "calls around midnight: the day before or after differs by as much the other way; the provider "
    "books them when they end, ours count when they begin.",
    "bypassed_gateway": "calls that bypassed the gateway: theirs are more in every kind. Look for keys of this "
    "provider that are used outside the gateway; or for lost events: `reconcile_gateway`.",
    "counted_twice": "duplicates, or another account: ours are more in every kind. Look for one call reported by two "
    "sources (gateway and SDK), or for keys of an account that this admin key does not see.",
    "no_such_line": "the provider's books do not have this model on this day: another account, or another name of it.",
    "not_reported": "known blind spot: none of our calls reports this kind, though the provider bills it. See the "
    "source's row in the README's table of what each source reports.",
    "parts_differ": "the input agrees, its parts do not: cache tokens were read as uncached or the other way round. "
    "Look at `explain_ai_event` of one call of the model.",
    "lifetimes_lost": "known blind spot: the cache writes agree, their lifetimes do not: LiteLLM's streams drop the "
    "split of some answers (`ttl_split_mismatch`).",
    "estimated_usage": "some of our calls hold the gateway's own estimate, for the provider's usage never arrived: "
    "flags `usage_estimated`, `stream_without_usage`, `stream_incomplete`.",
    "usage_missing": "some of our calls succeeded without any usage: flag `usage_missing_on_success`.",
    "estimated_reasoning": "our reasoning tokens are the gateway's own count: flag `reasoning_estimated`.",
    "unpriced": "some of our calls have no known price (`unpriced_model`): their cost is missing on our side.",
    "price_differs": "the tokens agree, the amounts do not: another price. Look at discounts, batch and flex tiers, "
    "`cost_mismatch`, and `refresh_prices`.",
    "no_model": "the provider books this amount without a model (searches, tools, storage, sessions); of ours only "
    "the web searches are known apart from the models' costs.",
    "priority_tier": "known blind spot: Anthropic's cost report leaves the Priority Tier out.",
    "other_tokenizer": "OpenRouter does not document whose tokenizer its activity counts with.",
    "unexplained": "no rule explains it: look at the calls of this model and day.",
}

ESTIMATES = (integrity.USAGE_ESTIMATED, integrity.STREAM_WITHOUT_USAGE, integrity.STREAM_INCOMPLETE)


class Compared(Protocol):
    """What of a compared line is looked at; `ours` is None where no call of ours reported the kind."""

    @property
    def kind(self) -> str: ...
    @property
    def theirs(self) -> Decimal: ...
    @property
    def ours(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    One model on one day.

    Attributes:
        lines: Every kind that was compared.
        ours: What else our calls say.
        shifted: The kinds of which a neighbouring day has as much too much as this one lacks, or the reverse.
    """

    provider: str
    model: str
    day: date
    ours: OurLine
    now: datetime
    lines: Sequence[Compared]
    shifted: frozenset[str] = frozenset()

    def find(self, kind: str) -> Compared | None:
        return next((line for line in self.lines if line.kind == kind), None)

    def agrees(self, kind: str) -> bool:
        """Whether both sides have the kind, and the same of it but for a thousandth."""
        line = self.find(kind)
        return line is not None and line.ours is not None and _is_close(line, SAME_SHARE)

    @property
    def direction(self) -> int:
        """1 where theirs are more, in input and output and nowhere less; -1 where ours are, likewise; else 0."""
        # Of the lifetimes their sum is enough; and reasoning may be an estimate.
        kinds = [kind for kind in TOKENS if kind not in LIFETIMES and kind != "reasoning_tokens"]
        signs = {line.kind: _sign(line.theirs - (line.ours or ZERO)) for line in self.lines if line.kind in kinds}
        found = set(signs.values()) - {0}
        is_throughout = all(signs.get(kind, 1) for kind in ("input_tokens", "output_tokens"))
        return found.pop() if len(found) == 1 and is_throughout else 0


Rule = Callable[[str, Difference], bool]

RULES: Mapping[str, Rule] = {
    "recent_day": lambda _, of: of.now - datetime.combine(of.day, time.max, UTC) < RECENT,
    "no_model": lambda kind, of: kind == COST and of.model == NO_MODEL,
    "no_such_line": lambda _, of: not any(line.theirs for line in of.lines),
    "day_boundary": lambda kind, of: kind in of.shifted,
    "bypassed_gateway": lambda _, of: of.direction == 1 or not of.ours.rows and any(line.theirs for line in of.lines),
    "counted_twice": lambda _, of: of.direction == -1,
    "not_reported": lambda kind, of: of.ours.rows > 0 and of.ours.figures.get(kind) is None,
    "parts_differ": lambda kind, of: kind in INPUT_PARTS and of.agrees("input_tokens"),
    "lifetimes_lost": lambda kind, of: kind in LIFETIMES and of.agrees("cache_creation_input_tokens"),
    "estimated_usage": lambda kind, of: any(map(of.ours.flags.get, ESTIMATES)),
    "usage_missing": lambda kind, of: bool(of.ours.flags.get(integrity.USAGE_MISSING_ON_SUCCESS)),
    "estimated_reasoning": lambda kind, of: (
        kind == "reasoning_tokens" and bool(of.ours.flags.get(integrity.REASONING_ESTIMATED))
    ),
    "unpriced": lambda kind, of: kind == COST and of.ours.unpriced_rows > 0,
    "price_differs": lambda kind, of: (
        kind == COST and bool(of.ours.rows) and of.agrees("output_tokens") and of.agrees("input_tokens")
    ),
    "priority_tier": lambda kind, of: (
        kind == COST and of.provider == "anthropic" and of.ours.rows > 0 and _is_ours_more(kind, of)
    ),
    "other_tokenizer": lambda kind, of: of.provider == "openrouter" and kind in TOKENS and of.ours.rows > 0,
}
"""In the order of likelihood; the first few of them are told."""


def list_causes(kind: str, difference: Difference) -> tuple[str, ...]:
    """
    The likely causes of one kind's difference, as codes of TEXTS.

    Returns:
        None where both sides agree; `unexplained` alone where no rule has an answer.
    """
    line = difference.find(kind)
    if line is None or line.theirs == (line.ours or ZERO):
        return ()
    if kind == COST and _is_rounding(line):
        return ("rounding",)
    return tuple(code for code, rule in RULES.items() if rule(kind, difference)) or ("unexplained",)


def _is_rounding(line: Compared) -> bool:
    difference = abs(line.theirs - (line.ours or ZERO))
    return line.ours is not None and (difference < ROUNDING_USD or _is_close(line, ROUNDING_SHARE))


def _is_close(line: Compared, share: Decimal) -> bool:
    ours = line.ours or ZERO
    return abs(line.theirs - ours) <= share * max(abs(line.theirs), abs(ours))


def _is_ours_more(kind: str, difference: Difference) -> bool:
    line = difference.find(kind)
    return line is not None and (line.ours or ZERO) > line.theirs


def _sign(amount: Decimal) -> int:
    return (amount > 0) - (amount < 0)
