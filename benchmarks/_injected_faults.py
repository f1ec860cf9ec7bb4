"""
What goes wrong in the simulated month, each for some hours: how it changes the calls, and where it must be noticed.

Each is something that has happened to somebody: an upgrade of a provider, an SDK or LiteLLM, a price, a clock, a
callback that was configured twice.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from benchmarks._simulated_traffic import Call, change
from posthog.llm_integrity.findings import CheckName, Finding

Change = Callable[[Call], Sequence[Call]]
"""A call that was made → the reports of it: none, one, or several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """
    Attributes:
        checks: Those that tell of it truly. `also`: those that may see the same thing from another side; every other
            finding is a false alarm.
    """

    name: str
    gateway: str
    model: str | None = None
    alter: Change
    checks: frozenset[CheckName]
    also: frozenset[CheckName] = frozenset()

    def concerns(self, call: Call) -> bool:
        return call.gateway == self.gateway and self.model in (None, call.model)

    def is_told_by(self, finding: Finding) -> bool:
        """Whether the finding says what went wrong."""
        return self._is_here(finding) and finding.check in self.checks

    def explains(self, finding: Finding) -> bool:
        """Whether the finding may come of this fault."""
        return self._is_here(finding) and finding.check in self.checks | self.also

    def _is_here(self, finding: Finding) -> bool:
        return finding.subject.gateway == self.gateway or finding.subject.team_id is not None


def _usage(edit: Callable[[Call], None]) -> Change:
    def alter(call: Call) -> Sequence[Call]:
        changed = change(call)
        edit(changed)
        return [changed]

    return alter


def _drop_cache_details(call: Call) -> None:
    call.usage["prompt_tokens_details"].pop("cached_tokens", None)
    call.usage.pop("cache_read_input_tokens", None)


def _count_cache_twice(call: Call) -> None:
    cached = call.usage["cache_read_input_tokens"]
    call.usage["prompt_tokens"] += cached
    call.usage["total_tokens"] += cached


def _rename_cached(call: Call) -> None:
    details = call.usage["prompt_tokens_details"]
    details["cache_hit_tokens_v2"] = details.pop("cached_tokens", None)


def _lose_stream_usage(call: Call) -> Sequence[Call]:
    return [change(call, usage={})] if call.is_stream else [call]


def _raise_price(call: Call) -> Sequence[Call]:
    return [change(call, cost_factor=1.4)]


def _forget_cost(call: Call) -> Sequence[Call]:
    return [change(call, is_costless=True)]


def _stop(_: Call) -> Sequence[Call]:
    return []


def _report_twice(call: Call) -> Sequence[Call]:
    return [call, change(call)]


def _set_clock(ahead: timedelta) -> Change:
    return lambda call: [change(call, started_at=call.started_at + ahead)]


def _name_new_model(call: Call) -> Sequence[Call]:
    return [change(call, model="gpt-99-preview")]


def _move_team(call: Call) -> Sequence[Call]:
    return [change(call, team_id=9)] if call.team_id == 5 else [call]


def _zero_reasoning(call: Call) -> None:
    call.usage["completion_tokens_details"]["reasoning_tokens"] = 0


def _leave_total_behind(call: Call) -> None:
    """A tenth of the output is in the total only."""
    call.usage["total_tokens"] += 7 + call.usage["completion_tokens"] // 10


def _lose_some(call: Call) -> Sequence[Call]:
    return [change(call, is_lost=crc32(call.response_id.encode()) % 10 == 0)]


def _report_text(call: Call) -> None:
    call.usage["prompt_tokens"] = "n/a"
    call.usage["total_tokens"] = None


def _report_negative(call: Call) -> None:
    call.usage["prompt_tokens_details"]["cached_tokens"] = -1


def _estimate(call: Call) -> Sequence[Call]:
    """What LiteLLM makes up where a stream's usage did not come: no details at all."""
    if not call.is_stream:
        return [call]
    prompt, output = call.usage["prompt_tokens"], call.usage["completion_tokens"]
    return [
        change(
            call,
            usage={
                "prompt_tokens": prompt,
                "completion_tokens": output,
                "total_tokens": prompt + output,
                "completion_tokens_details": {"reasoning_tokens": 0},
                "prompt_tokens_details": None,
            },
        )
    ]


def _break_streams(call: Call) -> Sequence[Call]:
    if not call.is_stream or crc32(call.response_id.encode()) % 2:
        return [call]
    return [change(call, properties={"$ai_stream_incomplete": True})]


def _split_wrong(call: Call) -> None:
    details = call.usage["prompt_tokens_details"]["cache_creation_token_details"]
    details["ephemeral_1h_input_tokens"] = details["ephemeral_5m_input_tokens"] + 50


