"""When a dead child starts again."""

from stack.supervisor import MAX_BACKOFF_S, STEADY_AFTER_S, Restart, plan_restart


def plan_several(count: int, *, lived_s: float) -> list[Restart]:
    """The restarts of a child that lives equally long each time."""
    plans: list[Restart] = []
    for _ in range(count):
        plans.append(plan_restart(plans[-1] if plans else None, lived_s=lived_s, now=100.0))
    return plans


def test_child_that_keeps_dying_waits_longer_each_time() -> None:
    """One second, then twice as long, to a limit."""
    delays = [plan.delay_s for plan in plan_several(8, lived_s=0.1)]
    assert delays[:4] == [1.0, 2.0, 4.0, 8.0]
    assert delays[-1] == MAX_BACKOFF_S


def test_child_that_ran_steadily_starts_again_soon() -> None:
    """An old crash is forgotten."""
    assert [plan.delay_s for plan in plan_several(3, lived_s=STEADY_AFTER_S)] == [1.0, 1.0, 1.0]


def test_restart_is_due_after_its_delay() -> None:
    """Counted from the moment the end was noticed."""
    assert plan_restart(None, lived_s=0.1, now=100.0).due_at == 101.0
