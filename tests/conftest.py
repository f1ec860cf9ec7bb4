"""What every test may use. Servers come from the environment, as `bin/test` sets it; unit tests use none."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A unit test that asks for a database is in the wrong folder: fail it by name, before it connects."""
    for item in items:
        if "unit" in item.path.parts and {"db", "transactional_db", "ai_events"} & set(
            getattr(item, "fixturenames", ())
        ):
            raise pytest.UsageError(f"{item.nodeid} uses a server: it belongs under tests/integration")
