"""
Everything is killed while events come in, and every event counts once: the short form of `bin/bench chaos`.
"""

from collections.abc import Iterator

import pytest

from tests.e2e.chaos_run import (
    PROGRAMS,
    ChaosOutcome,
    ChaosPlan,
    OutageOutcome,
    chaos_stack,
    run_chaos,
    run_outage,
)
from tests.e2e.started_stack import StartedStack

PLAN = ChaosPlan(events=1500, kills=7, pause_s=(1.0, 2.5), pace_s=0.8)
AWAY_S = 8.0


def stay_silent(line: str) -> None:
    """The assertions say what matters."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedStack]:
    with chaos_stack(tmp_path_factory.mktemp("chaos")) as running:
        yield running


@pytest.fixture(scope="module")
def chaos(stack: StartedStack) -> ChaosOutcome:
    return run_chaos(stack, PLAN, stay_silent)


@pytest.fixture(scope="module")
def outage(stack: StartedStack, chaos: ChaosOutcome) -> OutageOutcome:
    return run_outage(stack, away_s=AWAY_S, write=stay_silent)


def test_every_program_was_killed(chaos: ChaosOutcome) -> None:
    """The run was what it says: SIGKILL for each program, and senders that noticed."""
    assert set(chaos.kills) == set(PROGRAMS)
    assert chaos.answers.total() > chaos.answers["202"]


def test_every_event_is_stored_once(chaos: ChaosOutcome) -> None:
    """Delivered one to five times each, in any order, through every kill."""
    assert (chaos.stored_events, chaos.distinct_events, chaos.rejected) == (chaos.events, chaos.events, 0)


def test_sums_are_the_senders_own(chaos: ChaosOutcome) -> None:
    """Every token column, to the last token."""
    assert chaos.stored == chaos.sent


def test_webhook_answers_while_clickhouse_is_away(outage: OutageOutcome) -> None:
    """202 to everybody, and nothing else."""
    assert set(outage.answers) == {"202"}


def test_inbox_drains_by_itself_afterwards(outage: OutageOutcome) -> None:
    """What came meanwhile is stored."""
    assert outage.stored_events == outage.calls
