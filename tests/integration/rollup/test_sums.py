"""Cells are what was sent, sent again, corrected and deleted: before, between and after roll-ups, whatever crashes."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from posthog.llm_analytics.day_verification import list_day_drifts
from posthog.llm_analytics.rollup_verification import Scope, verify
from posthog.llm_analytics.team_administration import delete_team_events
from posthog.llm_analytics.time_buckets import list_bucket_starts, parse_zone
from posthog.llm_analytics.usage_cells import KEPT, CellQuery, DimensionName, read_cells
from posthog.llm_analytics.usage_rollup import roll_up_in_steps
from posthog.models import ChangedUsageHour
from tests.integration.factories import make_gateway
from tests.integration.rollup.sent_calls import DAYS, MODELS, SUMMED, Key, SentCalls, Sums, list_keyed, sum_calls

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_usage")]

SOON = timedelta(seconds=10)
ZONES = ("UTC", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe")
LABELS: tuple[tuple[DimensionName, ...], ...] = ((), ("model",), ("end_user",), ("model", "end_user"))
TURNS = 12
USD_DIGITS = 12


def make_span(random: Random, now: datetime) -> tuple[datetime, datetime]:
    """Any two moments of the last days; sometimes midnights, full hours or half hours, sometimes up to now."""
    start, end = sorted(now - timedelta(seconds=random.randrange(DAYS * 86400)) for _ in range(2))
    if random.random() < 0.3:
        start, end = (each.replace(hour=0, minute=0, second=0, microsecond=0) for each in (start, end))
    elif random.random() < 0.5:
        start, end = (each.replace(minute=random.choice([0, 30]), second=0, microsecond=0) for each in (start, end))
    return start, now + timedelta(minutes=1) if random.random() < 0.5 else max(start, end)


def read_sums(
    span: tuple[datetime, datetime], labels: tuple[DimensionName, ...], zone: ZoneInfo | None, now: datetime
) -> dict[Key, Sums]:
    """The application's answer, in the shape of `sum_calls`."""
    starts = list_bucket_starts(*span, interval="day", zone=zone) if zone else []
    query = CellQuery(start=span[0], end=span[1], dimensions=labels, bucket_starts=starts)
    answer: dict[Key, Sums] = {}
    for cell in read_cells(query, now=now):
        day = cell.bucket.astimezone(zone).replace(tzinfo=None) if cell.bucket and zone else None
        key: Key = (cell.team_id, day, *(cell.labels[name] for name in labels))
        known: dict[str, Any] = {name: getattr(cell.sums, name) for name in SUMMED}
        answer[key] = {name: amount for name, amount in known.items() if amount is not None}
    return answer


def read_kept(span: tuple[datetime, datetime], kept: list[str], now: datetime) -> dict[Key, Sums]:
    """The application's answer by model, of which only some are kept apart; in the shape of `sum_calls`."""
    query = CellQuery(start=span[0], end=span[1], dimensions=["model"], kept=("model", kept))
    return {
        (cell.team_id, cell.labels[KEPT] == "1", cell.labels["model"]): {
            name: amount for name in SUMMED if (amount := getattr(cell.sums, name)) is not None
        }
        for cell in read_cells(query, now=now)
    }


def list_figures(sums: dict[Key, Sums]) -> set[tuple[Key, str, Any]]:
    """
    Each figure by itself: of two sets pytest shows what is in one of them only.

    ClickHouse turns a binary fraction into 18 digits of which the first 15 to 16 hold: reports show 12 after the point.
    """
    return {(key, name, round(amount, USD_DIGITS)) for key, of_key in sums.items() for name, amount in of_key.items()}


def check(sent: SentCalls, random: Random, now: datetime) -> None:
    for _ in range(3):
        span = make_span(random, now)
        labels, zone = random.choice(LABELS), random.choice([None, *map(parse_zone, ZONES)])
        expected = sum_calls(list_keyed(sent.calls.values(), span, labels, zone))
        assert list_figures(read_sums(span, labels, zone, now)) == list_figures(expected), (span, labels, zone)
    kept = random.sample(MODELS, random.randrange(1, len(MODELS)))
    keyed = list_keyed(sent.calls.values(), span, ("model",), None)
    folded = (((team, model in kept, model if model in kept else ""), call) for (team, _, model), call in keyed)
    assert list_figures(read_kept(span, kept, now)) == list_figures(sum_calls(folded)), (span, kept)


def roll_up(random: Random, now: datetime) -> None:
    """Roll up a batch, or die on the way."""
    steps = roll_up_in_steps(now=now, batch_hours=random.choice([3, 1000]))
    for _ in range(random.choice([1, 2, 3, 3, 3])):
        next(steps, None)
    steps.close()


@pytest.mark.parametrize("seed", range(4))
def test_cells_are_what_was_sent(seed: int) -> None:
    """Any range, grouping and zone, after any turn; in the end everything is rolled up, and nothing drifts."""
    random, setup = Random(seed), make_gateway()
    sent = SentCalls(setup, random)
    sent.send(40)
    for _ in range(TURNS):
        turn = random.choice(["send", "again", "correct", "roll up", "roll up", "delete"])
        if turn == "send":
            sent.send(random.randrange(1, 12))
        elif turn == "again":
            sent.send_again(5)
        elif turn == "correct":
            sent.correct(5)
        elif turn == "roll up":
            roll_up(random, timezone.now() + SOON)
        elif random.random() < 0.4:
            delete_team_events(setup.beta, actor="test", now=timezone.now())
            sent.forget_team(setup.beta.id)
        check(sent, random, timezone.now())
    now = timezone.now() + timedelta(hours=2)
    for _ in roll_up_in_steps(now=now):
        pass
    assert not ChangedUsageHour.objects.exists()
    check(sent, random, now)
    verified = verify(Scope(start=now - timedelta(days=DAYS + 2), end=now), now=now)
    assert (verified.hours > 0, verified.marked, verified.outlived, verified.drifts) == (True, 0, 0, [])
    assert list_day_drifts(Scope(start=now - timedelta(days=DAYS + 2), end=now)) == []
