"""`GET …/generations/export/`: the calls that fit the filters as a CSV, to those who may see the team."""

import csv
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from ee.api import generation_export
from tests.integration.api.llm_analytics.world import World, call_at, make_world, usage

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

RANGE = {"start": "2026-11-01", "end": "2026-11-03", "timezone": "UTC"}
RESOURCE = "generations/export/"


@pytest.fixture
def world(ai_events: str, db: None, private_cache: None) -> World:
    return make_world()


def read(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(answer.getvalue().decode(), newline="")))


def export(world: World, **query: Any) -> list[dict[str, str]]:
    return read(world.member.get(world.url(RESOURCE, RANGE, **query)))


def test_file_has_every_call_once_newest_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages were read for it, calls of one moment among them."""
    monkeypatch.setattr(generation_export, "PAGE_ROWS", 3)
    world.send(*(call_at(f"2026-11-01T{number // 4:02d}:00:00", number) for number in range(11)))
    lines = export(world)
    listed = world.get("generations/", RANGE, limit=500)["generations"]
    assert [line["uuid"] for line in lines] == [call["uuid"] for call in listed]
    assert len(lines) == 11


def test_line_has_the_figures_of_the_list(world: World) -> None:
    """What nobody reported is empty, zero is 0, and a tiny cost has no exponent."""
    counts = {"usage_object": usage(100, 20, cached=0)}
    world.send(call_at("2026-11-01T10:00:00", 1, metadata=counts, response_cost=0.0000004))
    (line,) = export(world)
    (call,) = world.get("generations/", RANGE)["generations"]
    assert (line["input_tokens"], line["cache_read_input_tokens"], line["reasoning_tokens"]) == ("100", "0", "")
    assert (line["total_cost_usd"], Decimal(line["total_cost_usd"])) == (call["total_cost_usd"], Decimal("0.0000004"))
    assert (line["timestamp"], line["is_error"]) == ("2026-11-01T10:00:00+00:00", "false")
    assert line["integrity_flags"].split() == call["integrity_flags"]


def test_filters_and_search_narrow_the_file(world: World) -> None:
    """To the same calls as the list's."""
    world.send(*(call_at(f"2026-11-01T0{number}:00:00", number, trace_id=f"t{number}") for number in (1, 2)))
    world.send(call_at("2026-11-01T05:00:00", 5, model="other-model", trace_id="t5"))
    assert [line["trace_id"] for line in export(world, search="t2")] == ["t2"]
    assert [line["trace_id"] for line in export(world, model="other-model")] == ["t5"]


def test_text_that_a_spreadsheet_would_run_is_text(world: World) -> None:
    """Names are whatever a client wrote."""
    world.send(call_at("2026-11-01T01:00:00", 1, trace_id="=1+1"))
    assert [line["trace_id"] for line in export(world)] == ["'=1+1"]


def test_strangers_and_bad_questions_get_no_file(world: World) -> None:
    """A problem document before the file begins."""
    assert world.stranger.get(world.url(RESOURCE, RANGE)).status_code == 404
    assert world.get(RESOURCE, {**RANGE, "end": "2026-10-01"}, status=400)["errors"][0]["parameter"] == "end"
