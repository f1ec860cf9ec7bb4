"""
Price events: JSON lines `{"properties": {$ai_*…}}` on stdin, one JSON line each on stdout.

Out: every cost column in US dollars (null: not known), `cost_source`, `cost_model` (the matched price's name),
`own_total_cost_usd` (our figure, also where another took precedence) and `flags`. A `timestamp` on the event says
which day's price holds; without one, today's. A line that cannot be read answers `{"error": …}` and the run goes on.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.core.management.base import BaseCommand

from posthog.errors import InvalidBody
from posthog.llm_usage.accounting import AccountedEvent, account_event
from posthog.llm_usage.ai_event import AiEvent
from posthog.llm_usage.envelope import parse_json
from posthog.llm_usage.identity import NIL
from posthog.llm_usage.payloads.fields import find_moment
from posthog.llm_usage.pricing.costs import COST_COLUMNS


class Command(BaseCommand):
    help = "Price events: JSON lines {properties} on stdin, their costs as JSON lines on stdout."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for number, line in enumerate(sys.stdin.buffer, start=1):
            if line.strip():
                self.stdout.write(orjson.dumps(answer_line(line, number=number)).decode())
                self.stdout.flush()


def answer_line(line: bytes, *, number: int) -> dict[str, Any]:
    """The answer to one line; never raises."""
    try:
        event = parse_json(line)
    except InvalidBody as error:
        return {"error": f"line {number}: {error}"}
    properties = event.get("properties") if isinstance(event, Mapping) else None
    if not isinstance(properties, Mapping):
        return {"error": f"line {number}: properties: expected an object"}
    return render(account_event(_build_event(event, properties)))


def _build_event(event: Mapping[str, Any], properties: Mapping[str, Any]) -> AiEvent:
    name = event.get("event")
    return AiEvent(
        uuid=NIL,
        event=name if isinstance(name, str) else "$ai_generation",
        timestamp=find_moment(event, "timestamp") or datetime.now(UTC),
        team_id=0,
        distinct_id="",
        properties=properties,
    )


def render(accounted: AccountedEvent) -> dict[str, Any]:
    """An event's costs as a line's fields."""
    costs = accounted.costs
    answer: dict[str, Any] = {column: _to_float(getattr(costs, column)) for column in COST_COLUMNS}
    answer |= {"cost_source": costs.source, "cost_model": costs.model}
    answer["own_total_cost_usd"] = _to_float(costs.own_total_usd)
    answer["flags"] = accounted.flags
    return answer


def _to_float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
