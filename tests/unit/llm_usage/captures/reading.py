"""The rows of a recorded gateway body, through the front: bytes in, rows out."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from posthog.llm_analytics.attribution import Attribution, TeamPolicy
from posthog.llm_analytics.gateway_bodies import BodySource, Rejection, read_gateway_body
from posthog.llm_usage.rows import Row

CAPTURES = Path(__file__).parents[3] / "fixtures" / "captures"
TEAM_ID = 1
SOURCE = BodySource(
    attribution=Attribution(only_team_id=TEAM_ID, policies={TEAM_ID: TeamPolicy(team_id=TEAM_ID)}),
)


def list_captures() -> list[str]:
    """Every capture's name, sorted."""
    return sorted(file.stem for file in CAPTURES.glob("*.json"))


@cache
def read_rows(name: str) -> tuple[Row, ...]:
    """The rows of all bodies of one capture, in order; a rejection fails the test by its reason."""
    capture: dict[str, Any] = json.loads((CAPTURES / f"{name}.json").read_text())
    outcomes = [outcome for post in capture["webhook"] for outcome in read_gateway_body(post["body"].encode(), SOURCE)]
    assert [outcome.reason for outcome in outcomes if isinstance(outcome, Rejection)] == []
    return tuple(outcome for outcome in outcomes if not isinstance(outcome, Rejection))
