"""A gateway's completeness, from the numbers of its durable shippers."""

import io
import json
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from django.core.management import call_command

from posthog.llm_analytics.completeness import HourCompleteness, count_missing, measure_completeness
from posthog.llm_analytics.ingestion import drain_once
from posthog.llm_analytics.receipts import merge_receipts
from posthog.llm_analytics.sequence_runs import Hole
from posthog.models import ShipperReceipt
from tests.integration.factories import GatewaySetup, deliver, make_call, make_gateway

pytestmark = pytest.mark.django_db

HOUR = datetime(2026, 11, 18, 9, tzinfo=UTC)
NEXT_HOUR = HOUR + timedelta(hours=1)
DAY = {"start": HOUR - timedelta(hours=9), "end": HOUR + timedelta(hours=15)}


@pytest.fixture
def setup(ai_events: str) -> GatewaySetup:
    return make_gateway()


def make_shipped(sequence: int, *, at: datetime = HOUR, **fields: Any) -> dict[str, Any]:
    numbering = {"id": "lane-1", "sequence": sequence, "accepted_at": at.isoformat()}
    return make_call(sequence, posthog_shipper=numbering, **fields)


def ship(setup: GatewaySetup, *payloads: dict[str, Any]) -> None:
    deliver(setup, payloads)
    drain_once(now=datetime.now(UTC))


def test_a_gapless_sequence_is_complete(setup: GatewaySetup) -> None:
    """Every number came: 100 %, by hour."""
    ship(setup, *[make_shipped(n) for n in (1, 2, 3)], make_shipped(4, at=NEXT_HOUR))
    report = measure_completeness(setup.gateway, **DAY)
    assert report.hours == (HourCompleteness(hour=HOUR, received=3), HourCompleteness(hour=NEXT_HOUR, received=1))
    assert (report.completeness, report.holes, report.is_final) == (1.0, (), True)


def test_a_hole_is_reported_by_gateway_hour_and_range(setup: GatewaySetup) -> None:
    """Numbers 3 to 5 never came: they are missing before the hour of number 6."""
    ship(setup, make_shipped(1), make_shipped(2), make_shipped(6, at=NEXT_HOUR))
    report = measure_completeness(setup.gateway, **DAY)
    assert report.holes == (Hole("lane-1", NEXT_HOUR, 3, 5, since=HOUR),)
    assert report.hours[1] == HourCompleteness(hour=NEXT_HOUR, received=1, missing=3)
    assert report.completeness == 0.5


def test_a_hole_closes_when_its_events_come(setup: GatewaySetup) -> None:
    """Late is not missing."""
    ship(setup, make_shipped(1), make_shipped(3))
    assert measure_completeness(setup.gateway, **DAY).missing == 1
    ship(setup, make_shipped(2))
    assert measure_completeness(setup.gateway, **DAY).missing == 0


def test_a_reject_is_received(setup: GatewaySetup) -> None:
    """An event of an unmapped team is in the rejects, not missing."""
    ship(setup, make_shipped(1), make_shipped(2, team="nobody's"), make_shipped(3))
    assert measure_completeness(setup.gateway, **DAY).completeness == 1.0


def test_deliveries_that_repeat_count_once(setup: GatewaySetup) -> None:
    """The same body twice adds no event."""
    for _ in range(2):
        ship(setup, make_shipped(1), make_shipped(2))
    assert measure_completeness(setup.gateway, **DAY).received == 2


def test_a_waiting_body_keeps_the_report_open(setup: GatewaySetup) -> None:
    """What is in the inbox may close a hole: the report says that it is not final."""
    ship(setup, make_shipped(2))
    deliver(setup, [make_shipped(1)])
    report = measure_completeness(setup.gateway, **DAY)
    assert (report.missing, report.is_final) == (1, False)


def test_a_gateway_without_a_shipper_has_no_completeness(setup: GatewaySetup) -> None:
    """Unknown is not 100 %."""
    ship(setup, make_call(1))
    assert measure_completeness(setup.gateway, **DAY).completeness is None


def test_merged_receipts_say_the_same(setup: GatewaySetup) -> None:
    """One row an hour is left, and nothing else changes."""
    for n in (1, 2, 3, 7):
        ship(setup, make_shipped(n))
    before = measure_completeness(setup.gateway, **DAY)
    assert merge_receipts(before=NEXT_HOUR) == 2
    assert ShipperReceipt.objects.count() == 2
    assert measure_completeness(setup.gateway, **DAY) == before


def test_the_command_prints_the_holes_and_fails(setup: GatewaySetup) -> None:
    """For cron: exit code 1 where something is missing, and what it is."""
    ship(setup, make_shipped(1), make_shipped(4))
    out = io.StringIO()
    times = {"start": DAY["start"], "end": DAY["end"]}
    with pytest.raises(SystemExit) as exit_:
        call_command("gateway_completeness", gateway="main", format="json", stdout=out, **times)
    assert exit_.value.code == 1
    (report,) = [json.loads(line) for line in out.getvalue().splitlines()]
    assert (report["received"], report["missing"], report["completeness"]) == (2, 2, 0.5)
    assert report["holes"][0] | {"first_sequence": 2, "last_sequence": 3, "events": 2} == report["holes"][0]


def test_the_command_is_readable(setup: GatewaySetup) -> None:
    """For a person: the share, never rounded up to 100 %."""
    ship(setup, make_shipped(1), make_shipped(2))
    out = io.StringIO()
    call_command("gateway_completeness", gateway="main", stdout=out, start=DAY["start"], end=DAY["end"])
    assert "main: 100.0000 % of 2 events" in out.getvalue()


@pytest.mark.parametrize("seed", range(5))
def test_missing_is_counted_as_it_is_swept(setup: GatewaySetup, seed: int) -> None:
    """Runs that overlap, repeat and leave holes, of two shippers and a day: the database says what the sweep says."""
    random = Random(seed)
    for shipper_id, _ in product(("lane-1", "lane-2"), range(20)):
        first = random.randrange(1, 200)
        ShipperReceipt.objects.create(
            gateway=setup.gateway,
            shipper_id=shipper_id,
            hour=HOUR + timedelta(hours=first // 10),
            first_sequence=first,
            last_sequence=first + random.randrange(8),
            received_at=HOUR,
        )
    for hours in range(24):
        span = {"start": HOUR + timedelta(hours=hours // 2), "end": HOUR + timedelta(hours=hours)}
        assert count_missing(setup.gateway, **span) == measure_completeness(setup.gateway, **span).missing
