"""
Whether the checks see what goes wrong, how soon, and what else they cry about: 30 days of simulated traffic.

Every call's usage object is read and priced by the rules, hour by hour; every hour the checks look, as the beat task
does. Alerts open once and resolve when their figure is judged right again; hours under an open alert are not learned
from. Two weeks pass before the first fault; each lasts for some hours.

INTEGRITY_DAYS, INTEGRITY_SEED and INTEGRITY_SHARE (of the traffic) change the size.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from statistics import median

from benchmarks import Figure, Goal
from benchmarks._injected_faults import FAULTS, Injected, plan_faults
from benchmarks._observed_traffic import TrafficStore, list_arrivals, list_numbered, list_sources
from benchmarks._simulated_traffic import FLOWS, Call, simulate_hour
from posthog.llm_integrity.checks.all_checks import Observed, run_checks
from posthog.llm_integrity.checks.silence import tell_subject
from posthog.llm_integrity.expectations import Expectations, learn
from posthog.llm_integrity.findings import Finding, FindingKey, Subject
from posthog.llm_integrity.tallies import Series
from posthog.management.progress_bar import ProgressBar

FIRST = datetime(2026, 10, 5, tzinfo=UTC)  # a Monday
LEARN_DAYS = 14
FAULT_HOURS = 6
HOUR = timedelta(hours=1)
AFTER = timedelta(minutes=15)
"""A look each hour, at a quarter past, sees the hours that are over; the beat task looks more often."""
GATEWAYS = 3


@dataclass(slots=True)
class Watch:
    """The month so far: what arrived, what is expected, which alerts are open and which there were."""

    store: TrafficStore = field(default_factory=TrafficStore)
    expected: dict[Series, Expectations] = field(default_factory=dict)
    open: dict[FindingKey, Finding] = field(default_factory=dict)
    opened: list[tuple[datetime, Finding]] = field(default_factory=list)
    spoiled: dict[Subject, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def learn(self, today: datetime) -> None:
        """Expect of each series what its last two weeks were, without the hours of alerts."""
        for series in self.store.series:
            hours = self.store.list_hours(series, today - timedelta(days=LEARN_DAYS), today)
            subject = Subject(*series)
            still = [(finding.since, today) for key, finding in self.open.items() if key.subject == subject]
            spoiled = [*self.spoiled.get(subject, []), *still]
            good = [hour for hour in hours if not any(start <= hour.hour < end for start, end in spoiled)]
            self.expected[series] = learn(good)

    def look(self, now: datetime) -> None:
        """Run every check once."""
        hour = now.replace(minute=0)
        observed = Observed(
            series={
                series: hours
                for series in self.store.series
                if (hours := self.store.list_hours(series, now - timedelta(hours=72), hour))
            },
            expected=self.expected,
            open_keys=frozenset(self.open),
            volumes=list_sources(self.store, hour),
            outages={source: self.spoiled.get(tell_subject(source), ()) for source in self.store.volumes},
            arrivals=list_arrivals(self.store, hour, LEARN_DAYS),
            numbered=list_numbered(self.store, hour),
        )
        looked = run_checks(observed, now=now)
        found = {finding.key: finding for finding in looked.findings}
        for key, finding in found.items():
            if key not in self.open:
                self.opened.append((now, finding))
            self.open[key] = finding
        for key in [key for key in self.open if key in looked.judged and key not in found]:
            finding = self.open.pop(key)
            self.spoiled.setdefault(key.subject, []).append((finding.since, now))


def run() -> Iterable[Figure]:
    """Simulate, look, compare."""
    days, seed = int(os.environ.get("INTEGRITY_DAYS", "30")), int(os.environ.get("INTEGRITY_SEED", "1"))
    watch, injected = Watch(), list(plan_faults(FIRST + timedelta(days=LEARN_DAYS, hours=9), hours=FAULT_HOURS))
    bar = ProgressBar(sys.stderr, days * 24, "simulated hours")
    for hour in (FIRST + HOUR * place for place in range(days * 24)):
        if hour.hour == 0:
            watch.learn(hour)
        watch.store.take(hour, list(_list_reports(hour, injected, seed)))
        watch.look(hour + HOUR + AFTER)
        bar.advance(1)
    bar.close()
    yield from _summarize(watch, [each for each in injected if each.end <= FIRST + timedelta(days=days)], days)


def _list_reports(hour: datetime, injected: Iterable[Injected], seed: int) -> Iterator[Call]:
    share = float(os.environ.get("INTEGRITY_SHARE", "1"))
    flows = [replace(flow, calls_per_hour=flow.calls_per_hour * share) for flow in FLOWS]
    fault = next((each.fault for each in injected if each.is_on(hour)), None)
    for call in simulate_hour(hour, seed=seed, flows=flows):
        yield from fault.alter(call) if fault is not None and fault.concerns(call) else (call,)


def _summarize(watch: Watch, injected: list[Injected], days: int) -> Iterator[Figure]:
    delays = {each.fault.name: _find_delay(each, watch) for each in injected}
    for name, delay in delays.items():
        if delay is not None:
            yield Figure(name=f"hours_of_data_until_{name}_is_told", value=delay, unit="h", goal=Goal("value", "<=", 1))
    found = [delay for delay in delays.values() if delay is not None]
    missed = [name for name, delay in delays.items() if delay is None]
    sys.stderr.write(f"missed: {', '.join(missed) or 'none'}\n")
    yield Figure(
        name="faults_detected", value=len(found), unit="faults", baseline=len(injected), goal=Goal("ratio", ">=", 1)
    )
    yield Figure(name="faults_simulated", value=len(injected), unit="faults", goal=Goal("value", ">=", len(FAULTS)))
    if found:
        yield Figure(name="median_hours_of_data_until_told", value=median(found), unit="h")
    false = [(at, finding) for at, finding in watch.opened if not _is_explained(at, finding, injected)]
    for at, finding in false:
        sys.stderr.write(f"false alarm {at:%d %H:%M} {finding}\n")
    yield Figure(name="false_alarms", value=len(false), unit="alerts", goal=Goal("value", "<=", 0))
    for key in watch.open:
        sys.stderr.write(f"still open {key}\n")
    weeks = days / 7 * GATEWAYS
    yield Figure(
        name="false_alarms_a_week_and_gateway", value=len(false) / weeks, unit="alerts", goal=Goal("value", "<=", 1)
    )
    yield Figure(name="alerts_still_open", value=len(watch.open), unit="alerts")


def _find_delay(injected: Injected, watch: Watch) -> float | None:
    """Hours of data since the fault began that the look which told of it had."""
    told = [
        at
        for at, finding in watch.opened
        if injected.start <= at <= injected.end + HOUR and injected.fault.is_told_by(finding)
    ]
    return (min(told) - AFTER - injected.start) / HOUR if told else None


def _is_explained(at: datetime, finding: Finding, injected: Iterable[Injected]) -> bool:
    """By a fault that is on, or that an hour of the finding's sample is still under the influence of."""
    return any(each.start <= at <= each.end + HOUR and each.fault.explains(finding) for each in injected)
