"""`explain_ai_event`: one stored row, explained from its own evidence."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command

from posthog.llm_analytics.stored_events import find_row
from posthog.models import CustomPrice, Team
from tests.integration.llm_analytics.stored_rows import INGESTED_AT, WRONG, make_row, make_team, store

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("ai_events")]


@pytest.fixture
def team() -> Team:
    return make_team()


def explain(uuid: UUID | str, *arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("explain_ai_event", str(uuid), *arguments, stdout=out)
    return out.getvalue()


def explain_json(uuid: UUID, *arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(explain(uuid, "--format", "json", *arguments))
    return document


def test_text_leads_from_the_evidence_to_the_cost(team: Team) -> None:
    """The raw usage, the chosen and the rejected reading, the counts, the formula with its rates."""
    row = make_row(team, 0)
    store([row])
    text = explain(row["uuid"])
    assert text.startswith(f"$ai_generation {row['uuid']}\ngpt-4o by openai, inference\nteam {team.id}, ")
    assert '"cached_tokens": 60' in text
    assert "✓  input_inclusive+output_inclusive  input 100 + output 20 = 120" in text
    assert "✗  input_exclusive+output_inclusive  input 100 + cache 60 + output 20 = 180" in text
    assert "cache_read_input_tokens   60" in text
    assert "60 × 0.00000125 = 0.000075" in " ".join(text.split())
    assert "Today's rules" not in text


def test_json_holds_the_same(team: Team) -> None:
    """For programs: every step by name."""
    row = make_row(team, 0)
    store([row])
    document = explain_json(row["uuid"])
    assert document["call"]["uuid"] == str(row["uuid"])
    assert document["tokens"]["input_tokens"] == 100
    assert document["tokens"]["image_input_tokens"] is None
    assert document["evidence"]["usage"]["prompt_tokens_details"] == {"cached_tokens": 60}
    assert document["differences"] == []


def test_older_rules_faults_are_shown(team: Team) -> None:
    """The stored figures stand, and beside them what today's rules say."""
    row = make_row(team, 0)
    store([row | WRONG])
    document = explain_json(row["uuid"])
    assert document["tokens"]["input_tokens"] == 40
    differences = {each["column"]: (each["stored"], each["derived"]) for each in document["differences"]}
    assert differences["input_tokens"] == (40, 100)
    assert differences["total_cost_usd"] == (0.5, 0.000375)
    assert f"renormalize_ai_events --start 2026-11-23 --end 2026-11-24 --team {team.id}" in explain(row["uuid"])


def test_price_of_the_team_is_named(team: Team) -> None:
    """A figure by a team's own price says so."""
    CustomPrice.objects.create(team=team, model_pattern="ours*", input_token_price="0.01", output_token_price="0.02")
    row = make_row(team, 0, model="openai/ours-1", response_cost=0.0)
    store([row])
    costs = explain_json(row["uuid"])["costs"]
    assert (costs["source"], costs["gateway_total_usd"]) == (row["cost_source"], 0.0)
    assert {term["rate_usd"] for term in costs["terms"]} >= {"0.0100000000000000", "0.0200000000000000"}


def test_newest_version_is_explained(team: Team) -> None:
    """Of two versions on disk the later one is the row."""
    row = make_row(team, 0)
    store([row | WRONG])
    store([row | {"ingested_at": INGESTED_AT + timedelta(hours=1)}])
    assert explain_json(row["uuid"])["tokens"]["input_tokens"] == 100


def test_find_row_keeps_to_the_team(team: Team) -> None:
    """Another team's uuid finds nothing."""
    row = make_row(team, 0)
    store([row])
    found = find_row(row["uuid"], team_id=team.id)
    assert found is not None
    assert found["uuid"] == row["uuid"]
    assert find_row(row["uuid"], team_id=team.id + 1) is None


def test_unknown_uuid_is_named() -> None:
    """One sentence, and an exit code that is not 0."""
    missing = uuid4()
    with pytest.raises(CommandError, match=f"no event {missing} is stored"):
        explain(missing)


def test_what_is_no_uuid_is_named() -> None:
    """The argument and its rule."""
    with pytest.raises(CommandError, match="uuid: expected 8-4-4-4-12 hexadecimal digits, got 'soon'"):
        explain("soon")


def test_unreadable_evidence_is_named(team: Team) -> None:
    """A row that somebody broke is not explained by guesses."""
    row = make_row(team, 0)
    store([row | {"properties": "{"}])
    with pytest.raises(CommandError, match="cannot be explained: properties: "):
        explain(row["uuid"])
