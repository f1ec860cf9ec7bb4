"""The providers whose books have an API: the key that opens them, and who reads them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django.conf import settings

from ee.reconciliation import anthropic_books, openai_books, openrouter_books
from ee.reconciliation.admin_api import AdminAccess, AdminApi, BooksUnavailable, Progress
from ee.reconciliation.kinds import BookLine


class ReadBooks(Protocol):
    """Raises BooksUnavailable or BooksUnreadable."""

    def __call__(self, api: AdminApi, start: date, end: date, on_progress: Progress) -> Iterator[BookLine]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """
    Attributes:
        key_setting: Name of the setting, and of the environment variable, that holds the key.
        told: The kinds that the books tell.
        reports: How often each day is read, for progress.
        kept_days: How far back the books go; None: as far as it matters.
    """

    name: str
    key_setting: str
    url_setting: str
    headers: Callable[[str], Mapping[str, str]]
    read: ReadBooks
    told: frozenset[str]
    reports: int
    kept_days: int | None = None

    @property
    def has_key(self) -> bool:
        return bool(getattr(settings, self.key_setting))

    def open_access(self) -> AdminAccess:
        """
        Raises:
            BooksUnavailable: There is no key.
        """
        key = getattr(settings, self.key_setting)
        if not key:
            raise BooksUnavailable(f"{self.key_setting}: expected the key of {self.name}'s administrator, found none")
        return AdminAccess(base_url=getattr(settings, self.url_setting), key=key, headers=self.headers(key))

    def require_kept(self, start: date, end: date, *, now: datetime) -> None:
        """
        Raises:
            BooksUnavailable: The books do not reach that far.
        """
        if self.kept_days is None:
            return
        today = now.date()
        first = today - timedelta(days=self.kept_days)
        if start < first or end > today:
            raise BooksUnavailable(
                f"{self.name}: expected days from {first} to before {today}: its books hold no other"
            )


def _bear(key: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _show_anthropic(key: str) -> Mapping[str, str]:
    return {"x-api-key": key, "anthropic-version": anthropic_books.API_VERSION}


PROVIDERS: Mapping[str, Provider] = {
    each.name: each
    for each in (
        Provider(
            name="openai",
            key_setting="OPENAI_ADMIN_KEY",
            url_setting="OPENAI_ADMIN_URL",
            headers=_bear,
            read=openai_books.read_openai,
            told=openai_books.TOLD,
            reports=openai_books.REPORTS,
        ),
        Provider(
            name="anthropic",
            key_setting="ANTHROPIC_ADMIN_KEY",
            url_setting="ANTHROPIC_ADMIN_URL",
            headers=_show_anthropic,
            read=anthropic_books.read_anthropic,
            told=anthropic_books.TOLD,
            reports=anthropic_books.REPORTS,
        ),
        Provider(
            name="openrouter",
            key_setting="OPENROUTER_MANAGEMENT_KEY",
            url_setting="OPENROUTER_ADMIN_URL",
            headers=_bear,
            read=openrouter_books.read_openrouter,
            told=openrouter_books.TOLD,
            reports=openrouter_books.REPORTS,
            kept_days=openrouter_books.KEPT_DAYS,
        ),
    )
}
