"""Random calls as senders know them: what they sent, and by hand what it sums up to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.factories import make_payload

MODELS = ("gpt-4o", "gpt-4o-mini", "o3")
KEYS = ("search", "chat", None)
USERS = ("ada", "bob", "eve", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCall:
    """A call as its sender counts it; None: it did not report the figure."""

    number: int
    gateway_team: str
    started_at: datetime
    model: str
    api_key: str | None
    end_user: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: Decimal

    def to_payload(self) -> dict[str, Any]:
        usage: dict[str, Any] = {
            "prompt_tokens": self.input_tokens,
            "completion_tokens": self.output_tokens,
            "total_tokens": self.input_tokens + self.output_tokens,
        }
        if self.cached_tokens is not None:
            usage["prompt_tokens_details"] = {"cached_tokens": self.cached_tokens}
        if self.reasoning_tokens is not None:
            usage["completion_tokens_details"] = {"reasoning_tokens": self.reasoning_tokens}
        return make_payload(
            id=f"r{self.number}",
            litellm_call_id=f"c{self.number}",
            startTime=self.started_at.timestamp(),
            endTime=self.started_at.timestamp() + 1,
            model=f"openai/{self.model}",
            end_user=self.end_user,
            response_cost=float(self.cost_usd),
            metadata={
                "user_api_key_team_id": self.gateway_team,
                "user_api_key_alias": self.api_key,
                "usage_object": usage,
            },
        )


def make_call(random: Random, number: int, *, start: datetime, days: int) -> SentCall:
    input_tokens, output_tokens = random.randrange(1, 5000), random.randrange(0, 900)
    return SentCall(
        number=number,
        gateway_team=random.choice(("team-alpha", "team-beta")),
        started_at=start + timedelta(seconds=random.randrange(days * 86400), microseconds=random.randrange(10**6)),
        model=random.choice(MODELS),
        api_key=random.choice(KEYS),
        end_user=random.choice(USERS),
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cached_tokens=random.choice((None, 0, random.randrange(input_tokens + 1))),
        reasoning_tokens=random.choice((None, random.randrange(output_tokens + 1))),
        cost_usd=Decimal(random.randrange(1, 10**6)).scaleb(-6),
    )


def correct_call(random: Random, call: SentCall) -> SentCall:
    """The same call, reported again with other counts and another cost."""
    return replace(
        call,
        input_tokens=call.input_tokens + random.randrange(1, 50),
        cost_usd=call.cost_usd + Decimal(random.randrange(1, 50)).scaleb(-6),
    )


def sum_calls(calls: Iterable[SentCall]) -> dict[str, Any]:
    """The figures that the calls add up to, by the report's names."""
    known = list(calls)
    return {
        "calls": len(known),
        "input_tokens": _sum_known(call.input_tokens for call in known),
        "output_tokens": _sum_known(call.output_tokens for call in known),
        "total_tokens": _sum_known(call.input_tokens + call.output_tokens for call in known),
        "cache_read_input_tokens": _sum_known(call.cached_tokens for call in known),
        "reasoning_tokens": _sum_known(call.reasoning_tokens for call in known),
        "total_cost_usd": sum((call.cost_usd for call in known), Decimal(0)) if known else None,
    }


def _sum_known(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
