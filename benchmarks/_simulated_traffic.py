"""
A month of calls through three gateways, as their usage objects would report it, hour by hour; seeded.

Busy and quiet flows, nights and week-ends, applications that cache and reason differently and whose share of the
traffic wanders from day to day, prompts of very different length: what a check must not take for a fault.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

Usage = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Call:
    """
    One call as its gateway reports it; a fault changes it before it is read.

    Attributes:
        usage: LiteLLM's usage object.
        response_id: The provider's.
        cost_factor: What the gateway's cost is of ours; None: it reports none, and ours counts.
        is_lost: Numbered by the shipper, and never arrived.
    """

    gateway: str
    provider: str
    model: str
    is_stream: bool
    team_id: int
    started_at: datetime
    arrived_at: datetime
    usage: Usage
    response_id: str
    properties: dict[str, Any] = field(default_factory=dict)
    cost_factor: float | None = None
    is_costless: bool = False
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class App:
    """
    One kind of caller.

    Attributes:
        prompt_tokens: Median; half of all prompts are longer.
        cached: Share of the prompt that its cache hits cover; `hit_share` is that of calls that hit.
        reasoning: Share of the output that is reasoning.
    """

    prompt_tokens: int
    output_tokens: int
    hit_share: float
    cached: float
    reasoning: float


CHAT = App(1_500, 350, 0.8, 0.7, 0.0)
AGENT = App(9_000, 600, 0.9, 0.8, 0.55)
BATCH = App(3_000, 200, 0.0, 0.0, 0.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Calls of some applications to one model through one gateway; `calls_per_hour` at noon of a working day."""

    gateway: str
    provider: str
    model: str
    report: Callable[["Counts"], Usage]
    calls_per_hour: float
    stream_share: float
    teams: Sequence[int]
    apps: Sequence[App] = (CHAT, AGENT, BATCH)
    night: float = 0.35
    """Of the noon's calls; so much of a working day's are left at the week-end, too."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a call really used; tokens."""

    prompt: int
    cached: int
    written: int
    output: int
    reasoning: int


