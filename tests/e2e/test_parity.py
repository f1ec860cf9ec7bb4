"""
A call counts the same whoever reports it: the same calls, made by every source with its own real client, as rows.

Each row is compared with what the provider's answer says, so that any two rows that agree with it agree with each
other. What differs stands in tests/e2e/parity/differences.py with its cause.
"""

from collections.abc import Iterator

import pytest

from posthog.llm_usage.token_usage import COUNT_COLUMNS
from tests.e2e.parity.application import Application, Measured
from tests.e2e.parity.calls import CALLS
from tests.e2e.parity.differences import Cell, Kind, find_kind, list_explained
from tests.e2e.parity.programs import make_all_calls
from tests.e2e.parity.sources import SOURCES
from tests.e2e.started_stack import started_stack


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Measured]:
    """The rows of all calls of all sources, in a running application."""
    folder = tmp_path_factory.mktemp("parity")
    with started_stack(folder / "stack") as stack:
        application = Application(stack)
        make_all_calls(application, folder)
        yield application.wait_for_rows()


@pytest.fixture(scope="module")
def differing(measured: Measured) -> dict[Cell, Kind]:
    """Every cell that is not the provider's figure."""
    found: dict[Cell, Kind] = {}
    for source in SOURCES:
        for call in source.list_calls(CALLS):
            for column in COUNT_COLUMNS:
                kind = find_kind(call.counts.get(column), measured[source.name, call.name][column])
                if kind is not None:
                    found[Cell(source.name, call.name, column)] = kind
    return found


def test_every_difference_is_explained(differing: dict[Cell, Kind]) -> None:
    """A cell that differs in a way that nothing names is a wrong number."""
    explained = {(cell, each.kind) for cell, each in list_explained()}
    assert sorted(set(differing.items()) - explained) == []


def test_every_explanation_is_needed(differing: dict[Cell, Kind]) -> None:
    """A cell that agrees by now must lose its excuse."""
    explained = {(cell, each.kind) for cell, each in list_explained()}
    assert sorted(explained - set(differing.items())) == []


def test_our_callback_equals_our_webhook(measured: Measured) -> None:
    """Column by column, with no exception at all."""
    differing = [call.name for call in CALLS if measured["callback", call.name] != measured["webhook", call.name]]
    assert differing == []


def test_a_refused_call_carries_no_tokens(measured: Measured) -> None:
    """Of every source but LiteLLM's own callback, which says 0."""
    refused = [call.name for call in CALLS if call.is_refused]
    sources = [source for source in SOURCES if source.name != "litellm"]
    rows = [measured[source.name, name] for source in sources for name in refused if (source.name, name) in measured]
    assert {count for row in rows for count in row.values()} == {None}
