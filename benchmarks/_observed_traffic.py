"""Simulated calls → what the checks look at: each usage read and priced by the rules themselves, then summed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from benchmarks._simulated_traffic import Call
from posthog.llm_integrity.checks.arrivals import BEHIND, CLOCK_TOLERANCE
from posthog.llm_integrity.expectations import RATIOS
from posthog.llm_integrity.sources import ArrivalHour, NumberedHour, Source, VolumeHour
from posthog.llm_integrity.tallies import Hour, Quotients, Series, Tally, add_tallies
from posthog.llm_usage.accounting import GATEWAY_SOURCE, AccountedEvent, account_event
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.token_usage import COUNT_COLUMNS

NO_ID = UUID(int=0)
Kept = TypeVar("Kept", ArrivalHour, NumberedHour)


@dataclass(slots=True)
class TrafficStore:
    """Everything that arrived so far, by hour."""

    series: dict[Series, dict[datetime, Tally]] = field(default_factory=dict)
    volumes: dict[Source, dict[datetime, int]] = field(default_factory=dict)
    arrivals: dict[str, dict[datetime, ArrivalHour]] = field(default_factory=dict)
    numbered: dict[str, dict[datetime, NumberedHour]] = field(default_factory=dict)

    def take(self, hour: datetime, calls: Sequence[Call]) -> None:
        """Store the reports of one hour."""
        arrived = [call for call in calls if not call.is_lost]
        by_series: dict[tuple[Series, datetime], list[Tally]] = {}
        for call in arrived:
            series = Series(call.gateway, call.provider, call.model, call.is_stream)
            started = call.started_at.replace(minute=0, second=0, microsecond=0)
            by_series.setdefault((series, started), []).append(tally_call(call))
            for source in (Source("gateway", call.gateway), Source("team", str(call.team_id))):
                volume = self.volumes.setdefault(source, {})
                volume[started] = volume.get(started, 0) + 1
        for (series, started), tallies in by_series.items():
            hours = self.series.setdefault(series, {})
            known = hours.get(started)
            hours[started] = add_tallies([*tallies, *([known] if known else [])])
        for gateway in {call.gateway for call in calls}:
            self._note_arrivals(gateway, hour, [call for call in calls if call.gateway == gateway])

    def list_hours(self, series: Series, start: datetime, end: datetime) -> list[Hour]:
        """Ascending; from `start` inclusive to `end` exclusive."""
        hours = self.series[series]
        return [Hour(at, hours[at]) for at in sorted(hours) if start <= at < end]

    def list_volumes(self, source: Source, end: datetime) -> list[VolumeHour]:
        volume = self.volumes[source]
        start = end - timedelta(days=21)
        return [VolumeHour(hour=at, calls=volume[at]) for at in sorted(volume) if start <= at < end]

    def _note_arrivals(self, gateway: str, hour: datetime, calls: Sequence[Call]) -> None:
        arrived = [call for call in calls if not call.is_lost]
        received = NumberedHour(hour=hour, received=len(arrived), missing=len(calls) - len(arrived))
        self.numbered.setdefault(gateway, {})[hour] = received
        self.arrivals.setdefault(gateway, {})[hour] = ArrivalHour(
            hour=hour,
            calls=len(arrived),
            ahead_calls=sum(call.started_at - call.arrived_at > CLOCK_TOLERANCE for call in arrived),
            behind_calls=sum(call.arrived_at - call.started_at > BEHIND for call in arrived),
            repeated_calls=len(arrived) - len({call.response_id for call in arrived}),
        )


def tally_call(call: Call) -> Tally:
    """One call, read and priced as its row would be."""
    properties = {
        "$ai_provider": call.provider,
        "$ai_model": call.model,
        "$ai_stream": call.is_stream,
        "$ai_gateway": call.gateway,
        "$ai_usage_source": GATEWAY_SOURCE,
        "$ai_usage": call.usage,
        **call.properties,
    }
    accounted = _account(properties, call)
    if call.cost_factor is not None and accounted.costs.total_cost_usd is not None:
        reported = float(accounted.costs.total_cost_usd) * call.cost_factor
        accounted = _account(properties | {"$ai_gateway_response_cost": reported}, call)
    usage, flags = accounted.usage, accounted.flags
    counts = {name: value for name in COUNT_COLUMNS if (value := getattr(usage, name)) is not None}
    cost = None if call.is_costless else accounted.costs.total_cost_usd
    tokens = (
        usage.total_tokens if usage.total_tokens is not None else sum_known(usage.input_tokens, usage.output_tokens)
    )
    is_unpriced = "unpriced_model" in flags
    return Tally(
        calls=1,
        reported=dict.fromkeys(counts, 1),
        quotients=_divide({**counts, "total_tokens": tokens, "total_cost_usd": cost}),
        costless_calls=int(cost is None and tokens > 0 and not is_unpriced),
        unpriced_calls=int(is_unpriced),
        flags=dict.fromkeys(flags, 1),
    )


def _divide(values: Mapping[str, Any]) -> dict[str, Quotients]:
    quotients = {}
    for name, ratio in RATIOS.items():
        part = values.get(ratio.part)
        if part is not None and values.get(ratio.whole) and (part or not ratio.is_where_any):
            quotient = float(part) / values[ratio.whole]
            quotients[name] = Quotients(1, quotient, quotient**2)
    return quotients


def sum_known(*counts: int | None) -> int:
    """Of counts that were reported; 0 of none."""
    return sum(count for count in counts if count is not None)


def list_sources(store: TrafficStore, end: datetime) -> Mapping[Source, Sequence[VolumeHour]]:
    return {source: store.list_volumes(source, end) for source in store.volumes}


def list_arrivals(store: TrafficStore, end: datetime, days: int) -> Mapping[str, Sequence[ArrivalHour]]:
    return {gateway: _since(hours, end - timedelta(days=days)) for gateway, hours in store.arrivals.items()}


def list_numbered(store: TrafficStore, end: datetime) -> Mapping[str, Sequence[NumberedHour]]:
    return {gateway: _since(hours, end - timedelta(days=2)) for gateway, hours in store.numbered.items()}


def _since(hours: "Mapping[datetime, Kept]", start: datetime) -> "list[Kept]":
    return [hours[at] for at in sorted(hours) if at >= start]


def _account(properties: Mapping[str, object], call: Call) -> AccountedEvent:
    event = AiEvent(
        uuid=NO_ID,
        event="$ai_generation",
        timestamp=call.started_at.astimezone(UTC),
        team_id=call.team_id,
        distinct_id="",
        properties=properties,
    )
    return account_event(event)
