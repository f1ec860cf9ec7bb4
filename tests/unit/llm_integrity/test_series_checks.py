"""What each check of a series says, and what it leaves unsaid."""

from dataclasses import replace

import pytest

from posthog.llm_integrity.findings import CheckName, FindingKey, Severity, Subject
from posthog.llm_integrity.tallies import Quotients
from tests.unit.llm_integrity.traffic import FIRST, HOUR, SERIES, find, look, tally

CACHE = "cache_read_input_tokens"
SUBJECT = Subject(*SERIES)
WEEK = 168


class TestVanishedField:
    def test_count_that_is_gone_is_found_with_its_first_hour(self) -> None:
        looked = look([tally(reported={CACHE: 100})] * WEEK, [tally(reported={CACHE: 100}), tally(), tally()])
        (finding,) = find(looked, CheckName.FIELD_VANISHED)
        assert (finding.figure, finding.seen, finding.usual) == (CACHE, 0.0, 1.0)
        assert finding.since == FIRST + HOUR * (WEEK + 1)
        assert finding.severity == Severity.CRITICAL

    def test_one_good_hour_is_judged_and_not_found(self) -> None:
        looked = look([tally(reported={CACHE: 100})] * WEEK, [tally(reported={CACHE: 100})])
        assert not looked.findings
        assert FindingKey(CheckName.FIELD_VANISHED, SUBJECT, CACHE) in looked.judged

    def test_share_that_was_once_as_low_is_usual(self) -> None:
        past = [tally(reported={CACHE: 90})] * WEEK + [tally(reported={CACHE: 30})]
        assert not find(look(past, [tally(reported={CACHE: 20})]), CheckName.FIELD_VANISHED)

    def test_too_few_calls_are_not_judged(self) -> None:
        looked = look([tally(reported={CACHE: 100})] * WEEK, [tally(20), tally(20)])
        assert not looked.findings
        assert FindingKey(CheckName.FIELD_VANISHED, SUBJECT, CACHE) not in looked.judged

    def test_quiet_hours_add_up_to_a_sample(self) -> None:
        looked = look([tally(reported={CACHE: 100})] * WEEK, [tally(20), tally(20), tally(20)])
        assert [finding.calls for finding in find(looked, CheckName.FIELD_VANISHED)] == [60]

    def test_nothing_is_expected_of_a_short_past(self) -> None:
        assert not find(look([tally(reported={CACHE: 100})] * 23, [tally()]), CheckName.FIELD_VANISHED)

    def test_whole_usage_that_is_gone_is_said_once(self) -> None:
        nothing = tally(reported={"input_tokens": 0, "output_tokens": 0, CACHE: 0})
        looked = look([tally(reported={CACHE: 100})] * WEEK, [nothing])
        found = {(finding.check, finding.figure) for finding in looked.findings}
        checks = (CheckName.COUNT_MISSING, CheckName.FIELD_VANISHED)
        assert found == {(check, name) for check in checks for name in ("input_tokens", "output_tokens")}


class TestDeclaredAndTwin:
    def test_input_must_be_reported_without_any_past(self) -> None:
        looked = look([], [tally(reported={"input_tokens": 50})])
        (finding,) = find(looked, CheckName.COUNT_MISSING)
        assert (finding.figure, finding.seen, finding.usual) == ("input_tokens", 0.5, 0.95)

    def test_new_series_is_compared_with_its_twin(self) -> None:
        looked = look([], [tally()], twin=[tally(reported={CACHE: 80})])
        (finding,) = find(looked, CheckName.STREAM_DIFFERS)
        assert (finding.figure, finding.seen, finding.usual) == (CACHE, 0.0, 0.8)

    def test_series_with_a_past_is_not(self) -> None:
        assert not find(look([tally()] * WEEK, [tally()], twin=[tally(reported={CACHE: 80})]), CheckName.STREAM_DIFFERS)


