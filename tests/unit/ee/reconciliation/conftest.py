"""Providers' books over real HTTP, and an API client that waits for nobody but remembers how long it would have."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from ee.reconciliation.admin_api import AdminApi
from ee.reconciliation.providers import PROVIDERS
from tests.provider_books import KEY, BooksApi


@pytest.fixture
def books() -> BooksApi:
    return BooksApi()


@pytest.fixture
def served(books: BooksApi, settings: Settings) -> Iterator[BooksApi]:
    """The books, served, with the settings that lead there."""
    with books.serve() as server:
        settings.OUTBOUND_HTTP_INTERNAL_HOSTS = [f"127.0.0.1:{server.port}"]
        for provider in PROVIDERS.values():
            setattr(settings, provider.key_setting, KEY)
            setattr(settings, provider.url_setting, f"http://127.0.0.1:{server.port}")
        yield books


@pytest.fixture
def waits() -> list[float]:
    """Seconds that a client would have waited."""
    return []


@pytest.fixture
def openai(served: BooksApi, waits: list[float]) -> AdminApi:
    return AdminApi(PROVIDERS["openai"].open_access(), sleep=waits.append)


@pytest.fixture
def anthropic(served: BooksApi, waits: list[float]) -> AdminApi:
    return AdminApi(PROVIDERS["anthropic"].open_access(), sleep=waits.append)


@pytest.fixture
def openrouter(served: BooksApi, waits: list[float]) -> AdminApi:
    return AdminApi(PROVIDERS["openrouter"].open_access(), sleep=waits.append)
