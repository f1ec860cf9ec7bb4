"""
The scenario: a real LiteLLM proxy with its webhook's default settings and one call a second, sending to our web.

It posts every five seconds over one connection, without any retry. A server that closes idle connections after five
seconds closes it under the request, and the batch is lost: beside ours, such a server gets the same events.
"""

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from demo.gateway_commands import GatewayProcess, GatewaySettings, list_processes
from demo.gateway_process import DemoGateway
from tests.chaos.hasty_server import HastyServer
from tests.chaos.senders import PATH, Door
from tests.chaos.stack_under_test import StackUnderTest

CONFIG = Path(__file__).with_name("default_gateway.yaml")
MODEL, KEY = "gpt-4o-mini", "sk-demo-alpha"
CALL_ID_HEADER = "x-litellm-call-id"
OWN_INTERVAL = "DEFAULT_FLUSH_INTERVAL_SECONDS"
LAST_FLUSH_S = 12.0
"""Longer than two intervals of five seconds: by then the proxy has posted its last event."""
PROGRESS_EVERY = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """
    Attributes:
        call_ids: Of the calls that were answered.
        lost_by_hasty_server: Those that the server which closes after five seconds never got.
    """

    call_ids: set[str]
    lost_by_hasty_server: set[str]

    def list_lost(self, stack: StackUnderTest) -> set[str]:
        """Those that are no row; ask when the inbox is drained."""
        rows = stack.started.query_clickhouse(
            f"SELECT gateway_call_id FROM ai_events FINAL WHERE team_id = {stack.team_id} "
            "AND gateway_call_id IS NOT NULL"
        )
        return self.call_ids - {row["gateway_call_id"] for row in rows}


class DefaultGateway(DemoGateway):
    """The demo's two processes, the proxy with the defaults of LiteLLM."""

    def __init__(self, python: Path, log_folder: Path, endpoints: Mapping[str, str]) -> None:
        self._own_settings = GatewaySettings(python=python, webhook_url="", webhook_token="", log_folder=log_folder)
        self._endpoints = endpoints
        super().__init__(self._own_settings)

    def start(self) -> None:
        """Start both and wait until they answer."""
        self._own_settings.log_folder.mkdir(parents=True, exist_ok=True)
        replay, proxy = list_processes(self._own_settings)
        for process in (replay, self._with_defaults(proxy)):
            self._start_one(process)

    def _with_defaults(self, proxy: GatewayProcess) -> GatewayProcess:
        at = proxy.argv.index("--config") + 1
        return replace(
            proxy,
            argv=(*proxy.argv[:at], str(CONFIG), *proxy.argv[at + 1 :]),
            environment=dict(self._list_variables(proxy.environment)),
        )

    def _list_variables(self, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        yield from ((name, value) for name, value in environment.items() if name != OWN_INTERVAL)
        yield from self._endpoints.items()


def make_calls(door: Door, python: Path, log_folder: Path, *, calls: int, every_s: float) -> Made:
    """Make the calls at their pace, and let the proxy send its last events."""
    with HastyServer() as hasty:
        endpoints = {
            "GENERIC_LOGGER_ENDPOINT": f"http://127.0.0.1:{door.port}{PATH}",
            "GENERIC_LOGGER_HEADERS": f"Authorization=Bearer {door.token}",
            "HASTY_SERVER_URL": hasty.url,
        }
        gateway = DefaultGateway(python, log_folder, endpoints)
        try:
            gateway.start()
            answered = set(_list_answered(gateway.base_url, calls, every_s))
            time.sleep(LAST_FLUSH_S)
        finally:
            gateway.stop(flush=False)
        return Made(call_ids=answered, lost_by_hasty_server=answered - hasty.call_ids)


def _list_answered(base_url: str, calls: int, every_s: float) -> Iterator[str]:
    started_at = time.monotonic()
    for number in range(calls):
        time.sleep(max(0.0, started_at + number * every_s - time.monotonic()))
        call_id = str(uuid4())
        if _call(base_url, call_id):
            yield call_id
        if number % PROGRESS_EVERY == 0:
            sys.stderr.write(f"… {number} of {calls} calls through a proxy with default settings\n")
            sys.stderr.flush()


def _call(base_url: str, call_id: str) -> bool:
    """Whether it was answered."""
    request = urllib.request.Request(
        f"{base_url}/v1/chat/completions",
        data=b'{"model": "%s", "messages": [{"role": "user", "content": "When is high water?"}]}' % MODEL.encode(),
        headers={"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", CALL_ID_HEADER: call_id},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
    except urllib.error.URLError:
        return False
    return True
