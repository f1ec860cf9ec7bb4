"""The beat task that compares providers' books with ours, of the day before yesterday: both are settled by then."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from ee.reconciliation.admin_api import BooksUnavailable
from ee.reconciliation.answer_fields import BooksUnreadable
from ee.reconciliation.providers import PROVIDERS, Provider
from ee.reconciliation.running import Scope, read_api_books, reconcile
from posthog.models import Organization

log = structlog.get_logger(__name__)

SETTLED_AFTER = timedelta(days=2)


@shared_task(name="ee.tasks.provider_reconciliation.reconcile_providers", ignore_result=True)
def reconcile_providers() -> None:
    """One provider after the other, those that have a key; one that does not answer does not keep the next."""
    for provider in PROVIDERS.values():
        if not provider.has_key:
            continue
        try:
            _reconcile(provider)
        except (BooksUnavailable, BooksUnreadable) as error:
            log.warning("provider_books_unread", provider=provider.name, exc_info=error)


def _reconcile(provider: Provider) -> None:
    now = timezone.now()
    day = (now - SETTLED_AFTER).date()
    name = settings.PROVIDER_RECONCILIATION_ORGANIZATION
    scope = Scope(
        provider=provider.name,
        start=day,
        end=day + timedelta(days=1),
        organization=Organization.objects.get(name=name) if name else None,
        threshold=settings.PROVIDER_RECONCILIATION_THRESHOLD,
    )
    kept, compared = reconcile(scope, read_api_books(provider, scope, now=now), now=now)
    log.info("provider_books_compared", provider=provider.name, lines=len(compared.lines), is_agreed=kept.is_agreed)
