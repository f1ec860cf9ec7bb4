"""
A report as one event of a PostHog project.

The event's name, the first block of its properties and their names are those of PostHog's own report, so that what
was built on it goes on working. Source: PostHog, `posthog/tasks/llm_analytics_usage_report.py` (read 2026-11). What
differs: a figure that nobody reported is null there, not 0; counts by cost model are not known here; and the second
block is ours. Amounts are numbers, for charts; the exact ones are in the report.

The event's uuid and timestamp follow from the report's version: PostHog keeps one of two that agree in them.
A correction is an event of its own: charts take the highest `report_version` of each `report_day`.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from django.conf import settings

from ee.delivery.contents import Contents
from ee.delivery.webhook import USER_AGENT
from posthog.delivery.http_answer import require_success
from posthog.llm_analytics.report_figures import TOKEN_SUMS, UsageFigures, UsageShare
from posthog.outbound_http import OutboundRequest

EVENT = "llm analytics usage"
ROUTE = "/batch/"
EVENT_COUNTS = ("generation", "embedding", "span", "trace", "metric", "feedback", "evaluation")
UNNAMED_FRAMEWORK = "none"
MOST_SHARES = 200
"""Shares of one breakdown beyond these are left out: PostHog drops events of more than 1 MB."""


def send_posthog_event(contents: Contents, *, now: datetime) -> None:
    """
    Raises:
        DeliveryFailed: The instance has not taken it.
        Undecryptable: The project's API key cannot be opened.
    """
    destination = contents.delivery.destination
    body = {"api_key": destination.open_secret(), "batch": [build_event(contents)]}
    request = OutboundRequest(
        url=destination.address.rstrip("/") + ROUTE,
        headers={"Content-Type": "application/json", "User-Agent": USER_AGENT},
        body=orjson.dumps(body),
    )
    require_success(request)


def build_event(contents: Contents) -> dict[str, Any]:
    """The event as PostHog's capture API takes it."""
    report = contents.report
    organization_id = str(report.organization_id)
    return {
        "uuid": str(contents.delivery.report_uuid),
        "event": EVENT,
        "distinct_id": organization_id,
        "timestamp": report.starts_at.isoformat(),
        "properties": {
            "organization_id": organization_id,
            "organization_name": contents.delivery.organization.name,
            "period_start": report.starts_at.isoformat(),
            "period_end": report.ends_at.isoformat(),
            **_list_upstream_figures(contents.figures),
            **_list_own_figures(contents.figures),
            "report_day": report.day.isoformat(),
            "report_timezone": report.timezone,
            "report_version": report.version,
            "report_is_correction": report.is_corrected,
            "report_reason": report.reason or None,
            "report_changed_figures": sorted(report.changes),
            "$groups": {"instance": settings.SITE_URL, "organization": organization_id},
            "$process_person_profile": False,
        },
    }


def _list_upstream_figures(figures: UsageFigures) -> dict[str, Any]:
    return {
        **{f"ai_{name}_count": figures.events.get(f"$ai_{name}", 0) for name in EVENT_COUNTS},
        "total_ai_cost_usd": _to_number(figures.total_cost_usd),
        "input_cost_usd": _to_number(figures.input_cost_usd),
        "output_cost_usd": _to_number(figures.output_cost_usd),
        "request_cost_usd": _to_number(figures.request_cost_usd),
        "web_search_cost_usd": _to_number(figures.web_search_cost_usd),
        "total_prompt_tokens": figures.input_tokens,
        "total_completion_tokens": figures.output_tokens,
        "total_tokens": figures.total_tokens,
        "total_reasoning_tokens": figures.reasoning_tokens,
        "total_cache_read_tokens": figures.cache_read_input_tokens,
        "total_cache_creation_tokens": figures.cache_creation_input_tokens,
        "model_breakdown": _count_calls(figures.models),
        "provider_breakdown": _count_calls(figures.providers),
        "framework_breakdown": _count_calls(figures.frameworks, unnamed=UNNAMED_FRAMEWORK),
        "library_breakdown": _count_calls(figures.libraries),
        "cost_model_source_breakdown": _count_calls(figures.cost_sources),
    }


def _list_own_figures(figures: UsageFigures) -> dict[str, Any]:
    return {
        "calls": figures.calls,
        "failed_calls": figures.failed_calls,
        "unpriced_calls": figures.unpriced_calls,
        "unpriced_tokens": figures.unpriced_tokens,
        "gateway_cache_hits": figures.gateway_cache_hits,
        "rejected_events": figures.rejected_events,
        "uncached_input_tokens": figures.uncached_input_tokens,
        **{name: getattr(figures, name) for name in TOKEN_SUMS if name not in ("total_tokens",)},
        "cache_read_cost_usd": _to_number(figures.cache_read_cost_usd),
        "cache_creation_cost_usd": _to_number(figures.cache_creation_cost_usd),
        "saved_cache_cost_usd": _to_number(figures.saved_cache_cost_usd),
        "saved_gateway_cache_cost_usd": _to_number(figures.saved_gateway_cache_cost_usd),
        "flags": dict(figures.flags),
    }


def _to_number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _count_calls(shares: tuple[UsageShare, ...], *, unnamed: str = "") -> dict[str, int]:
    """Calls by name, the largest shares; those that nobody named only where there is a word for it."""
    named = {share.name or unnamed: share.calls for share in shares[:MOST_SHARES]}
    return {name: calls for name, calls in named.items() if name}