def report_openai(counts: Counts) -> Usage:
    """Details always; no cache writes."""
    return {
        "prompt_tokens": counts.prompt,
        "completion_tokens": counts.output,
        "total_tokens": counts.prompt + counts.output,
        "prompt_tokens_details": {"cached_tokens": counts.cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": counts.reasoning, "audio_tokens": 0},
    }


def report_anthropic(counts: Counts) -> Usage:
    """As LiteLLM words it: the prompt includes the cache; writes by lifetime."""
    return {
        "prompt_tokens": counts.prompt,
        "completion_tokens": counts.output,
        "total_tokens": counts.prompt + counts.output,
        "prompt_tokens_details": {
            "cached_tokens": counts.cached,
            "cache_creation_tokens": counts.written,
            "cache_creation_token_details": {
                "ephemeral_5m_input_tokens": counts.written,
                "ephemeral_1h_input_tokens": 0,
            },
        },
        "cache_creation_input_tokens": counts.written,
        "cache_read_input_tokens": counts.cached,
    }


def report_gemini(counts: Counts) -> Usage:
    """The cache is mentioned only when it was hit, thoughts only when there were some."""
    usage: Usage = {
        "prompt_tokens": counts.prompt,
        "completion_tokens": counts.output,
        "total_tokens": counts.prompt + counts.output,
        "completion_tokens_details": {"text_tokens": counts.output - counts.reasoning},
        "prompt_tokens_details": {"text_tokens": counts.prompt},
    }
    if counts.cached:
        usage["prompt_tokens_details"]["cached_tokens"] = counts.cached
        usage["cache_read_input_tokens"] = counts.cached
    if counts.reasoning:
        usage["completion_tokens_details"]["reasoning_tokens"] = counts.reasoning
    return usage


FLOWS: tuple[Flow, ...] = (
    Flow(gateway="main", provider="openai", model="gpt-4o", report=report_openai,
         calls_per_hour=260, stream_share=0.6, teams=(1, 2, 3)),
    Flow(gateway="main", provider="openai", model="gpt-5.6", report=report_openai,
         calls_per_hour=200, stream_share=0.5, teams=(1, 2)),
    Flow(gateway="main", provider="anthropic", model="claude-sonnet-4-5", report=report_anthropic,
         calls_per_hour=260, stream_share=0.6, teams=(1, 3)),
    Flow(gateway="main", provider="gemini", model="gemini-2.5-pro", report=report_gemini,
         calls_per_hour=200, stream_share=0.5, teams=(2, 3)),
    Flow(gateway="eu", provider="openai", model="gpt-4o", report=report_openai,
         calls_per_hour=180, stream_share=0.5, teams=(4,), apps=(CHAT,)),
    Flow(gateway="eu", provider="anthropic", model="claude-haiku-4-5", report=report_anthropic,
         calls_per_hour=180, stream_share=0.5, teams=(4, 5), apps=(AGENT, BATCH)),
    Flow(gateway="lab", provider="openai", model="gpt-4o-mini", report=report_openai,
         calls_per_hour=9, stream_share=0.3, teams=(6,), night=0.0),
    Flow(gateway="lab", provider="gemini", model="gemini-2.5-flash", report=report_gemini,
         calls_per_hour=4, stream_share=0.5, teams=(6,), night=0.1),
)  # fmt: skip
"""`lab` is a gateway of a few people: silent at night and at week-ends."""

LATENESS = timedelta(seconds=20)


def simulate_hour(hour: datetime, *, seed: int, flows: Sequence[Flow] = FLOWS) -> Iterator[Call]:
    """The calls of one hour, the same for the same seed whatever else is asked for."""
    for number, flow in enumerate(flows):
        rng = Random(f"{seed} {number} {hour.isoformat()}")
        mix = _mix_apps(flow, hour, seed=f"{seed} {number}")
        for place in range(_draw_poisson(flow.calls_per_hour * _shape_week(flow, hour), rng)):
            yield _make_call(flow, rng.choices(flow.apps, mix)[0], hour, rng, f"{number}-{hour:%d%H}-{place}")


def _make_call(flow: Flow, app: App, hour: datetime, rng: Random, name: str) -> Call:
    started_at = hour + timedelta(seconds=rng.random() * 3600)
    return Call(
        gateway=flow.gateway,
        provider=flow.provider,
        model=flow.model,
        is_stream=rng.random() < flow.stream_share,
        team_id=rng.choice(flow.teams),
        started_at=started_at,
        arrived_at=started_at + LATENESS,
        usage=flow.report(_draw_counts(app, rng)),
        response_id=name,
    )


def _draw_counts(app: App, rng: Random) -> Counts:
    prompt = max(20, round(app.prompt_tokens * rng.lognormvariate(0, 0.8)))
    is_hit = rng.random() < app.hit_share
    cached = round(prompt * app.cached * rng.uniform(0.8, 1.0)) if is_hit else 0
    written = round((prompt - cached) * 0.4) if app.hit_share else 0
    output = max(5, round(app.output_tokens * rng.lognormvariate(0, 0.7)))
    reasoning = round(output * app.reasoning * rng.uniform(0.6, 1.2)) if app.reasoning else 0
    return Counts(prompt, cached, written, output, min(reasoning, output - 1))


def _mix_apps(flow: Flow, hour: datetime, *, seed: str) -> list[float]:
    """Each application's share wanders by a fifth or so from day to day, and is not the same at night."""
    shares = []
    for place, _ in enumerate(flow.apps):
        day = Random(f"{seed} {place} {hour:%Y%m%d}").gauss(0, 0.12)
        night = 0.25 * math.sin(2 * math.pi * (hour.hour + 5 * place) / 24)
        shares.append(math.exp(day + night))
    return shares


def _shape_week(flow: Flow, hour: datetime) -> float:
    by_day = max(0.0, math.cos(2 * math.pi * (hour.hour - 13) / 24) * 0.5 + 0.5)
    of_noon = flow.night + (1 - flow.night) * by_day
    return of_noon * (max(flow.night, 0.0) if hour.weekday() >= 5 else 1.0)


def _draw_poisson(mean: float, rng: Random) -> int:
    if mean <= 0:
        return 0
    if mean > 50:  # the normal curve is as good
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    threshold, draws, product = math.exp(-mean), 0, rng.random()
    while product > threshold:
        draws += 1
        product *= rng.random()
    return draws


def change(call: Call, **changes: Any) -> Call:
    """A copy whose usage may be edited without the original's."""
    copied = _copy(call.usage)
    return replace(call, **{"usage": copied, "properties": dict(call.properties), **changes})


def _copy(usage: Mapping[str, Any]) -> Usage:
    return {name: _copy(value) if isinstance(value, Mapping) else value for name, value in usage.items()}
