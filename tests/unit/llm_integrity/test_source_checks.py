"""Gateways and teams: silence, clocks, repetitions, holes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from posthog.llm_integrity.checks.all_checks import Observed, run_checks
from posthog.llm_integrity.findings import CheckName, Finding, FindingKey, Severity, Subject
from posthog.llm_integrity.sources import ArrivalHour, NumberedHour, Source, VolumeHour
from tests.unit.llm_integrity.traffic import FIRST, HOUR

GATEWAY, TEAM = Source("gateway", "main"), Source("team", "7")
DAYS_14 = 14 * 24


def volume(count: int, *, calls: int = 60, is_open: object = None) -> list[VolumeHour]:
    moments = [FIRST + HOUR * place for place in range(count)]
    return [VolumeHour(hour=at, calls=calls) for at in moments if is_open is None or 8 <= at.hour < 18]


def listen(
    hours: Sequence[VolumeHour],
    now: datetime,
    source: Source = GATEWAY,
    outages: Sequence[tuple[datetime, datetime]] = (),
) -> list[Finding]:
    return run_checks(Observed(volumes={source: hours}, outages={source: outages}), now=now).findings


def arrive(hours: Sequence[ArrivalHour]) -> list[Finding]:
    return run_checks(Observed(arrivals={"main": hours}), now=FIRST).findings


class TestSilence:
    END = FIRST + HOUR * DAYS_14

    def test_first_silent_hour_is_told(self) -> None:
        (finding,) = listen(volume(DAYS_14), self.END + HOUR)
        assert (finding.check, finding.subject) == (CheckName.SOURCE_SILENT, Subject(gateway="main"))
        assert (finding.since, finding.usual) == (self.END, 60.0)
        assert finding.severity == Severity.CRITICAL

    def test_hour_that_is_not_over_is_not(self) -> None:
        assert not listen(volume(DAYS_14), self.END + timedelta(minutes=59))

    def test_team_is_told_of_too(self) -> None:
        (finding,) = listen(volume(DAYS_14), self.END + HOUR, TEAM)
        assert (finding.subject, finding.severity) == (Subject(team_id=7), Severity.WARNING)

    def test_night_of_an_office_is_no_silence(self) -> None:
        hours = volume(DAYS_14, is_open=True)
        assert not any(listen(hours, self.END + HOUR * place) for place in range(8))
        assert listen(hours, self.END + HOUR * 22)

    def test_quiet_source_may_be_silent_for_some_hours(self) -> None:
        hours = volume(DAYS_14, calls=3)
        assert not listen(hours, self.END + HOUR * 3)
        assert listen(hours, self.END + HOUR * 4)

    def test_outage_of_the_past_is_no_model(self) -> None:
        start, end = FIRST + HOUR * 200, FIRST + HOUR * 210
        hours = [hour for hour in volume(DAYS_14) if not start <= hour.hour < end]
        assert not listen(hours, self.END + HOUR)
        assert listen(hours, self.END + HOUR, outages=[(start, end)])

    def test_source_that_is_gone_for_a_week_is_not_silent(self) -> None:
        assert not listen(volume(DAYS_14), self.END + timedelta(days=8))


class TestArrivals:
    @pytest.mark.parametrize(
        ("figure", "newest"),
        [
            pytest.param("ahead", ArrivalHour(hour=FIRST, calls=100, ahead_calls=50), id="ahead"),
            pytest.param("behind", ArrivalHour(hour=FIRST, calls=100, behind_calls=100), id="behind"),
        ],
    )
    def test_wrong_clock_is_told(self, figure: str, newest: ArrivalHour) -> None:
        (finding,) = arrive([newest] * 3)
        assert (finding.check, finding.figure) == (CheckName.CLOCK_SKEWED, figure)

    def test_gateway_that_makes_up_for_an_outage_is_not(self) -> None:
        late = ArrivalHour(hour=FIRST, calls=100, behind_calls=100)
        assert not arrive([ArrivalHour(hour=FIRST, calls=100), late, late])

    def test_calls_under_two_ids_are_told(self) -> None:
        (finding,) = arrive(
            [ArrivalHour(hour=FIRST, calls=100)] * 30 + [ArrivalHour(hour=FIRST, calls=200, repeated_calls=100)]
        )
        assert (finding.check, finding.seen, finding.usual) == (CheckName.CALLS_REPEATED, 0.5, 0.0)

    def test_few_calls_are_not_judged(self) -> None:
        assert not arrive([ArrivalHour(hour=FIRST, calls=40, ahead_calls=40, repeated_calls=20)])


class TestNumbers:
    def number(self, hours: Sequence[NumberedHour], now: datetime) -> list[Finding]:
        return run_checks(Observed(numbered={"main": hours}), now=now).findings

    def test_hole_is_told_ten_minutes_after_its_hour(self) -> None:
        hours = [NumberedHour(hour=FIRST, received=99, missing=1)]
        assert not self.number(hours, FIRST + timedelta(minutes=69))
        (finding,) = self.number(hours, FIRST + timedelta(minutes=70))
        assert (finding.check, finding.seen, finding.calls) == (CheckName.EVENTS_MISSING, 0.99, 100)

    def test_complete_hours_are_judged_right(self) -> None:
        hours = [NumberedHour(hour=FIRST, received=100, missing=0)]
        looked = run_checks(Observed(numbered={"main": hours}), now=FIRST + HOUR * 2)
        assert not looked.findings
        assert looked.judged == {FindingKey(CheckName.EVENTS_MISSING, Subject(gateway="main"), "")}
