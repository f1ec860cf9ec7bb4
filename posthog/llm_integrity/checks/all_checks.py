"""Every check over everything: what one run of `check_ai_accounting` sees."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from posthog.llm_integrity.checks import arrivals, flags, prices, ratios, reporting, silence
from posthog.llm_integrity.checks.series_view import view_series
from posthog.llm_integrity.expectations import Expectations
from posthog.llm_integrity.findings import FindingKey, Looked
from posthog.llm_integrity.sources import ArrivalHour, NumberedHour, Source, VolumeHour
from posthog.llm_integrity.tallies import Hour, Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """
    Everything that the checks look at; every sequence ascends by hour.

    Attributes:
        series: The last 72 hours of each.
        expected: Of each series, learned before; a series that is missing here has no past.
        outages: Of each source, begin and end of silences that an alert was about.
        open_keys: What an alert is open about: it stays until its figure is well within its range again.
        volumes: Three weeks; `arrivals`: two weeks, by gateway; `numbered`: a day, by gateway with durable shippers.
    """

    series: Mapping[Series, Sequence[Hour]] = field(default_factory=dict)
    expected: Mapping[Series, Expectations] = field(default_factory=dict)
    open_keys: Collection[FindingKey] = frozenset()
    volumes: Mapping[Source, Sequence[VolumeHour]] = field(default_factory=dict)
    outages: Mapping[Source, Sequence[tuple[datetime, datetime]]] = field(default_factory=dict)
    arrivals: Mapping[str, Sequence[ArrivalHour]] = field(default_factory=dict)
    numbered: Mapping[str, Sequence[NumberedHour]] = field(default_factory=dict)


NOTHING_EXPECTED = Expectations(shares={}, ratios={}, flag_shares={}, calls=0)


def run_checks(observed: Observed, *, now: datetime) -> Looked:
    """Look at everything once; findings in the order of urgency, then of check and subject."""
    looked = Looked()
    views = {
        series: view_series(series, hours, observed.expected.get(series, NOTHING_EXPECTED), observed.open_keys)
        for series, hours in observed.series.items()
    }
    for view in views.values():
        reporting.look(view, views, looked)
        ratios.look(view, looked)
        flags.look(view, looked)
        prices.look(view, looked)
    for source, volume in observed.volumes.items():
        silence.look(source, volume, looked, now=now, outages=observed.outages.get(source, ()))
    for gateway, arrived in observed.arrivals.items():
        arrivals.look(gateway, arrived, looked)
    for gateway, numbered in observed.numbered.items():
        arrivals.look_at_numbers(gateway, numbered, looked, now=now)
    looked.put_in_order()
    return looked
