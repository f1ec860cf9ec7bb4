"""Waiting between attempts: longer each time, bounded, spread."""

from datetime import timedelta

import pytest

from posthog.delivery.backoff import LONGEST, find_delay


@pytest.mark.parametrize(
    ("attempts", "share", "minutes"),
    [
        pytest.param(1, 1.0, 1, id="first"),
        pytest.param(1, 0.0, 0.5, id="first-least"),
        pytest.param(4, 1.0, 8, id="doubled-thrice"),
        pytest.param(9, 0.5, 192, id="between"),
        pytest.param(100, 1.0, 360, id="bounded"),
    ],
)
def test_delay_doubles_up_to_its_bound(attempts: int, share: float, minutes: float) -> None:
    """Half of it is at random."""
    assert find_delay(attempts, share=share) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("asked_s", "delay"),
    [
        pytest.param(1.0, timedelta(minutes=1), id="sooner-than-ours"),
        pytest.param(600.0, timedelta(minutes=10), id="later-than-ours"),
        pytest.param(1e9, LONGEST, id="years"),
        pytest.param(-5.0, timedelta(minutes=1), id="negative"),
    ],
)
def test_receiver_may_ask_for_more_time(asked_s: float, delay: timedelta) -> None:
    """Up to the same bound."""
    assert find_delay(1, share=1.0, retry_after_s=asked_s) == delay
