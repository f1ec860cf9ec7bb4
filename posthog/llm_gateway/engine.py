"""
The running shipper: queue, writer thread, sender thread. One a process, shared by all instances of the callback.

A fork copies neither threads nor the right to a lane: a forked process (gunicorn's workers) starts its own with
its first event. `stop` makes durable all that was accepted, then goes on sending for a short time; what is offered
after it is written at once by the caller, for LiteLLM empties its own queue at the very end of the process.
"""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from posthog.llm_gateway.counters import CounterName
from posthog.llm_gateway.instruments import Instruments
from posthog.llm_gateway.intake import Intake
from posthog.llm_gateway.metrics import GaugeName
from posthog.llm_gateway.sender import Sender
from posthog.llm_gateway.spool_folder import SpoolFolder
from posthog.llm_gateway.writer import SpoolWriter

AFTER_ERROR_S = 1.0
LONGEST_LAST_WRITE_S = 10.0


@dataclass(frozen=True, slots=True)
class Works:
    """What runs in one process; `sealed` wakes the sender."""

    instruments: Instruments
    folder: SpoolFolder
    intake: Intake
    writer: SpoolWriter
    sender: Sender
    sealed: threading.Event


@dataclass(slots=True)
class _Running:
    works: Works
    writing: threading.Thread
    sending: threading.Thread
    writer_lock: threading.Lock = field(default_factory=threading.Lock)
    is_stopping: bool = False
    send_until: float | None = None


class ShipperEngine:
    """
    Starts and stops the works.

    Args:
        build: Makes the works; called again in a forked process.
        drain_s: Seconds that `stop` lets the sender go on.
    """

    def __init__(self, build: Callable[[], Works], *, drain_s: float) -> None:
        self._build = build
        self._drain_s = drain_s
        self._starting = threading.Lock()
        self._running: _Running | None = None
        os.register_at_fork(after_in_child=self._forget)

    def start(self) -> Works:
        """Start unless it runs; returns at once, the spool is opened by the writer's thread."""
        with self._starting:
            if self._running is None:
                self._running = self._run(self._build())
            return self._running.works

    def offer(self, payload: Mapping[str, Any] | None) -> None:
        """Accept an event, or count that it was refused, or that there was none."""
        works = self._running.works if self._running is not None else self.start()
        if payload is None:
            works.instruments.counters.add("events_without_payload")
            return
        works.intake.offer(payload)
        if (running := self._running) is not None and running.is_stopping:
            with running.writer_lock:
                works.writer.step(is_last=True)

    def read_counters(self) -> dict[CounterName, int]:
        """What this process did; empty before its start."""
        return self._running.works.instruments.counters.read() if self._running is not None else {}

    def read_gauges(self) -> dict[GaugeName, int]:
        """
        How things stand.

        Raises:
            OSError: The spool folder cannot be read.
        """
        if self._running is None:
            return {}
        works = self._running.works
        size = works.folder.measure()
        queued = len(works.intake) + len(works.writer.pending)
        return {"events_queued": queued, "spool_bytes": size.bytes, "spool_segments": size.segments}

    def stop(self) -> None:
        """Write, sync and seal what was accepted; send as much as the time allows. Safe to call twice."""
        running = self._running
        if running is None or running.is_stopping:
            return
        running.is_stopping = True
        running.works.intake.wake.set()
        running.writing.join(LONGEST_LAST_WRITE_S)
        running.send_until = running.works.instruments.monotonic() + self._drain_s
        running.works.sealed.set()
        running.sending.join(self._drain_s)

    def close(self) -> None:
        """Stop, and let go of the lanes as the end of the process would."""
        self.stop()
        if self._running is not None:
            self._running.works.sender.close()
            self._running.works.writer.close()
            self._running = None

    def _forget(self) -> None:
        self._starting = threading.Lock()
        self._running = None

    def _run(self, works: Works) -> _Running:
        running = _Running(
            works,
            threading.Thread(target=lambda: _write(running), name="posthog-spool", daemon=True),
            threading.Thread(target=lambda: _send(running), name="posthog-sender", daemon=True),
        )
        running.writing.start()
        running.sending.start()
        return running


def _write(running: _Running) -> None:
    wake, writer = running.works.intake.wake, running.works.writer
    while not running.is_stopping:
        with running.writer_lock:
            delay_s = _guard(writer.step, running.works)
        wake.wait(delay_s)
        wake.clear()
    with running.writer_lock:
        _guard(lambda: writer.step(is_last=True), running.works)


def _send(running: _Running) -> None:
    sealed, sender = running.works.sealed, running.works.sender
    while True:
        delay_s = _guard(sender.step, running.works)
        until = running.send_until
        if until is not None and (delay_s > 0 or running.works.instruments.monotonic() > until):
            return
        if delay_s > 0:
            sealed.wait(delay_s)
            sealed.clear()


def _guard(step: Callable[[], float], works: Works) -> float:
    """Take a step; an error nobody thought of costs a second, not the thread."""
    try:
        return step()
    except Exception:  # noqa: BLE001 - the outermost loop: without it the thread would end and all events be lost
        works.instruments.counters.add("internal_errors")
        works.instruments.log.warn_with_traceback("internal_error")
        return AFTER_ERROR_S
