"""What the senders sent, beside what the store holds."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from posthog.llm_usage.token_usage import COUNT_COLUMNS
from tests.chaos.calls import Calls, find_cost_usd

Sums = dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """
    Attributes:
        lost: Calls without a row.
        repeated: Rows beyond the first of a call.
        foreign: Rows of no call that was sent.
        differing: Calls whose row has another number, or a number where none was sent, or none where one was.
        sent: Each token column's sum as the senders know it; `stored` as the store has it.
    """

    calls: int
    lost: list[int]
    repeated: int
    foreign: int
    differing: list[int]
    sent: Sums
    stored: Sums

    @property
    def unequal_sums(self) -> dict[str, tuple[int, int]]:
        """Columns whose sums differ: sent, stored."""
        return {
            name: (self.sent[name], self.stored[name]) for name in COUNT_COLUMNS if self.sent[name] != self.stored[name]
        }


def compare(calls: Calls, count: int, rows: Iterable[Mapping[str, Any]]) -> Comparison:
    """Compare calls 0 … count - 1 with the rows, one by one and in sum."""
    tally = _Tally(calls, count)
    for row in rows:
        tally.add(row)
    sent: Counter[str] = Counter()
    for number in range(count):
        sent.update({name: tokens for name, tokens in calls.expect(number).items() if tokens})
    return Comparison(
        calls=count,
        lost=[number for number in range(count) if number not in tally.seen],
        repeated=tally.repeated,
        foreign=tally.foreign,
        differing=tally.differing,
        sent={name: sent[name] for name in COUNT_COLUMNS},
        stored={name: tally.sums[name] for name in COUNT_COLUMNS},
    )


@dataclass(slots=True)
class _Tally:
    calls: Calls
    count: int
    seen: set[int] = field(default_factory=set)
    repeated: int = 0
    foreign: int = 0
    differing: list[int] = field(default_factory=list)
    sums: Counter[str] = field(default_factory=Counter)

    def add(self, row: Mapping[str, Any]) -> None:
        self.sums.update({name: row[name] for name in COUNT_COLUMNS if row[name]})
        number = int(row["generation_id"].rpartition("-")[2])
        if number >= self.count or row["generation_id"] != self.calls.name(number):
            self.foreign += 1
            return
        self.repeated += number in self.seen
        self.seen.add(number)
        if not self._is_as_sent(number, row):
            self.differing.append(number)

    def _is_as_sent(self, number: int, row: Mapping[str, Any]) -> bool:
        expected = self.calls.expect(number)
        if any(row[name] != expected.get(name) for name in COUNT_COLUMNS):
            return False
        return not expected or row["total_cost_usd"] == find_cost_usd(number)
