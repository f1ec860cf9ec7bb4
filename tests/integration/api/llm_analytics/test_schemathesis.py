"""The API against its own schema: whatever fits it or not, the answer is one that the schema names."""

from collections.abc import Iterator
from copy import deepcopy
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

from posthog.models import PersonalAPIKey, User
from tests.integration.api.llm_analytics.doors import fill_path
from tests.integration.api.llm_analytics.world import World, call_at

pytestmark = [pytest.mark.django_db, pytest.mark.clickhouse]

SCHEMA = yaml.safe_load((Path(__file__).resolve().parents[4] / "posthog" / "api" / "openapi.yaml").read_text())
OPERATIONS = sorted(
    (path, method) for path, operations in SCHEMA["paths"].items() for method in operations if path.startswith("/api/")
)
EXAMPLES = 5
GOOD_VALUES = {
    "start": ["2026-11-01", "2026-11-01T10:30:00Z"],
    "end": ["2026-11-03", "2026-11-02T20:00:00+05:30"],
    "timezone": ["UTC", "Asia/Kolkata", "America/St_Johns", "Europe/Berlin"],
}
"""What a schema cannot say of these: a start before its end, a zone that there is."""

TOGETHER = ("/credentials/", "/delivery_destinations/")
"""Members of what is posted there must go together, which a schema cannot say."""

load_all_checks()


@pytest.fixture
def open_connection() -> Iterator[None]:
    """The test's transaction outlives requests, as in Django's own test client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def token(world: World, open_connection: None) -> str:
    """A key that may do everything for our team, which has a call, a reject, a report and a credential."""
    world.send(call_at("2026-11-01T12:00:00", 1, trace_id="trace-1"))
    user = User.objects.get(email__startswith="owner-", memberships__organization=world.team.organization_id)
    _, token = PersonalAPIKey.objects.create_with_token(user=user, label="all", scope=PersonalAPIKey.Scope.ADMIN)
    return token


def narrow(world: World) -> dict[str, Any]:
    """The schema with ids that exist, so that what is behind them is reached."""
    ids = fill_path(
        "{team} {uuid} {trace} {reject} {credential} {day} {alert} {price} {destination} {delivery}", world.ours
    ).split(" ")
    names = (
        "team_id",
        "uuid",
        "trace_id",
        "reject_id",
        "credential_id",
        "day",
        "alert_id",
        "price_id",
        "destination_id",
        "delivery_id",
    )
    good: dict[str, list[Any]] = {name: [value] for name, value in zip(names, ids, strict=True)}
    numbers = ("team_id", "reject_id", "credential_id", "price_id", "delivery_id")
    good |= {name: [int(good[name][0])] for name in numbers} | GOOD_VALUES
    narrowed: dict[str, Any] = deepcopy(SCHEMA)
    for operations in narrowed["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                if values := good.get(parameter["name"]):
                    is_day = parameter["schema"].get("format") == "date"
                    parameter["schema"] = {"type": parameter["schema"]["type"], "enum": values[: 1 if is_day else None]}
    return narrowed


def load_operation(world: World, path: str, method: str) -> APIOperation[Any, Any, Any, Any]:
    schema = schemathesis.openapi.from_dict(narrow(world))
    schema.app = get_wsgi_application()
    operation: APIOperation[Any, Any, Any, Any] = schema[path][method.upper()]
    return operation


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_answers_are_those_of_the_schema(world: World, token: str, path: str, method: str) -> None:
    """No fault of the server, no undocumented status, type or shape; what breaks the schema is refused."""
    operation = load_operation(world, path, method)
    statuses = ask_examples(operation, GenerationMode.POSITIVE, token)
    is_luck = "budgets/" in path or (method == "post" and path.endswith(TOGETHER))  # and there is no budget yet
    if not is_luck:
        assert any(status < HTTPStatus.BAD_REQUEST for status in statuses), "nothing that fits the schema was accepted"
    if operation.query or operation.body:
        ask_examples(operation, GenerationMode.NEGATIVE, token)


def ask_examples(operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, token: str) -> list[int]:
    """Ask a few generated questions; returns how they were answered."""
    statuses: list[int] = []

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case[Any]) -> None:
        # Whether parameters go together (a range, a cursor) is no matter of the schema.
        headers = {"Authorization": f"Bearer {token}"}
        answer = case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
        statuses.append(answer.status_code)

    ask()
    return statuses
