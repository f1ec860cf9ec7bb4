"""
Why a stored row says what it says: evidence → reading → columns → costs → flags. Pure.

The row's own figures are explained by deriving them again from its evidence. Where today's rules or prices come to
other figures than the row holds, that is said too (`differences`): the explanation is then that of today's figure.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from posthog.llm_usage.accounting import GATEWAY_SOURCE, RULES_VERSION, AccountedEvent, account_event
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.flag_texts import describe_flag
from posthog.llm_usage.normalize import trace_reading
from posthog.llm_usage.payloads.fields import find_object, find_text
from posthog.llm_usage.pricing.costs import COST_COLUMNS, CostTerm
from posthog.llm_usage.pricing.custom import TeamPrices
from posthog.llm_usage.pricing.request import NO_PRICES
from posthog.llm_usage.readings.trace import ReadingTrace
from posthog.llm_usage.rebuild import derive_again, list_changed_columns, rebuild_event
from posthog.llm_usage.token_usage import COUNT_COLUMNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Which call the row reports."""

    uuid: UUID
    event: str
    timestamp: datetime
    team_id: int
    provider: str | None
    model: str | None
    call_kind: str
    gateway: str | None
    gateway_call_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """
    What the counts were read from.

    Attributes:
        source: Whose word it is, in words.
        usage: As it was received; empty where nothing was reported.
        other_witnesses: What else the event says of its usage, by property.
    """

    source: str
    usage: Mapping[str, Any]
    other_witnesses: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostExplanation:
    """
    Attributes:
        source: Whose figure the columns hold: gateway, caller, provider, custom, team_price, catalogue; None: nobody's.
        price_name: The price that our own figure rests on, as the list or the team names it.
        columns: US dollars as stored; None: not known.
        terms: How our own figure adds up, line by line; empty where there is none.
        own_total_usd: Our own figure, also where another took precedence.
        gateway_total_usd: What the gateway said; 0 for a call that used tokens means that it knew no price.
    """

    source: str | None
    price_name: str | None
    columns: Mapping[str, float | None]
    terms: tuple[CostTerm, ...]
    own_total_usd: Decimal | None
    gateway_total_usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedFlag:
    """A flag of the row, in words."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A column to which today's rules and prices would give another value."""

    column: str
    stored: Any
    derived: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """
    Everything about one row.

    Attributes:
        reading: Chosen and rejected readings with their arithmetic; None where nothing was reported.
        rules_version: Of the rules that wrote the row; `current_rules_version` of those that explain it.
        tokens: Count columns as stored; None: not reported.
    """

    call: Call
    evidence: Evidence
    reading: ReadingTrace | None
    rules_version: str | None
    current_rules_version: str
    tokens: Mapping[str, int | None]
    costs: CostExplanation
    flags: tuple[ExplainedFlag, ...]
    differences: tuple[Difference, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values: amounts as decimal text, times as ISO 8601, each line of a cost and of a reading by name."""
        plain = asdict(self)
        plain["costs"]["terms"] = [term._asdict() for term in self.costs.terms]
        if self.reading is not None:
            candidates = [candidate._asdict() for candidate in self.reading.candidates]
            plain["reading"] = self.reading._asdict() | {"candidates": candidates}
        return {name: _to_plain(value) for name, value in plain.items()}


def explain_row(row: Mapping[str, Any], *, team_prices: TeamPrices = NO_PRICES) -> Explanation:
    """
    Explain a row of `ai_events`, given by column.

    Raises:
        InvalidEvent: `evidence_unreadable`: the row's evidence is not the JSON that was written.
    """
    event = rebuild_event(row)
    accounted = account_event(event, team_prices=team_prices)
    return Explanation(
        call=Call(**{name: row[name] for name in Call.__dataclass_fields__}),
        evidence=_find_evidence(event, accounted),
        reading=_trace(event, accounted),
        rules_version=row["usage_rules_version"],
        current_rules_version=RULES_VERSION,
        tokens={column: row[column] for column in COUNT_COLUMNS},
        costs=_explain_costs(row, event, accounted),
        flags=tuple(ExplainedFlag(name=name, text=describe_flag(name)) for name in row["integrity_flags"]),
        differences=_list_differences(row, team_prices),
    )


WITNESSES = ("$ai_usage", "$ai_provider_usage", "$ai_gateway_counts")

SOURCES = {
    "litellm": "the gateway's usage object",
    None: "the provider's own usage, inside the response that the gateway passed on",
    "posthog": "the event's own token properties",
}
"""Whose word it is, by the `api` under which it is read."""


def _find_api(event: AiEvent, accounted: AccountedEvent) -> str | None:
    if event.properties.get("$ai_usage_source") != GATEWAY_SOURCE:
        return "posthog"
    is_recovered = accounted.usage_raw is not None and accounted.usage_raw == find_object(
        event.properties, "$ai_provider_usage"
    )
    return None if is_recovered else "litellm"


def _find_evidence(event: AiEvent, accounted: AccountedEvent) -> Evidence:
    usage = accounted.usage_raw or {}
    witnesses = {name: event.properties[name] for name in WITNESSES if name in event.properties}
    return Evidence(
        source=SOURCES[_find_api(event, accounted)] if usage else "nothing was reported",
        usage=usage,
        other_witnesses={name: witness for name, witness in witnesses.items() if witness != usage},
    )


def _trace(event: AiEvent, accounted: AccountedEvent) -> ReadingTrace | None:
    api = _find_api(event, accounted)
    return trace_reading(
        provider=find_text(event.properties, "$ai_provider"),
        api=api,
        model=find_text(event.properties, "$ai_model"),
        usage=event.properties if api == "posthog" and accounted.usage_raw else accounted.usage_raw,
    )


def _explain_costs(row: Mapping[str, Any], event: AiEvent, accounted: AccountedEvent) -> CostExplanation:
    stated = event.properties.get("$ai_gateway_response_cost")
    return CostExplanation(
        source=row["cost_source"],
        price_name=row["cost_model"],
        columns={column: row[column] for column in COST_COLUMNS},
        terms=accounted.costs.terms,
        own_total_usd=accounted.costs.own_total_usd,
        gateway_total_usd=stated if isinstance(stated, int | float) else None,
    )


def _list_differences(row: Mapping[str, Any], team_prices: TeamPrices) -> tuple[Difference, ...]:
    derived = derive_again(row, ingested_at=row["ingested_at"], team_prices=team_prices)
    return tuple(
        Difference(column=column, stored=row[column], derived=derived[column])
        for column in list_changed_columns(row, derived)
    )


def _to_plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_plain(item) for item in value]
    return value
