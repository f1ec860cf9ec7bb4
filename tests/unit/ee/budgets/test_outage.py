"""A store that is away is not asked again at once."""

from ee.budgets.outage import QUIET_S, Outage


def test_outage_is_remembered_for_a_moment() -> None:
    """And then the stores are asked again."""
    time_s = [100.0]
    outage = Outage(clock=lambda: time_s[0])
    assert not outage.is_recent
    outage.note()
    assert outage.is_recent
    time_s[0] += QUIET_S
    assert not outage.is_recent
