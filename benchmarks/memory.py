"""
The most memory that a web process takes while it receives a body of 100 MB, and a worker process while it drains it.

The whole stack as `bin/start` runs it; the kernel's own figure (VmHWM) of each process, set back before each body, the
highest of the program's processes. The baseline is what the same process held before: that much it takes to do
nothing. The bodies are as large as the webhook takes, each of another kind, for what costs memory is not bytes alone.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import Figure, Goal
from benchmarks._ingest_bodies import make_call
from benchmarks._senders import send_all
from tests.captures import list_payloads
from tests.chaos.killer import find_program
from tests.chaos.senders import PATH
from tests.chaos.stack_under_test import StackUnderTest, stack_under_test

BODY_BYTES = 100 * 1024 * 1024
WEB_MB, WORKER_MB = 300, 600
TIMEOUT_S = 600.0
SET_BACK = "5"
"""What `/proc/PID/clear_refs` takes to set the peak back to what is held now."""

Calls = Iterable[Mapping[str, Any]]


def run() -> Iterable[Figure]:
    """One figure for each program and kind of body."""
    with TemporaryDirectory() as folder, stack_under_test(Path(folder)) as stack:
        for kind, list_calls in KINDS.items():
            yield from _measure(stack, kind, _make_body(list_calls(kind)))


def _measure(stack: StackUnderTest, kind: str, body: bytes) -> Iterator[Figure]:
    before = {program: _set_back(stack, program) for program in ("web", "worker")}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {stack.door.token}"}
    send_all((stack.door.port, PATH), headers, [body], connections=1)
    stack.wait_until_drained(TIMEOUT_S)
    assert stack.list_rejects() == [], "not every event became a row"
    for program, limit_mb in (("web", WEB_MB), ("worker", WORKER_MB)):
        yield Figure(
            name=f"{program}_peak_{kind}",
            value=max(map(_read_peak_mb, _list_pids(stack, program))),
            unit="MB",
            baseline=before[program],
            goal=Goal("value", "<=", limit_mb),
        )


def _list_recorded(prefix: str) -> Iterator[Mapping[str, Any]]:
    """Recorded calls, one after the other, for ever."""
    started_at = time.time() - 3600
    for number, payload in zip(count(), cycle(list_payloads()), strict=False):
        yield make_call(payload, f"{prefix}-{number}", started_at + number * 0.001)


def _list_small(prefix: str) -> Iterator[Mapping[str, Any]]:
    """The same calls as a gateway sends them that leaves out what was said."""
    for call in _list_recorded(prefix):
        yield {**call, "messages": None, "response": None, "model_parameters": {}, "model_map_information": None}


def _list_one(prefix: str) -> Iterator[Mapping[str, Any]]:
    """One call that said as much as a body holds."""
    call = next(iter(_list_recorded(prefix)))
    yield {**call, "messages": [{"role": "user", "content": "All work and no play. " * (BODY_BYTES // 23)}]}


KINDS: Mapping[str, Callable[[str], Calls]] = {"recorded": _list_recorded, "small": _list_small, "one_event": _list_one}


def _make_body(calls: Calls) -> bytes:
    """As many of the calls as fit into a body, as LiteLLM writes them."""
    texts, size = [], 2
    for call in calls:
        text = json.dumps(call)
        size += len(text) + 2
        if size > BODY_BYTES:
            break
        texts.append(text)
    return f"[{', '.join(texts)}]".encode()


def _list_pids(stack: StackUnderTest, program: str) -> list[int]:
    """The processes of a program that do its work; the first one only keeps them."""
    first = find_program(stack.records, program)
    assert first is not None, f"{program} does not run"
    return [child.pid for child in first.children()]


def _set_back(stack: StackUnderTest, program: str) -> float:
    """Set the peaks of a program's processes back; the largest that is held now, in MB."""
    for pid in _list_pids(stack, program):
        Path(f"/proc/{pid}/clear_refs").write_text(SET_BACK)
    return max(map(_read_peak_mb, _list_pids(stack, program)))


def _read_peak_mb(pid: int) -> float:
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024
