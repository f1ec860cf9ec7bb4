"""Random calls through the inbox, and what Python says that they sum up to: nothing of it is asked of ClickHouse."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count, islice
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from posthog.llm_analytics.ingestion import drain_once
from posthog.llm_analytics.time_buckets import Interval
from tests.factories import make_payload
from tests.integration.factories import GatewaySetup, deliver

DAYS = 3
MODELS = ("gpt-4o", "gpt-4o-mini", "o3")
END_USERS = ("ann", "bob", "")

Key = tuple[Any, ...]
Sums = dict[str, int | Decimal]


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it was last reported; a figure that is not in `figures` was not reported."""

    team_id: int
    started_at: datetime
    labels: Mapping[str, str]
    figures: Mapping[str, int | Decimal]


@dataclass(slots=True)
class SentCalls:
    """Sends calls, sends some again, changed or not, and remembers what was said last of each."""

    setup: GatewaySetup
    random: Random
    payloads: dict[int, dict[str, Any]] = field(default_factory=dict)
    calls: dict[int, Call] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def send(self, calls: int) -> None:
        """New calls of the last days and of this hour."""
        new = list(islice(self.numbers, calls))
        self.payloads |= {number: self._make_payload(number) for number in new}
        self._deliver(new)

    def send_again(self, calls: int) -> None:
        """Calls that were sent before, as they were."""
        self._deliver(self._choose(calls))

    def correct(self, calls: int) -> None:
        """Calls that were sent before, with other counts, another price or none."""
        chosen = self._choose(calls)
        for number in chosen:
            made = self._make_payload(number)
            kept = {name: self.payloads[number][name] for name in ("startTime", "endTime", "status", "id")}
            made["metadata"]["user_api_key_team_id"] = self.payloads[number]["metadata"]["user_api_key_team_id"]
            self.payloads[number] = made | kept
        self._deliver(chosen)

    def forget_team(self, team_id: int) -> None:
        """Its events were deleted."""
        for number in [number for number, call in self.calls.items() if call.team_id == team_id]:
            del self.calls[number], self.payloads[number]

    def _choose(self, calls: int) -> list[int]:
        return self.random.sample(sorted(self.payloads), min(calls, len(self.payloads)))

    def _deliver(self, numbers: Iterable[int]) -> None:
        chosen = list(numbers)
        deliver(self.setup, [self.payloads[number] for number in chosen])
        while drain_once(now=timezone.now()).bodies:
            pass
        self.calls |= {number: self._describe(self.payloads[number]) for number in chosen}

    def _make_payload(self, number: int) -> dict[str, Any]:
        random = self.random
        # Quarters of a second are exact as binary fractions; so are costs in 1/1024 dollars.
        age_s = random.choice([random.randrange(60), random.randrange(DAYS * 86400 * 4) / 4])
        started_at = int(timezone.now().timestamp()) - age_s
        usage = {"prompt_tokens": random.randrange(1000), "completion_tokens": random.randrange(1000)}
        usage["total_tokens"] = sum(usage.values())
        details = {"cached_tokens": random.randrange(usage["prompt_tokens"] + 1)} if random.random() < 0.5 else {}
        team = random.choice(["team-alpha", "team-beta"])
        return make_payload(
            id=f"r{number}",
            startTime=started_at,
            endTime=started_at + random.randrange(1, 9),
            completionStartTime=None,
            model=f"openai/{random.choice(MODELS)}",
            end_user=random.choice(END_USERS),
            response_cost=random.randrange(1, 5000) / 1024,
            metadata={
                "user_api_key_team_id": team,
                "usage_object": {**usage, "prompt_tokens_details": details} if random.random() < 0.9 else {},
            },
            prompt_tokens=0,
            completion_tokens=0,
            total_tokens=0,
        )

    def _describe(self, payload: dict[str, Any]) -> Call:
        usage = payload["metadata"]["usage_object"]
        figures: dict[str, int | Decimal] = {"rows": 1, "total_cost_usd": Decimal(payload["response_cost"])}
        if usage:
            figures |= {
                "input_tokens": usage["prompt_tokens"],
                "output_tokens": usage["completion_tokens"],
                "total_tokens": usage["total_tokens"],
                "uncached_input_tokens": usage["prompt_tokens"],
            }
            if usage["prompt_tokens_details"]:
                cached = usage["prompt_tokens_details"]["cached_tokens"]
                figures["cache_read_input_tokens"] = cached
                figures["uncached_input_tokens"] -= cached
        figures |= {"latency_rows": 1, "latency_s": Decimal(payload["endTime"] - payload["startTime"])}
        team = {"team-alpha": self.setup.alpha, "team-beta": self.setup.beta}
        return Call(
            team_id=team[payload["metadata"]["user_api_key_team_id"]].id,
            started_at=datetime.fromtimestamp(payload["startTime"], UTC),
            labels={"model": payload["model"].removeprefix("openai/"), "end_user": payload["end_user"]},
            figures=figures,
        )


SUMMED = (
    "rows", "input_tokens", "output_tokens", "total_tokens", "uncached_input_tokens", "cache_read_input_tokens",
    "total_cost_usd", "latency_rows", "latency_s",
)  # fmt: skip


def sum_calls(calls: Iterable[tuple[Key, Call]]) -> dict[Key, Sums]:
    """Figures by key; one that no call of a key reported is not there."""
    sums: dict[Key, Sums] = {}
    for key, call in calls:
        of_key = sums.setdefault(key, {})
        for name, amount in call.figures.items():
            of_key[name] = of_key.get(name, 0) + amount
    return sums


def floor_local(moment: datetime, interval: Interval, zone: ZoneInfo) -> datetime:
    """The begin of the local day, week or month, as the clock on the wall says it."""
    local = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if interval == "week":
        return local - timedelta(days=local.weekday())
    return local.replace(day=1) if interval == "month" else local


def list_keyed(
    calls: Iterable[Call], span: tuple[datetime, datetime], labels: Sequence[str], by_day: ZoneInfo | None
) -> Iterator[tuple[Key, Call]]:
    """Each call of the span with its team, local day and labels."""
    for call in calls:
        if span[0] <= call.started_at < span[1]:
            day = floor_local(call.started_at, "day", by_day) if by_day else None
            yield (call.team_id, day, *(call.labels[name] for name in labels)), call
