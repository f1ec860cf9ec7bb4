"""Providers that answer with their documented books, and an hour to look at them from."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from ee.reconciliation.providers import PROVIDERS
from tests.provider_books import ANTHROPIC_COSTS, KEY, BooksApi


@pytest.fixture
def books(settings: Settings) -> Iterator[BooksApi]:
    """Served; of Anthropic's costs only those that belong to a model."""
    api = BooksApi()
    api.reports[ANTHROPIC_COSTS][0]["results"].pop()
    with api.serve() as server:
        settings.OUTBOUND_HTTP_INTERNAL_HOSTS = [f"127.0.0.1:{server.port}"]
        for provider in PROVIDERS.values():
            setattr(settings, provider.url_setting, f"http://127.0.0.1:{server.port}")
        settings.ANTHROPIC_ADMIN_KEY = KEY
        settings.OPENAI_ADMIN_KEY = settings.OPENROUTER_MANAGEMENT_KEY = ""
        yield api
