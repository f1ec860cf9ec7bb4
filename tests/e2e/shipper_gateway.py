"""
A real LiteLLM proxy with the shipper installed alone, to be killed and started again.

On its path are `posthog/errors.py`, `posthog/llm_gateway/` and `posthog/llm_usage/`, and no other part of the
application. Its log goes through a pipe, so that a limit on file sizes reaches the spool and nothing else.
"""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from resource import RLIMIT_FSIZE, prlimit
from types import TracebackType
from typing import Self
from uuid import uuid4

import httpx

from demo.gateway_commands import CONFIG, REPOSITORY, GatewayProcess, GatewaySettings, list_processes
from tests.e2e.outage_receiver import OutageReceiver
from tests.unit.llm_gateway.fakes import remove_marks

SHIPPER_CONFIG = Path(__file__).with_name("shipper_gateway.yaml")
SHIPPER, GENERIC_DEFAULT, GENERIC_RETRYING = "/shipper", "/generic_default", "/generic_retrying"
MODEL = "gpt-4o-mini"
KEY = "sk-demo-alpha"
CALL_ID_HEADER = "x-litellm-call-id"
POLL_S = 0.05
READY_TIMEOUT_S = 180.0
LOG_TAIL_CHARACTERS = 2000


class ProxyFailed(Exception):
    """A process ended or was silent; the message holds the end of its log."""


class ShipperGateway:
    """The replay server and the proxy, each posting callback at a path of its own of one receiver."""

    def __init__(self, python: Path, folder: Path, receiver: OutageReceiver) -> None:
        self.spool = folder / "spool"
        self._folder = folder
        settings = GatewaySettings(python=python, webhook_url="", webhook_token="unused", log_folder=folder)
        replay, proxy = list_processes(settings)
        variables = {
            "POSTHOG_GATEWAY_URL": receiver.url(SHIPPER),
            "POSTHOG_GATEWAY_TOKEN": "phg_example",
            "POSTHOG_GATEWAY_MAX_RETRY_S": "2",
            "POSTHOG_SPOOL_DIR": str(self.spool),
            "GENERIC_DEFAULT_URL": receiver.url(GENERIC_DEFAULT),
            "GENERIC_RETRYING_URL": receiver.url(GENERIC_RETRYING),
        }
        self._replay = replay
        self._proxy = _install_alone(proxy, folder / "installed", variables)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._log: list[bytes] = []

    @property
    def log(self) -> str:
        return b"".join(self._log).decode(errors="replace")

    def start(self) -> None:
        """Start what does not run and wait until it answers."""
        for process in (self._replay, self._proxy):
            if process.name not in self._children:
                self._start(process)

    def kill(self) -> None:
        """SIGKILL to the proxy and all it started."""
        self._kill(self._proxy)

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """The kernel lets no file of the proxy grow."""
        pid = self._children[self._proxy.name].pid
        soft, hard = prlimit(pid, RLIMIT_FSIZE)
        prlimit(pid, RLIMIT_FSIZE, (0, hard))
        try:
            yield
        finally:
            prlimit(pid, RLIMIT_FSIZE, (soft, hard))

    def make_calls(self, call_ids: Iterable[str], *, at_once: int = 4) -> set[str]:
        """Make a call for each id; the ids of those that were answered 200."""
        with ThreadPoolExecutor(at_once) as pool, httpx.Client(timeout=60) as http:
            answered = pool.map(lambda call_id: (call_id, self._make_call(http, call_id)), call_ids)
            return {call_id for call_id, is_answered in answered if is_answered}

    def _make_call(self, http: httpx.Client, call_id: str) -> bool:
        try:
            response = http.post(
                f"http://127.0.0.1:{self._proxy.port}/v1/chat/completions",
                json={"model": MODEL, "messages": [{"role": "user", "content": "When is high water?"}]},
                headers={"Authorization": f"Bearer {KEY}", CALL_ID_HEADER: call_id},
            )
        except httpx.TransportError:
            return False
        return response.status_code == httpx.codes.OK

    def _start(self, process: GatewayProcess) -> None:
        child = subprocess.Popen(
            process.argv,
            cwd=self._folder,
            env=dict(process.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._children[process.name] = child
        threading.Thread(target=self._keep_log, args=(child,), daemon=True).start()
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not _answers(process):
            if child.poll() is not None or time.monotonic() > deadline:
                raise ProxyFailed(self.log[-LOG_TAIL_CHARACTERS:])
            time.sleep(POLL_S)

    def _kill(self, process: GatewayProcess) -> None:
        if (child := self._children.pop(process.name, None)) is not None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def _keep_log(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None
        with child.stdout:
            for line in child.stdout:
                self._log.append(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._kill(self._proxy)
        self._kill(self._replay)
        remove_marks(self.spool)


def make_call_ids(count: int) -> list[str]:
    """Ids by which a call is told from every other."""
    return [str(uuid4()) for _ in range(count)]


def _answers(process: GatewayProcess) -> bool:
    try:
        url = f"http://127.0.0.1:{process.port}{process.ready_path}"
        return httpx.get(url, timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _install_alone(proxy: GatewayProcess, target: Path, variables: Mapping[str, str]) -> GatewayProcess:
    """Our config and variables, and a path with what the proxy needs and no more."""
    for name in ("posthog/__init__.py", "posthog/errors.py", "demo/__init__.py"):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, target / name)
    for name in ("posthog/llm_gateway", "posthog/llm_usage", "demo/gateway"):
        shutil.copytree(REPOSITORY / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    argv = tuple(str(SHIPPER_CONFIG) if part == str(CONFIG) else part for part in proxy.argv)
    environment = {**proxy.environment, "PYTHONPATH": str(target), **variables}
    return replace(proxy, argv=argv, environment=environment)
