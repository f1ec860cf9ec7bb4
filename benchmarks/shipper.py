"""
What the durable shipper costs a model call, and how fast it makes events durable.

The callback is called as LiteLLM calls it, on an event loop that does nothing else, at a steady rate, while the
writer and the sender work beside it; the events are real payloads. The baseline is the same loop with a callback
that does nothing.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter_ns, sleep
from typing import Any

from benchmarks import Figure, Goal
from posthog.llm_gateway.answers import Answer
from posthog.llm_gateway.assembly import build_works
from posthog.llm_gateway.engine import ShipperEngine
from posthog.llm_gateway.settings import read_settings
from tests.e2e.record_gateway_bodies import FIXTURES
from tests.unit.llm_gateway.fakes import remove_marks

CALLS = 4000
PAUSE_S = 0.002
BURST = 20_000

Payload = dict[str, Any]
Report = Callable[[Payload], object]


def run() -> Iterable[Figure]:
    """Measure the callback under a steady rate, then the writer under a burst."""
    payloads = [json.loads(path.read_text()) for path in sorted(FIXTURES.glob("*.json"))]
    with TemporaryDirectory() as folder:
        engine = _make_engine(Path(folder))
        idle = asyncio.run(_time_calls(payloads, lambda payload: None))
        busy = asyncio.run(_time_calls(payloads, engine.offer))
        durable_per_s = _time_burst(engine, payloads)
        engine.close()
        remove_marks(Path(folder))
    for name, percentile, most_us in (("p50", 50, 50), ("p99", 99, 1000)):
        yield Figure(
            name=f"callback_{name}_us",
            value=_find_percentile_us(busy, percentile),
            unit="us",
            baseline=_find_percentile_us(idle, percentile),
            goal=Goal("value", "<=", most_us),
        )
    yield Figure(name="events_durable_per_s", value=durable_per_s, unit="events/s", goal=Goal("value", ">=", 1000))


def _make_engine(folder: Path) -> ShipperEngine:
    """One that sends to nobody: the network is not what is measured."""
    settings = read_settings(
        {
            "POSTHOG_GATEWAY_URL": "http://127.0.0.1:9/",
            "POSTHOG_GATEWAY_TOKEN": "phg_bench",
            "POSTHOG_SPOOL_DIR": str(folder),
            "POSTHOG_SPOOL_QUEUE_EVENTS": str(BURST),
        }
    )
    engine = ShipperEngine(lambda: build_works(settings, post=_store), drain_s=0)
    engine.start()
    return engine


def _store(lines: Sequence[bytes]) -> Answer:
    return Answer(202)


async def _time_calls(payloads: Sequence[Payload], report: Report) -> list[int]:
    """Nanoseconds of each call of the callback, made at a steady rate."""
    times = []
    for number in range(CALLS):
        started_at = perf_counter_ns()
        await _call_back(report, payloads[number % len(payloads)])
        times.append(perf_counter_ns() - started_at)
        if number % 2:
            await asyncio.sleep(PAUSE_S)
    return times


def _call_back(report: Report, payload: Payload) -> Awaitable[None]:
    """What `PostHogShipper.async_log_success_event` does, without LiteLLM around it."""

    async def async_log_success_event() -> None:
        report(payload)

    return async_log_success_event()


def _time_burst(engine: ShipperEngine, payloads: Sequence[Payload]) -> float:
    """Events per second from the first offer until all are on the medium."""
    _wait_for(engine, CALLS)
    before = engine.read_counters()["events_durable"]
    started_at = monotonic()
    for number in range(BURST):
        engine.offer(payloads[number % len(payloads)])
    _wait_for(engine, before + BURST)
    return BURST / (monotonic() - started_at)


def _wait_for(engine: ShipperEngine, durable: int) -> None:
    while engine.read_counters()["events_durable"] < durable:
        sleep(0.001)


def _find_percentile_us(times_ns: Sequence[int], percentile: int) -> float:
    return quantiles(times_ns, n=100)[percentile - 1] / 1000