def _swap_cache(call: Call) -> None:
    """Writes under the name of reads, and the other way round."""
    usage, details = call.usage, call.usage["prompt_tokens_details"]
    written, cached = usage["cache_creation_input_tokens"], usage["cache_read_input_tokens"]
    usage["cache_creation_input_tokens"], usage["cache_read_input_tokens"] = cached, written
    details["cached_tokens"], details["cache_creation_tokens"] = written, cached
    details["cache_creation_token_details"] = {"ephemeral_5m_input_tokens": cached, "ephemeral_1h_input_tokens": 0}


_REPORTING = frozenset({CheckName.FIELD_VANISHED, CheckName.COUNT_MISSING, CheckName.STREAM_DIFFERS})
_NUMBERS = frozenset({CheckName.RATIO_JUMPED, CheckName.FLAG_SHARE})

FAULTS: tuple[Fault, ...] = (
    Fault(name="field_vanishes", gateway="main", model="gpt-4o", alter=_usage(_drop_cache_details),
          checks=frozenset({CheckName.FIELD_VANISHED}), also=_NUMBERS),
    Fault(name="cache_counted_twice", gateway="main", model="claude-sonnet-4-5", alter=_usage(_count_cache_twice),
          checks=_NUMBERS),
    Fault(name="key_renamed", gateway="main", model="gpt-5.6", alter=_usage(_rename_cached),
          checks=frozenset({CheckName.UNKNOWN_USAGE_KEY, CheckName.FIELD_VANISHED}), also=_NUMBERS),
    Fault(name="streams_lose_usage", gateway="eu", model="gpt-4o", alter=_lose_stream_usage,
          checks=_REPORTING | {CheckName.FLAG_SHARE}, also=_NUMBERS | {CheckName.COST_MISSING}),
    Fault(name="price_raised", gateway="main", model="gpt-4o", alter=_raise_price, checks=_NUMBERS),
    Fault(name="cost_forgotten", gateway="eu", model="claude-haiku-4-5", alter=_forget_cost,
          checks=frozenset({CheckName.COST_MISSING})),
    Fault(name="gateway_stops", gateway="eu", alter=_stop, checks=frozenset({CheckName.SOURCE_SILENT})),
    Fault(name="calls_reported_twice", gateway="main", alter=_report_twice,
          checks=frozenset({CheckName.CALLS_REPEATED})),
    Fault(name="clock_ahead", gateway="main", alter=_set_clock(timedelta(hours=3)),
          checks=frozenset({CheckName.CLOCK_SKEWED}), also=frozenset({CheckName.SOURCE_SILENT})),
    Fault(name="clock_behind", gateway="eu", alter=_set_clock(timedelta(hours=-4)),
          checks=frozenset({CheckName.CLOCK_SKEWED, CheckName.SOURCE_SILENT})),
    Fault(name="new_model_without_price", gateway="main", model="gpt-4o", alter=_name_new_model,
          checks=frozenset({CheckName.UNPRICED_MODEL})),
    Fault(name="team_moved", gateway="eu", model="claude-haiku-4-5", alter=_move_team,
          checks=frozenset({CheckName.SOURCE_SILENT})),
    Fault(name="reasoning_zeroed", gateway="main", model="gpt-5.6", alter=_usage(_zero_reasoning),
          checks=_NUMBERS),
    Fault(name="total_disagrees", gateway="main", model="claude-sonnet-4-5", alter=_usage(_leave_total_behind),
          checks=frozenset({CheckName.FLAG_SHARE}), also=_NUMBERS),
    Fault(name="events_lost", gateway="main", alter=_lose_some, checks=frozenset({CheckName.EVENTS_MISSING})),
    Fault(name="counts_are_text", gateway="main", model="gemini-2.5-pro", alter=_usage(_report_text),
          checks=_REPORTING | _NUMBERS, also=_NUMBERS | {CheckName.COST_MISSING}),
    Fault(name="counts_negative", gateway="main", model="gpt-5.6", alter=_usage(_report_negative),
          checks=_REPORTING | _NUMBERS),
    Fault(name="usage_estimated", gateway="main", model="gpt-4o", alter=_estimate, checks=_REPORTING | _NUMBERS),
    Fault(name="streams_break", gateway="eu", model="gpt-4o", alter=_break_streams, checks=_NUMBERS),
    Fault(name="lifetimes_disagree", gateway="eu", model="claude-haiku-4-5", alter=_usage(_split_wrong),
          checks=_NUMBERS),
    Fault(name="cache_kinds_swapped", gateway="main", model="claude-sonnet-4-5", alter=_usage(_swap_cache),
          checks=_NUMBERS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault and its time."""

    fault: Fault
    start: datetime
    end: datetime

    def is_on(self, hour: datetime) -> bool:
        return self.start <= hour < self.end


def plan_faults(first: datetime, *, hours: int) -> Iterator[Injected]:
    """One after the other on working days, at noon and in the evening; a fault that is over has some hours to heal."""
    at = first
    for fault in FAULTS:
        while at.weekday() >= 5:
            at += timedelta(days=1)
        yield Injected(fault, at, at + timedelta(hours=hours))
        at += timedelta(hours=12)
