"""`integrity/`: the share of calls that report each count, beside what is usual for the model."""

from typing import Any

import pytest
from django.utils import timezone

from posthog.models import AccountingCheck
from tests.integration.api.llm_analytics.world import World, call_at, usage

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

RANGE = {"start": "2026-11-02", "end": "2026-11-03", "timezone": "UTC"}
COUNT = "cache_read_input_tokens"


def send_calls(world: World) -> None:
    """Four calls the day before, of which three report cache reads; two on the day, one of which does."""
    before = [
        call_at("2026-11-01T10:00:00", n, metadata={"usage_object": usage(10, 1, cached=1 if n else None)})
        for n in range(4)
    ]
    day = [
        call_at("2026-11-02T10:00:00", n, metadata={"usage_object": usage(10, 1, cached=1 if n else None)})
        for n in range(2)
    ]
    world.send(*before, *day)


def learn(world: World, *series: dict[str, Any]) -> None:
    AccountingCheck.objects.create(
        organization=world.team.organization, learned_at=timezone.now(), expected=list(series)
    )


def make_series(gateway: str, model: str, median: float, calls: int) -> dict[str, Any]:
    shares = {COUNT: [median, median, median, 30]}
    return {
        "series": [gateway, "openai", model, False], "calls": calls, "shares": shares, "ratios": {}, "flag_shares": {},
    }  # fmt: skip


def test_range_before_is_usual_where_nothing_was_learned(world: World) -> None:
    """Its share of calls, of the same team and model."""
    send_calls(world)
    (line,) = world.get("integrity/", RANGE)["reporting"]
    assert (line["calls"], line["reported"][COUNT]) == (2, 1)
    assert (line["usual"]["basis"], line["usual"]["calls"], line["usual"]["shares"][COUNT]) == ("previous", 4, 0.75)
    assert line["usual"]["shares"]["reasoning_tokens"] == 0


def test_what_the_checks_learned_is_usual(world: World) -> None:
    """Over gateways and kinds of calls, weighed by their calls; a count of which too little was seen is null."""
    send_calls(world)
    model = world.get("integrity/", RANGE)["reporting"][0]["model"]
    learn(world, make_series("main", model, 1.0, 300), make_series("other", model, 0.6, 100))
    (line,) = world.get("integrity/", RANGE)["reporting"]
    assert (line["usual"]["basis"], line["usual"]["calls"]) == ("learned", 400)
    assert line["usual"]["shares"][COUNT] == pytest.approx(0.9)
    assert line["usual"]["shares"]["reasoning_tokens"] is None
    (of_gateway,) = world.get("integrity/", RANGE, gateway="main")["reporting"]
    assert of_gateway["usual"]["shares"][COUNT] == 1.0


def test_part_that_is_not_learned_apart_has_the_range_before(world: World) -> None:
    """What all users' calls report says nothing about one user's."""
    send_calls(world)
    model = world.get("integrity/", RANGE)["reporting"][0]["model"]
    learn(world, make_series("main", model, 1.0, 300))
    (line,) = world.get("integrity/", RANGE, is_error="false")["reporting"]
    assert line["usual"]["basis"] == "previous"


def test_new_model_has_nothing_to_compare_with(world: World) -> None:
    """Null, not 0."""
    world.send(call_at("2026-11-02T10:00:00", 1))
    (line,) = world.get("integrity/", RANGE)["reporting"]
    assert (line["usual"]["basis"], line["usual"]["calls"], line["usual"]["shares"][COUNT]) == (None, 0, None)
