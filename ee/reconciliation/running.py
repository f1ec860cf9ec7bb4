"""One reconciliation from end to end: read the books, sum ours, compare, keep, and say aloud where they disagree."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from time import sleep

import structlog

from ee.models import ProviderReconciliation
from ee.reconciliation.admin_api import AdminApi, Progress
from ee.reconciliation.comparison import BooksComparison, compare_books
from ee.reconciliation.history import keep_reconciliation
from ee.reconciliation.kinds import BookLine
from ee.reconciliation.meter import PROVIDER_AGREEMENT
from ee.reconciliation.ours import read_ours
from ee.reconciliation.providers import Provider
from posthog.models import Organization, Team

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """
    Attributes:
        start: Inclusive day of UTC; `end` is exclusive.
        organization: None: the calls of all organizations are compared.
        threshold: Per cent.
    """

    provider: str
    start: date
    end: date
    organization: Organization | None
    threshold: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What was read of a provider: its lines, and the kinds that they are complete in."""

    lines: Iterable[BookLine]
    told: frozenset[str]
    source: str


def read_api_books(
    provider: Provider,
    scope: Scope,
    *,
    now: datetime,
    on_progress: Progress = lambda _: None,
    wait: Callable[[float], None] = sleep,
) -> Books:
    """
    Raises:
        BooksUnavailable: There is no key, the books do not reach that far, or the API did not give them.
        BooksUnreadable: An answer is not as documented.
    """
    provider.require_kept(scope.start, scope.end, now=now)
    api = AdminApi(provider.open_access(), sleep=wait)
    lines = list(provider.read(api, scope.start, scope.end, on_progress))
    return Books(lines=lines, told=provider.told, source=ProviderReconciliation.Source.API)


def reconcile(scope: Scope, books: Books, *, now: datetime) -> tuple[ProviderReconciliation, BooksComparison]:
    """
    Compare books with ours, keep the outcome, log a warning and set the gauge.

    Raises:
        ClickHouseError: Ours could not be read.
    """
    ours = read_ours(scope.provider, scope.start, scope.end, team_ids=_list_team_ids(scope.organization), now=now)
    of_range = (line for line in books.lines if scope.start <= line.day < scope.end)
    compared = compare_books(scope.provider, of_range, ours, told=books.told, now=now)
    kept = keep_reconciliation(
        ProviderReconciliation(
            organization=scope.organization,
            provider=scope.provider,
            source=books.source,
            start=scope.start,
            end=scope.end,
            compared_at=now,
            threshold=scope.threshold,
            calls=sum(line.rows for line in ours.values()),
        ),
        compared,
    )
    _say(scope, compared)
    return kept, compared


def _list_team_ids(organization: Organization | None) -> list[int] | None:
    if organization is None:
        return None
    return list(Team.objects.filter(organization=organization).order_by("id").values_list("id", flat=True))


def _say(scope: Scope, compared: BooksComparison) -> None:
    for kind in compared.kinds:
        if kind.agreement is not None:
            PROVIDER_AGREEMENT.labels(provider=scope.provider, kind=kind.kind).set(float(kind.agreement))
    for kind in compared.list_under(scope.threshold):
        log.warning(
            "provider_books_disagree",
            provider=scope.provider,
            kind=kind.kind,
            agreement_percent=str(kind.agreement),
            threshold_percent=str(scope.threshold),
            start=scope.start.isoformat(),
            end=scope.end.isoformat(),
        )
