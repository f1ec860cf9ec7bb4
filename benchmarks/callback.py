"""
What the PostHog and Prometheus callbacks add to a model call, measured in a real LiteLLM proxy.

Three proxies before the same replayed provider answer the same call in turn, one at a time: `bare` has no callback,
`reporting` has both of ours, which send to a capture API, `idle` has one that computes as long as a hook of ours and
does nothing. Which proxy comes first changes with each turn.

- `call_*_ms` is what the client waits, `reporting` beside `bare`; `added_*_ms` is the difference, and its baseline
  the noise: the difference of `idle` and `bare`, two proxies that should not differ. A block is `CALLS` of each.
- `hooks_cpu_*_us` is the time in which both hooks of a call compute on the proxy's event loop: what the callbacks
  themselves put on the path. `hook_wall_*_us` is the clock's time of one hook, its baseline that of the idle one:
  with all waits for the CPU and the interpreter, which LiteLLM's threads and the machine's other work cause.

The difference of two p99s needs a quiet machine; the hooks' own time does not.
"""

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from benchmarks import Figure, Goal
from benchmarks._hook_clock import HOOK_TIMES, HookTime, read_hook_times
from benchmarks._proxies import Caller, ProxyPlan, running_proxies
from tests.e2e.capture_sink import CaptureSink
from tests.unit.llm_gateway.fakes import remove_marks

BLOCKS = 10
CALLS = 200
WARM_UP_CALLS = 50
SETTLING_S = 30.0
MAX_ADDED_MS = 1.0
BARE, REPORTING, IDLE = "bare", "reporting", "idle"

Times = Mapping[str, list[float]]
"""Milliseconds of each call, by proxy."""


def run() -> Iterable[Figure]:
    """Measure; two to four minutes."""
    python = Path(os.environ["GATEWAY_PYTHON"])
    with TemporaryDirectory() as name, CaptureSink() as sink:
        folder = Path(name)
        with running_proxies(python, folder, _plan(folder, sink)) as ports:
            blocks = list(_time_blocks({proxy: Caller(port) for proxy, port in ports.items()}))
            made = WARM_UP_CALLS + BLOCKS * CALLS
            _wait_for_events(sink, made)
        hooks = {proxy: read_hook_times(folder / f"{proxy}.times") for proxy in (REPORTING, IDLE)}
        remove_marks(folder / "spool")
    yield Figure(name="calls_reported", value=len(sink.events), unit="events", goal=Goal("value", ">=", made))
    yield from _compare_calls(blocks)
    yield from _show_hooks(hooks)


def _plan(folder: Path, sink: CaptureSink) -> list[ProxyPlan]:
    capture = {
        "POSTHOG_CALLBACK_HOST": sink.host,
        "POSTHOG_CALLBACK_API_KEY": "phc_bench",
        "POSTHOG_CALLBACK_SPOOL_DIR": str(folder / "spool"),
    }
    ours = [f"benchmarks._timed_callbacks.timed_{name}" for name in ("posthog", "prometheus")]
    clock = {proxy: {HOOK_TIMES: str(folder / f"{proxy}.times")} for proxy in (REPORTING, IDLE)}
    return [
        ProxyPlan(name=BARE, variables={}),
        ProxyPlan(name=REPORTING, callbacks=ours, variables=capture | clock[REPORTING]),
        ProxyPlan(name=IDLE, callbacks=["benchmarks._idle_callbacks.idle"], variables=clock[IDLE]),
    ]


def _time_blocks(callers: Mapping[str, Caller]) -> Iterator[Times]:
    """Warm up, then yield block after block."""
    _time_turns(callers, WARM_UP_CALLS)
    for _ in range(BLOCKS):
        yield _time_turns(callers, CALLS)


def _time_turns(callers: Mapping[str, Caller], turns: int) -> Times:
    times: Times = {proxy: [] for proxy in callers}
    order = list(callers)
    for _ in range(turns):
        for proxy in order:
            times[proxy].append(callers[proxy].time_call())
        order.append(order.pop(0))
    return times


def _compare_calls(blocks: Sequence[Times]) -> Iterator[Figure]:
    """Of all calls together, then how the difference varied from block to block."""
    pooled = {proxy: [ms for block in blocks for ms in block[proxy]] for proxy in blocks[0]}
    for percentile in (50, 99):
        name = f"p{percentile}"
        found = {proxy: _find_percentile(times, percentile) for proxy, times in pooled.items()}
        yield Figure(name=f"call_{name}_ms", value=found[REPORTING], unit="ms", baseline=found[BARE])
        added, noise = found[REPORTING] - found[BARE], found[IDLE] - found[BARE]
        yield Figure(name=f"added_{name}_ms", value=added, unit="ms", baseline=noise)
        beyond = max(0.0, found[REPORTING] - max(found[BARE], found[IDLE]))
        goal = Goal("value", "<=", MAX_ADDED_MS)
        yield Figure(name=f"added_{name}_beyond_noise_ms", value=beyond, unit="ms", goal=goal)
        added_by_block = [_find_difference(block, REPORTING, percentile) for block in blocks]
        noise_by_block = [_find_difference(block, IDLE, percentile) for block in blocks]
        for word, choose in (("min", min), ("median", median), ("max", max)):
            value, baseline = choose(added_by_block), choose(noise_by_block)
            yield Figure(name=f"added_{name}_{word}_of_blocks_ms", value=value, unit="ms", baseline=baseline)


def _find_difference(block: Times, proxy: str, percentile: int) -> float:
    return _find_percentile(block[proxy], percentile) - _find_percentile(block[BARE], percentile)


def _show_hooks(hooks: Mapping[str, Sequence[HookTime]]) -> Iterator[Figure]:
    """A call's hooks run one after the other, so that two neighbours are one call's."""
    ours = hooks[REPORTING]
    both_us = [(first.cpu_ns + second.cpu_ns) / 1000 for first, second in zip(ours[::2], ours[1::2], strict=True)]
    for percentile in (50, 99):
        goal = Goal("value", "<=", MAX_ADDED_MS * 1000)
        value = _find_percentile(both_us, percentile)
        yield Figure(name=f"hooks_cpu_p{percentile}_us", value=value, unit="us", goal=goal)
        wall = {
            proxy: _find_percentile([each.wall_ns / 1000 for each in times], percentile)
            for proxy, times in hooks.items()
        }
        yield Figure(name=f"hook_wall_p{percentile}_us", value=wall[REPORTING], unit="us", baseline=wall[IDLE])


def _find_percentile(values: Sequence[float], percentile: int) -> float:
    return quantiles(values, n=100)[percentile - 1]


def _wait_for_events(sink: CaptureSink, count: int) -> None:
    """Wait, within reason: what has not come by then is missing in the figure."""
    deadline = time.monotonic() + SETTLING_S
    while len(sink.events) < count and time.monotonic() < deadline:
        time.sleep(0.1)
