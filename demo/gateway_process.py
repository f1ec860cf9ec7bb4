"""
Run the demo gateway: the replay server and a real LiteLLM proxy before it, as child processes.

    with DemoGateway(settings, on_progress=print_line) as gateway:
        run_sample_calls(gateway.base_url)

Both bind to loopback. The proxy keeps its events in memory and loses them when it is stopped, so `stop` first
waits until its queue must have been sent. Needs no third-party package in the calling environment.
"""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from demo.gateway_commands import REPOSITORY, GatewayProcess, GatewaySettings, list_processes
from stack.child import die_with_parent

FLUSH_WAIT_S = 2.5
"""Longer than one flush interval and one delivery; waited for before the proxy is stopped."""
STOP_GRACE_S = 10.0
POLL_S = 0.1
LOG_TAIL_LINES = 20


class GatewayFailed(Exception):
    """A process of the demo gateway did not start, or ended; the message holds the end of its log."""


def is_port_taken(port: int) -> bool:
    """Whether somebody listens already, who would be taken for the process that is to be started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


class DemoGateway:
    """The two running processes; use as a context manager, or call `start` and `stop`."""

    def __init__(self, settings: GatewaySettings, *, on_progress: Callable[[str], None] = lambda line: None) -> None:
        self._settings = settings
        self._on_progress = on_progress
        self._running: list[tuple[GatewayProcess, subprocess.Popen[bytes]]] = []

    @property
    def base_url(self) -> str:
        """The proxy's URL, `/v1` not included."""
        return f"http://127.0.0.1:{self._running[-1][0].port}"

    @property
    def pids(self) -> tuple[int, ...]:
        return tuple(child.pid for _, child in self._running)

    def start(self) -> None:
        """
        Start both and wait until they answer.

        Raises:
            GatewayFailed: A port is taken, a process ended early or is silent; nothing is left running.
        """
        self._settings.log_folder.mkdir(parents=True, exist_ok=True)
        try:
            for process in list_processes(self._settings):
                self._start_one(process)
        except BaseException:
            self.stop(flush=False)
            raise

    def _start_one(self, process: GatewayProcess) -> None:
        """
        Give the child its own session: Ctrl-C in the terminal must not end it before its queue is sent.

        It dies with this process, also where this process is killed outright and cannot stop it.
        """
        if is_port_taken(process.port):
            raise GatewayFailed(f"port {process.port}, wanted for the {process.name}, is in use")
        started_at = time.monotonic()
        self._on_progress(f"starting the {process.name}, port {process.port}")
        with process.log_file.open("wb") as log:
            child = subprocess.Popen(
                process.argv,
                cwd=REPOSITORY,
                env=process.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - started by one thread
            )
        self._running.append((process, child))
        self._wait_until_ready(process, child)
        self._on_progress(f"the {process.name} is ready after {time.monotonic() - started_at:.1f} s")

    def _wait_until_ready(self, process: GatewayProcess, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + self._settings.ready_timeout_s
        while not _answers(process):
            if child.poll() is not None:
                raise GatewayFailed(_describe_failure(process, f"ended with code {child.returncode}"))
            if time.monotonic() > deadline:
                waited_s = self._settings.ready_timeout_s
                raise GatewayFailed(_describe_failure(process, f"did not answer within {waited_s:.0f} s"))
            time.sleep(POLL_S)

    def check(self) -> None:
        """
        See whether both still run.

        Raises:
            GatewayFailed: One has ended; the other still runs until `stop`.
        """
        for process, child in self._running:
            if child.poll() is not None:
                raise GatewayFailed(_describe_failure(process, f"ended with code {child.returncode}"))

    def stop(self, *, flush: bool = True) -> None:
        """End both, the proxy first. Safe to call twice. Without `flush` the latest events may be lost."""
        try:
            if flush and self._running:
                self._on_progress("waiting for the gateway to send its last events")
                time.sleep(FLUSH_WAIT_S)
        finally:
            while self._running:
                _, child = self._running.pop()
                _end_session(child)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop(flush=exc_type is None)


def _answers(process: GatewayProcess) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=5)
    try:
        connection.request("GET", process.ready_path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end_session(child: subprocess.Popen[bytes]) -> None:
    """Terminate the child with all it started; kill what is left after the grace."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, sent)
        with suppress(subprocess.TimeoutExpired):
            child.wait(STOP_GRACE_S)
            return


def _describe_failure(process: GatewayProcess, what: str) -> str:
    tail = "\n".join(_read_tail(process.log_file))
    return f"the {process.name} {what}; its log {process.log_file} ends with:\n{tail}"


def _read_tail(log_file: Path) -> Iterator[str]:
    yield from log_file.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
