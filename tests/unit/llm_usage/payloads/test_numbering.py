"""The shipper's number on a payload."""

from datetime import UTC, datetime
from typing import Any

import pytest

from posthog.llm_usage.payloads.numbering import Numbering, find_numbering

SHIPPER = {"id": "5f9c", "sequence": 12, "accepted_at": "2026-11-18T09:30:00.120Z"}


def test_a_shipped_event_has_its_number() -> None:
    """Id, sequence and time of acceptance are read as the shipper writes them."""
    accepted_at = datetime(2026, 11, 18, 9, 30, 0, 120_000, UTC)
    assert find_numbering({"posthog_shipper": SHIPPER}) == Numbering("5f9c", 12, accepted_at)


@pytest.mark.parametrize(
    "shipper",
    [
        pytest.param(None, id="absent"),
        pytest.param("5f9c", id="no object"),
        pytest.param(SHIPPER | {"sequence": 0}, id="zero"),
        pytest.param(SHIPPER | {"sequence": True}, id="boolean"),
        pytest.param(SHIPPER | {"sequence": "12"}, id="text"),
        pytest.param(SHIPPER | {"sequence": 2**63}, id="past 64 bits"),
        pytest.param(SHIPPER | {"id": "x" * 65}, id="long id"),
        pytest.param(SHIPPER | {"id": 7}, id="id is a number"),
    ],
)
def test_anything_else_is_no_number(shipper: Any) -> None:
    """What a shipper never writes is not taken for its number."""
    assert find_numbering({"posthog_shipper": shipper}) is None
