"""Hours of calls for these tests: steady ones, of which a test makes some different."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from posthog.llm_integrity.checks.all_checks import Observed, run_checks
from posthog.llm_integrity.expectations import RATIOS, learn
from posthog.llm_integrity.findings import Finding, FindingKey, Looked
from posthog.llm_integrity.tallies import Hour, Quotients, Series, Tally

FIRST = datetime(2026, 11, 2, tzinfo=UTC)  # a Monday
SERIES = Series("main", "openai", "gpt-4o", is_stream=True)
HOUR = timedelta(hours=1)


def tally(
    calls: int = 100,
    *,
    reported: Mapping[str, int] | None = None,
    ratios: Mapping[str, float] | None = None,
    flags: Mapping[str, int] | None = None,
    costless: int = 0,
    unpriced: int = 0,
) -> Tally:
    """All calls report input and output, and each ratio is the same for all of them, unless told otherwise."""
    means = dict.fromkeys(RATIOS, 0.5) | dict(ratios or {})
    return Tally(
        calls=calls,
        reported={"input_tokens": calls, "output_tokens": calls, **(reported or {})},
        quotients={name: Quotients(calls, calls * mean, calls * mean**2) for name, mean in means.items()},
        costless_calls=costless,
        unpriced_calls=unpriced,
        flags=flags or {},
    )


def hours(tallies: Sequence[Tally], first: datetime = FIRST) -> list[Hour]:
    return [Hour(first + HOUR * place, each) for place, each in enumerate(tallies)]


def look(
    past: Sequence[Tally],
    newest: Sequence[Tally],
    *,
    twin: Sequence[Tally] = (),
    open_keys: Collection[FindingKey] = frozenset(),
) -> Looked:
    """Learn from the past, look at what came after it; `twin` are calls of the other way of streaming."""
    now = hours(newest, FIRST + HOUR * len(past))
    observed = Observed(
        series={SERIES: now, SERIES._replace(is_stream=False): hours(twin, FIRST + HOUR * len(past))},
        expected={SERIES: learn(hours(past))},
        open_keys=open_keys,
    )
    return run_checks(observed, now=now[-1].hour + HOUR)


def find(looked: Looked, check: str) -> list[Finding]:
    return [finding for finding in looked.findings if finding.check == check]
