"""Hours add up; chance is bounded; every finding can be told to a stranger."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posthog.llm_integrity.blocks import MIN_CALLS, cut_blocks, take_latest
from posthog.llm_integrity.expectations import bound_tail, count_normal_errors
from posthog.llm_integrity.finding_texts import CHECK_TEXTS, describe_finding
from posthog.llm_integrity.findings import CheckName, Finding, Severity, Subject
from posthog.llm_integrity.tallies import Quotients, add_hours, add_tallies
from tests.unit.llm_integrity.traffic import FIRST, HOUR, hours, tally


def test_tallies_add_up() -> None:
    one = tally(10, flags={"a": 1}, costless=1)
    other = tally(30, flags={"a": 2, "b": 3}, unpriced=2, ratios={"cache_read_ratio": 0.1})
    both = add_tallies([one, other])
    assert (both.calls, both.costless_calls, both.unpriced_calls) == (40, 1, 2)
    assert (both.reported["input_tokens"], both.flags) == (40, {"a": 3, "b": 3})
    assert both.quotients["cache_read_ratio"].mean == pytest.approx((10 * 0.5 + 30 * 0.1) / 40)
    assert add_tallies([]).calls == 0


def test_standard_error_is_that_of_the_mean() -> None:
    assert Quotients(4, 2.0, 2.0).standard_error == pytest.approx(12**-0.5)  # 0, 0, 1, 1: variance 1/3, of four
    assert Quotients(1, 0.5, 0.25).standard_error == 0
    assert Quotients(3, 1.5, 0.75).standard_error == 0


@pytest.mark.parametrize(("calls", "errors"), [(20, 3.8834), (31, 3.6460), (61, 3.4602), (121, 3.3735)])
def test_few_calls_make_the_same_distance_likelier(calls: int, errors: float) -> None:
    """Student's t at one in a thousand, from printed tables, is the normal distribution's 3.2905."""
    assert count_normal_errors(errors, calls=calls) == pytest.approx(3.2905, abs=0.005)
    assert count_normal_errors(errors, calls=1_000_000) == pytest.approx(errors, abs=0.001)


@given(st.lists(st.integers(0, 120), max_size=60))
def test_blocks_are_samples_that_share_no_hour(counts: list[int]) -> None:
    given_hours = hours([tally(count) for count in counts if count])
    blocks = list(cut_blocks(given_hours))
    assert all(add_hours(block).calls >= MIN_CALLS for block in blocks)
    taken = [hour.hour for block in blocks for hour in block]
    assert taken == sorted(set(taken))
    newest = take_latest(given_hours)
    assert not newest or (newest[-1] == given_hours[-1] and add_hours(newest[1:]).calls < MIN_CALLS)


def test_hours_that_lie_far_apart_are_no_block() -> None:
    far = [*hours([tally(30)]), *hours([tally(30)], FIRST + HOUR * 100)]
    assert (list(cut_blocks(far)), list(take_latest(far))) == ([], [])


@given(st.integers(1, 40), st.data(), st.floats(0.01, 0.99))
def test_bound_is_above_the_true_chance(trials: int, data: st.DataObject, share: float) -> None:
    seen = data.draw(st.integers(0, trials))
    outcomes = range(seen + 1) if seen / trials < share else range(seen, trials + 1)
    chance = sum(comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in outcomes)
    assert bound_tail(seen, trials, share) >= chance * (1 - 1e-9)


@pytest.mark.parametrize(("share", "bound"), [(0.0, 0.0), (1.0, 0.0), (0.5, 1.0)])
def test_what_cannot_be_is_never_chance(share: float, bound: float) -> None:
    assert bound_tail(5, 10, share) == bound


@pytest.mark.parametrize("check", CheckName)
def test_every_check_has_words(check: CheckName) -> None:
    """Title, meaning, evidence with its figures, first hour and comparison, what to do and where to read on."""
    figure = {
        CheckName.RATIO_JUMPED: "cache_read_ratio",
        CheckName.FLAG_SHARE: "total_mismatch",
    }.get(check, "cache_read_input_tokens")
    subject = Subject("main", "openai", "gpt-4o", is_stream=True)
    finding = Finding(
        check=check,
        subject=subject,
        severity=Severity.WARNING,
        figure=figure,
        seen=0.25,
        usual=0.5,
        calls=80,
        since=FIRST,
    )
    text = describe_finding(finding)
    assert check in CHECK_TEXTS
    assert "gpt-4o of openai, streamed, by gateway main" in text.title
    assert "{" not in text.title
    assert all((text.meaning, text.action))
    assert "Since 2026-11-02 00:00 UTC" in text.evidence
    assert text.runbook == f"docs/runbook.md#{check}"
    assert f"To see more: bin/manage {CHECK_TEXTS[check].command.split()[0]} " in text.action


def test_name_writes_no_lines_of_its_own() -> None:
    """A caller's model name stays one short word of the text, whatever is in it."""
    for name in ("gpt\n*RESOLVED: all is well*\u2028\x1b[2J", "m" * 5000):
        finding = Finding(
            check=CheckName.UNPRICED_MODEL,
            subject=Subject("main", name, name, None),
            severity=Severity.CRITICAL,
            seen=1.0,
            calls=1,
            since=FIRST,
        )
        title = describe_finding(finding).title
        assert title.isprintable()
        assert len(title) < 400


@pytest.mark.parametrize(
    ("seen", "usual", "said"),
    [
        pytest.param(1.0, 0.0, "100.00% of 80 calls; usual is 0.00%", id="all-and-nothing"),
        pytest.param(0.99997, 0.00003, "99.997% of 80 calls; usual is 0.003%", id="almost"),
    ],
)
def test_almost_all_is_not_told_as_all(seen: float, usual: float, said: str) -> None:
    """100 % is said only of all calls, 0 % only of none."""
    finding = Finding(
        check=CheckName.FIELD_VANISHED,
        subject=Subject("main", "openai", "gpt-4o", None),
        severity=Severity.WARNING,
        figure="cache_read_input_tokens",
        seen=seen,
        usual=usual,
        calls=80,
        since=FIRST,
    )
    assert said in describe_finding(finding).evidence
