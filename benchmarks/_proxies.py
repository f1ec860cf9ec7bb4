"""LiteLLM proxies side by side before one replay server, alike but for their callbacks."""

import http.client
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from demo.gateway_commands import CONFIG, REPOSITORY, GatewayProcess, GatewaySettings, list_processes

MODEL = "gpt-4o-mini"
KEY = "sk-demo-alpha"
READY_TIMEOUT_S = 180.0
LOG_TAIL_CHARACTERS = 2000
PATH = "/v1/chat/completions"
BODY = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "When is high water?"}]}).encode()
HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyPlan:
    """One proxy: what its callbacks are, and which variables they need."""

    name: str
    callbacks: Sequence[str] = ()
    variables: Mapping[str, str]


class Caller:
    """One kept connection to a proxy."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def time_call(self) -> float:
        """
        Milliseconds from the request's first byte to the answer's last.

        Raises:
            RuntimeError: The call was not answered 200.
        """
        started_at = time.perf_counter()
        self._http.request("POST", PATH, BODY, HEADERS)
        response = self._http.getresponse()
        answer = response.read()
        duration_ms = (time.perf_counter() - started_at) * 1000
        if response.status != http.HTTPStatus.OK:
            raise RuntimeError(f"the proxy answered {response.status}: {answer[:500]!r}")
        return duration_ms


@contextmanager
def running_proxies(python: Path, folder: Path, plans: Sequence[ProxyPlan]) -> Iterator[dict[str, int]]:
    """Start the replay server and all proxies; their ports by name. Nothing is left running."""
    settings = GatewaySettings(python=python, webhook_url="", webhook_token="unused", log_folder=folder)
    replay, template = list_processes(settings)
    proxies = [_describe(template, plan, settings) for plan in plans]
    children: list[subprocess.Popen[bytes]] = []
    try:
        for process in (replay, *proxies):
            children.append(_start(process))
        for process, child in zip((replay, *proxies), children, strict=True):
            _wait_until_ready(process, child)
        yield {process.name: process.port for process in proxies}
    finally:
        for child in children:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _describe(template: GatewayProcess, plan: ProxyPlan, settings: GatewaySettings) -> GatewayProcess:
    """The template's replay server, another port, config and log."""
    own = list_processes(settings)[-1]
    config = settings.log_folder / f"{plan.name}.json"
    config.write_text(json.dumps(_build_config(plan.callbacks)))
    return replace(
        own,
        name=plan.name,
        argv=tuple(str(config) if part == str(CONFIG) else part for part in own.argv),
        environment={**template.environment, **plan.variables},
        log_file=settings.log_folder / f"{plan.name}.log",
    )


def _build_config(callbacks: Sequence[str]) -> dict[str, Any]:
    """JSON is YAML."""
    provider = {"model": f"openai/{MODEL}", "api_base": "os.environ/DEMO_OPENAI_URL", "api_key": "sk-replayed"}
    return {
        "litellm_settings": {"callbacks": list(callbacks), "telemetry": False, "num_retries": 0},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
        "general_settings": {"custom_auth": "demo.gateway.keys.authenticate"},
        "model_list": [{"model_name": MODEL, "litellm_params": provider}],
    }


def _start(process: GatewayProcess) -> subprocess.Popen[bytes]:
    with process.log_file.open("wb") as log:
        return subprocess.Popen(
            process.argv,
            cwd=REPOSITORY,
            env=dict(process.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_ready(process: GatewayProcess, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not _answers(process):
        if child.poll() is not None or time.monotonic() > deadline:
            log = process.log_file.read_text(errors="replace")
            raise RuntimeError(f"{process.name} does not answer; its log ends: {log[-LOG_TAIL_CHARACTERS:]}")
        time.sleep(0.1)


def _answers(process: GatewayProcess) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=5)
    try:
        connection.request("GET", process.ready_path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