class TestRatios:
    PAST = [tally(ratios={"cache_read_ratio": 0.5 + 0.02 * (place % 3)}) for place in range(WEEK)]  # 0.50 to 0.54

    def test_new_level_far_outside_is_found(self) -> None:
        (finding,) = find(look(self.PAST, [tally(ratios={"cache_read_ratio": 0.3})]), CheckName.RATIO_JUMPED)
        assert (finding.figure, finding.usual) == ("cache_read_ratio", 0.52)
        assert finding.seen == pytest.approx(0.3)

    @pytest.mark.parametrize(("calls", "is_found"), [(56, False), (1000, True)])
    def test_few_calls_must_differ_by_more_errors(self, calls: int, is_found: bool) -> None:
        """5.6 standard errors from the median: of 56 calls chance still has a part in that, of 1,000 hardly."""
        variance = (0.2 / 5.6) ** 2 * (calls - 1)
        spread = Quotients(calls, calls * 0.32, calls * (variance + 0.32**2))
        newest = tally(calls)
        newest = replace(newest, quotients={**newest.quotients, "cache_read_ratio": spread})
        assert spread.standard_error == pytest.approx(0.2 / 5.6)
        assert bool(find(look(self.PAST, [newest]), CheckName.RATIO_JUMPED)) == is_found

    @pytest.mark.parametrize("ratio", [0.5, 0.54, 0.46, 0.6])
    def test_little_beyond_the_range_is_usual(self, ratio: float) -> None:
        assert not find(look(self.PAST, [tally(ratios={"cache_read_ratio": ratio})]), CheckName.RATIO_JUMPED)

    def test_step_is_found_where_a_level_would_not_be(self) -> None:
        wide = [tally(ratios={"cache_read_ratio": ratio}) for ratio in (0.4, 0.5, 0.6) * 60]
        newest = tally(ratios={"cache_read_ratio": 0.38})
        assert not find(look(wide, [newest]), CheckName.RATIO_JUMPED)
        assert find(look(wide, [tally(ratios={"cache_read_ratio": 0.6}), newest]), CheckName.RATIO_JUMPED)

    def test_open_alert_stays_until_the_range_is_reached_again(self) -> None:
        wide = [tally(ratios={"cache_read_ratio": ratio}) for ratio in (0.4, 0.5, 0.6) * 60]
        key = FindingKey(CheckName.RATIO_JUMPED, SUBJECT, "cache_read_ratio")
        outside = look(wide, [tally(ratios={"cache_read_ratio": 0.38})], open_keys={key})
        inside = look(wide, [tally(ratios={"cache_read_ratio": 0.41})], open_keys={key})
        assert (find(outside, key.check) != [], find(inside, key.check)) == (True, [])
        assert key in inside.judged

    def test_calls_that_have_any_of_the_part_are_judged_for_themselves(self) -> None:
        """Over all calls the share of hits hides it: what a hit reads of its prompt has halved, and is told once."""
        name = "cache_read_ratio_where_any"
        past = [tally(ratios={"cache_read_ratio": 0.25 + 0.1 * (place % 4), name: 0.7}) for place in range(WEEK)]
        (finding,) = find(look(past, [tally(ratios={"cache_read_ratio": 0.24, name: 0.41})]), CheckName.RATIO_JUMPED)
        assert finding.figure == name
        assert finding.usual == pytest.approx(0.7)
        far = look(past, [tally(ratios={"cache_read_ratio": 0.05, name: 0.41})])
        assert [each.figure for each in find(far, CheckName.RATIO_JUMPED)] == [name]
        assert FindingKey(CheckName.RATIO_JUMPED, SUBJECT, "cache_read_ratio") not in far.judged

    def test_share_of_hits_may_change_alone(self) -> None:
        """Then it is the ratio over all calls that has jumped."""
        past = [tally(ratios={"cache_read_ratio": 0.5, "cache_read_ratio_where_any": 0.7})] * WEEK
        (finding,) = find(
            look(past, [tally(ratios={"cache_read_ratio": 0.2, "cache_read_ratio_where_any": 0.7})]),
            CheckName.RATIO_JUMPED,
        )
        assert finding.figure == "cache_read_ratio"

    def test_ratio_that_nobody_reports_any_more_is_another_check(self) -> None:
        silent = tally()
        silent = type(silent)(calls=100, reported=silent.reported)
        assert not find(look(self.PAST, [silent]), CheckName.RATIO_JUMPED)


class TestFlags:
    def test_share_over_its_threshold_is_found(self) -> None:
        (finding,) = find(look([tally()] * WEEK, [tally(flags={"total_mismatch": 20})]), CheckName.FLAG_SHARE)
        assert (finding.figure, finding.seen, finding.usual) == ("total_mismatch", 0.2, 0.0)

    def test_few_in_each_of_many_hours_are_found_in_the_day(self) -> None:
        looked = look([tally()] * WEEK, [tally(flags={"total_mismatch": 5})] * 24)
        assert [finding.calls for finding in find(looked, CheckName.FLAG_SHARE)] == [2400]

    def test_share_that_was_usual_is_no_news(self) -> None:
        past = [tally(flags={"total_mismatch": 15})] * WEEK
        assert not find(look(past, [tally(flags={"total_mismatch": 20})]), CheckName.FLAG_SHARE)

    def test_streams_that_people_close_are_no_news(self) -> None:
        assert not find(look([tally()] * WEEK, [tally(flags={"stream_incomplete": 9})]), CheckName.FLAG_SHARE)

    def test_first_unknown_key_is_found_at_once(self) -> None:
        looked = look([tally()] * WEEK, [tally(), tally(3, flags={"unknown_usage_key": 1})])
        (finding,) = find(looked, CheckName.UNKNOWN_USAGE_KEY)
        assert (finding.seen, finding.since) == (1.0, FIRST + HOUR * (WEEK + 1))

    def test_known_unknown_key_is_not(self) -> None:
        past = [tally(flags={"unknown_usage_key": 2})] * WEEK
        assert not find(look(past, [tally(flags={"unknown_usage_key": 2})]), CheckName.UNKNOWN_USAGE_KEY)


class TestPrices:
    def test_one_unpriced_call_is_found(self) -> None:
        (finding,) = find(look([tally()] * WEEK, [tally(3, unpriced=1)]), CheckName.UNPRICED_MODEL)
        assert (finding.seen, finding.calls) == (1.0, 3)

    def test_calls_without_cost_are_found(self) -> None:
        (finding,) = find(look([tally()] * WEEK, [tally(costless=30)]), CheckName.COST_MISSING)
        assert (finding.seen, finding.usual) == (0.3, 0.0)

    def test_one_in_a_hundred_is_not(self) -> None:
        assert not find(look([tally()] * WEEK, [tally(costless=1)]), CheckName.COST_MISSING)
