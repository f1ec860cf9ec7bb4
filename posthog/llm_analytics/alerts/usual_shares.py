"""What share of a model's calls usually reports each count: what the checks learned of its series, taken together."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from posthog.llm_analytics.alerts.learned import Expected, parse_expected
from posthog.llm_integrity.expectations import Expectations
from posthog.models import AccountingCheck


@dataclass(frozen=True, slots=True)
class UsualShares:
    """
    Of one provider's model.

    Attributes:
        calls: That it was learned from.
        shares: Count → share of calls that report it, 0 to 1; no key: too little was seen.
    """

    calls: int
    shares: Mapping[str, float]


def find_usual_shares(organization_id: UUID, gateways: Collection[str] = ()) -> dict[tuple[str, str], UsualShares]:
    """
    By provider and model, '' where there is none; {}: nothing was learned yet.

    Args:
        gateways: Only their calls; empty: all.
    """
    check = AccountingCheck.objects.filter(organization=organization_id).first()
    return join_series(parse_expected(check), gateways) if check else {}


def join_series(expected: Expected, gateways: Collection[str] = ()) -> dict[tuple[str, str], UsualShares]:
    """Pure: streamed or not and whatever the gateway, weighed by the calls that were learned from."""
    by_model: dict[tuple[str, str], list[Expectations]] = {}
    for series, own in expected.items():
        if not gateways or series.gateway in gateways:
            by_model.setdefault((series.provider, series.model), []).append(own)
    joined = {model: UsualShares(sum(own.calls for own in each), _weigh(each)) for model, each in by_model.items()}
    return {model: usual for model, usual in joined.items() if usual.shares}


def _weigh(parts: Iterable[Expectations]) -> dict[str, float]:
    sums: dict[str, float] = {}
    calls: dict[str, int] = {}
    for part in parts:
        for name, usual in part.shares.items():
            sums[name] = sums.get(name, 0.0) + usual.median * part.calls
            calls[name] = calls.get(name, 0) + part.calls
    return {name: sums[name] / calls[name] for name in sums if calls[name]}
