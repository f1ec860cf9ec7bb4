"""Reconciliations that were kept: storing one, listing them, and which of the newest disagree."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from ee.models import ProviderReconciliation, ProviderReconciliationLine
from ee.models.provider_reconciliation import DECIMAL_PLACES
from ee.reconciliation.comparison import BooksComparison, KindAgreement
from ee.reconciliation.kinds import KINDS
from posthog.decimal_text import format_decimal
from posthog.llm_usage.pricing.costs import EXACT
from posthog.models import Organization

STEP = Decimal(1).scaleb(-DECIMAL_PLACES)
BATCH_LINES = 1000
LISTED_LINES = 5
"""Of a disagreement: the lines that differ most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """
    A kind that agrees less than the threshold, in the reconciliation of a provider's and organization's latest days.

    Attributes:
        organization_id: None: the calls of all organizations were compared.
        calls: Ours that were compared.
        start: First day of UTC; `end` is exclusive.
        agreement: Per cent, as is `threshold`.
        worst: The lines that differ most, the worst first, each with the codes of its likely causes.
    """

    reconciliation_id: UUID
    organization_id: UUID | None
    provider: str
    kind: str
    calls: int
    start: date
    end: date
    compared_at: datetime
    theirs: Decimal
    ours: Decimal | None
    agreement: Decimal
    threshold: Decimal
    worst: tuple[ProviderReconciliationLine, ...]


def keep_reconciliation(reconciliation: ProviderReconciliation, compared: BooksComparison) -> ProviderReconciliation:
    """Store a comparison with all its lines, or nothing."""
    reconciliation.lowest_agreement = compared.lowest
    reconciliation.kinds = {kind.kind: tell_kind(kind) for kind in compared.kinds}
    lines = [
        ProviderReconciliationLine(
            reconciliation=reconciliation,
            day=line.day,
            model=line.model,
            kind=line.kind,
            theirs=_round(line.theirs),
            ours=_round(line.ours),
            agreement=line.agreement,
            causes=list(line.causes),
        )
        for line in compared.lines
    ]
    with transaction.atomic():
        reconciliation.save(force_insert=True)
        ProviderReconciliationLine.objects.bulk_create(lines, batch_size=BATCH_LINES)
    return reconciliation


def tell_kind(kind: KindAgreement) -> dict[str, Any]:
    """A kind's agreement as JSON: exact numbers as text."""
    return {
        "theirs": write_amount(kind.theirs),
        "ours": write_amount(kind.ours),
        "agreement": write_amount(kind.agreement),
        "not_told": kind.not_told,
    }


def write_amount(amount: Decimal | None) -> str | None:
    return None if amount is None else format_decimal(amount)


def list_reconciliations(
    *, organization: Organization | None = None, provider: str = ""
) -> QuerySet[ProviderReconciliation]:
    """The newest first."""
    found = ProviderReconciliation.objects.select_related("organization").order_by("-compared_at", "id")
    if organization is not None:
        found = found.filter(organization=organization)
    return found.filter(provider=provider) if provider else found


def list_disagreements(*, source: str = ProviderReconciliation.Source.API) -> list[Disagreement]:
    """
    What is under its threshold, in the newest reconciliation of the latest days of each provider and organization.

    Empty again as soon as a newer one agrees, so an alert made of it can close itself; looking at older days again
    changes nothing.
    """
    return [each for newest in list_newest().filter(source=source) for each in list_under(newest)]


def list_newest() -> QuerySet[ProviderReconciliation]:
    """Of each organization, provider and source the newest reconciliation of the latest days."""
    own = ("organization_id", "provider", "source")
    return ProviderReconciliation.objects.order_by(*own, "-end", "-compared_at").distinct(*own)


def list_under(reconciliation: ProviderReconciliation) -> Iterator[Disagreement]:
    """The kinds of it that agree less than its threshold."""
    kinds: Mapping[str, Mapping[str, Any]] = reconciliation.kinds
    for kind, told in sorted(kinds.items(), key=lambda item: KINDS.index(item[0])):
        agreement = None if told["agreement"] is None else Decimal(told["agreement"])
        if agreement is None or agreement >= reconciliation.threshold:
            continue
        yield Disagreement(
            reconciliation_id=reconciliation.id,
            organization_id=reconciliation.organization_id,
            provider=reconciliation.provider,
            kind=kind,
            calls=reconciliation.calls,
            start=reconciliation.start,
            end=reconciliation.end,
            compared_at=reconciliation.compared_at,
            theirs=Decimal(told["theirs"]),
            ours=None if told["ours"] is None else Decimal(told["ours"]),
            agreement=agreement,
            threshold=reconciliation.threshold,
            worst=tuple(_list_worst(reconciliation, kind)),
        )


def _list_worst(reconciliation: ProviderReconciliation, kind: str) -> Sequence[ProviderReconciliationLine]:
    lines = reconciliation.lines.filter(kind=kind).exclude(theirs=F("ours"))
    return sorted(lines, key=lambda line: -abs(line.theirs - (line.ours or 0)))[:LISTED_LINES]


def _round(amount: Decimal | None) -> Any:
    return None if amount is None else amount.quantize(STEP, context=EXACT)
