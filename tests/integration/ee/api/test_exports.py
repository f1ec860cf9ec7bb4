"""`GET …/exports/`: a team's usage as a file, to those who may see the team."""

import csv
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from pytest_django import Settings

from posthog.clickhouse.client import close_connection
from posthog.models import OrganizationMembership, Team, User
from tests.integration.usage_report.report_events import make_team, store_call

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse, pytest.mark.usefixtures("stored_usage")]

RANGE = {"start": "2026-04-01", "end": "2026-04-03"}


def make_member(team: Team) -> Client:
    user = User.objects.create_user(f"{team.id}@example.com")
    level = OrganizationMembership.Level.MEMBER
    OrganizationMembership.objects.create(user=user, organization=team.organization, level=level)
    client = Client()
    client.force_login(user)
    return client


def ask(client: Client, team: Team, **query: Any) -> Any:
    return client.get(f"/api/projects/{team.id}/llm_analytics/exports/", {**RANGE, **query})


def read(answer: StreamingHttpResponse) -> bytes:
    assert answer.status_code == 200
    return answer.getvalue()


@pytest.fixture
def other(team: Team) -> Team:
    """Another organization's team; both have a call on the first day."""
    other = make_team("Theirs")
    store_call(team, "2026-04-01T08:00:00Z", id="ours", response_cost=0.25)
    store_call(other, "2026-04-01T08:00:00Z", id="theirs", response_cost=100)
    return other


def test_csv_is_a_file_of_the_team_alone(team: Team, other: Team) -> None:
    """With a name that says what it is."""
    answer = ask(make_member(team), team)
    rows = list(csv.DictReader(StringIO(read(answer).decode(), newline="")))
    assert [(row["team_id"], Decimal(row["total_cost_usd"])) for row in rows] == [(str(team.id), Decimal("0.25"))]
    assert answer["Content-Type"].startswith("text/csv")
    name = f"llm-usage-team-{team.id}-2026-04-01-2026-04-03.csv"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("json", "application/x-ndjson"), ("parquet", "application/vnd.apache.parquet"), ("focus", "text/csv")],
)
def test_every_format_is_answered(team: Team, other: Team, name: str, media_type: str) -> None:
    """Whatever the client says that it accepts."""
    url = f"/api/projects/{team.id}/llm_analytics/exports/"
    answer: Any = make_member(team).get(url, {**RANGE, "format": name}, headers={"Accept": "image/png"})
    content = read(answer)
    assert answer["Content-Type"].partition(";")[0] == media_type
    if name == "parquet":
        assert pq.read_table(BytesIO(content)).num_rows == 1
    else:
        assert content.count(b"\n") >= 1


def test_strangers_learn_nothing(team: Team, other: Team) -> None:
    """The same 404 as for a team that there is not."""
    assert ask(make_member(other), team).status_code == 404
    assert ask(Client(), team).status_code == 401


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        pytest.param({"format": "xlsx"}, "format", id="format"),
        pytest.param({"start": "yesterday"}, "start", id="no-day"),
        pytest.param({"end": "2026-04-01"}, "end", id="empty-range"),
        pytest.param({"end": "2030-04-01"}, "end", id="too-long"),
        pytest.param({"start": "0001-01-01"}, "start", id="too-early"),
        pytest.param({"team_id": "1"}, "team_id", id="unknown"),
    ],
)
def test_bad_parameters_are_named(team: Team, other: Team, query: dict[str, str], parameter: str) -> None:
    """A problem document says which and why."""
    answer = ask(make_member(team), team, **query)
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_store_that_is_away_is_a_503(team: Team, other: Team, settings: Settings) -> None:
    """Before the first byte of the file."""
    client = make_member(team)
    settings.CLICKHOUSE_PORT = 1
    close_connection()
    try:
        assert ask(client, team).status_code == 503
    finally:
        close_connection()
