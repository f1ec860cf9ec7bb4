"""What an answer must say, summed in Python over the payloads that were sent: no SQL, no code of ours."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Payload = Mapping[str, Any]


def sum_sent(payloads: Iterable[Payload]) -> dict[str, Any]:
    """The main figures of calls, each call once."""
    calls = list({(call["id"], call["startTime"]): call for call in payloads}.values())
    usages = [call["metadata"]["usage_object"] for call in calls]
    costs = [Decimal(repr(call["response_cost"])) for call in calls]
    return {
        "calls": len(calls),
        "failed_calls": sum(call["status"] == "failure" for call in calls),
        "input_tokens": _add(usage.get("prompt_tokens") for usage in usages),
        "output_tokens": _add(usage.get("completion_tokens") for usage in usages),
        "cache_read_input_tokens": _add(
            usage.get("prompt_tokens_details", {}).get("cached_tokens") for usage in usages
        ),
        "reasoning_tokens": _add(
            usage.get("completion_tokens_details", {}).get("reasoning_tokens") for usage in usages
        ),
        "total_cost_usd": sum(costs) if costs else None,
    }


def tell_told(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The same figures as an answer has them."""
    told = {name: figures[name] for name in sum_sent([])}
    cost = told["total_cost_usd"]
    return told | {"total_cost_usd": None if cost is None else Decimal(cost)}


def group_sent(payloads: Iterable[Payload], by: Callable[[Payload], Any]) -> dict[Any, list[Payload]]:
    groups: dict[Any, list[Payload]] = {}
    for payload in payloads:
        groups.setdefault(by(payload), []).append(payload)
    return groups


def started_at(payload: Payload) -> datetime:
    return datetime.fromtimestamp(payload["startTime"], UTC)


def _add(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
