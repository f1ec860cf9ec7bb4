"""
Bodies that no honest gateway sends, through the door and the drain: no 5xx, no hang, no valid neighbour lost.

FUZZED_BODIES sets how many (default 200), FUZZ_SEED which.
"""

import json
import os
import resource
from collections import Counter
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from posthog.clickhouse.client import sync_execute
from posthog.llm_analytics.ingestion import drain_once
from posthog.models import GatewayInboxBody, RejectedEvent, Team
from tests.fuzz_bodies import BOMB_BYTES, FuzzedBody, list_fuzzed_bodies
from tests.integration.factories import GatewaySetup, make_call, make_gateway

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.clickhouse,
    pytest.mark.usefixtures("ai_events", "private_cache"),
]

URL = "/api/llm_gateway/webhook"
FUZZED_BODIES = int(os.environ.get("FUZZED_BODIES", "200"))
FUZZ_SEED = int(os.environ.get("FUZZ_SEED", "20261125"))
MEMORY_GROWTH_MAX_BYTES = 400_000_000
OUR_FAULT = {"event_unprocessable", "body_unprocessable", "row_refused"}
"""Reasons that say that the rules stumbled, not that the event is wrong."""

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
FIELDS = sorted(make_call(1))
TEAM = st.just("team-alpha") | JSON_VALUES
MOMENT = st.just(make_call(1)["startTime"]) | JSON_VALUES
PAYLOADS = st.fixed_dictionaries(
    {
        "startTime": MOMENT,
        "metadata": st.fixed_dictionaries({"user_api_key_team_id": TEAM, "usage_object": JSON_VALUES}),
    },
    optional={name: JSON_VALUES for name in FIELDS if name not in ("startTime", "metadata")},
)
"""Often a call of the mapped team at a possible moment, so that all of it is read; anything in all other fields."""


@pytest.fixture
def setup(settings: Settings) -> GatewaySetup:
    settings.LLM_GATEWAY_MAX_DECOMPRESSED_BYTES = BOMB_BYTES - 1
    settings.LLM_GATEWAY_MAX_BODIES_PER_MINUTE = 0
    return make_gateway()


def post(setup: GatewaySetup, fuzzed: FuzzedBody) -> int:
    encoding = {"Content-Encoding": fuzzed.encoding} if fuzzed.encoding else {}
    headers = {**setup.headers, **encoding}
    return Client().post(URL, fuzzed.body, content_type="application/json", headers=headers).status_code


def drain() -> None:
    while drain_once(now=timezone.now()).bodies:
        pass


def list_stored_ids(setup: GatewaySetup) -> set[str]:
    sql = "SELECT DISTINCT generation_id FROM ai_events WHERE team_id = %(team_id)s"
    return {row[0] for row in sync_execute(sql, {"team_id": setup.alpha.id})}


def measure_peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("is_private", [False, True], ids=["open", "private"])
def test_fuzzed_bodies_cost_no_valid_neighbour(setup: GatewaySetup, is_private: bool) -> None:
    """Each is taken or refused with a reason, each valid call is a row, and the rules stumble over none."""
    Team.objects.filter(id=setup.alpha.id).update(is_private=is_private)
    valid_ids: set[str] = set()
    answers: Counter[int] = Counter()
    peak_bytes = measure_peak_bytes()
    for fuzzed in list_fuzzed_bodies(FUZZED_BODIES, seed=FUZZ_SEED, team="team-alpha"):
        status = post(setup, fuzzed)
        answers[status] += 1
        assert status == 202 or (400 <= status < 500 and not fuzzed.must_be_taken), (fuzzed.kind, status)
        valid_ids |= set(fuzzed.valid_ids) if status == 202 else set()
    drain()
    assert valid_ids - list_stored_ids(setup) == set()
    assert not GatewayInboxBody.objects.exists()
    assert list(RejectedEvent.objects.filter(reason_code__in=OUR_FAULT)) == []
    assert measure_peak_bytes() - peak_bytes < MEMORY_GROWTH_MAX_BYTES
    assert {202, 400} <= set(answers)


@given(payloads=st.lists(PAYLOADS, min_size=1, max_size=4))
@hypothesis_settings(
    max_examples=max(FUZZED_BODIES // 6, 1), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_payloads_of_any_values_cost_no_valid_neighbour(setup: GatewaySetup, payloads: list[dict[str, Any]]) -> None:
    """The right fields with any JSON in them: a row or a reject each, and the neighbour is a row."""
    body = json.dumps([*payloads, make_call(1)]).encode()
    assert post(setup, FuzzedBody(kind="values", body=body)) == 202
    drain()
    assert "r1" in list_stored_ids(setup)
    assert list(RejectedEvent.objects.filter(reason_code__in=OUR_FAULT)) == []
