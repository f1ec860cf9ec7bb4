"""
A LiteLLM proxy that keeps a spend log, and LiteLLM's API over that log: three processes and a database.

The proxy and the replayed providers are the demo's. Its config gains the callback that writes the log, and LiteLLM's
own cache, so that there are calls which the gateway answered itself.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from psycopg.rows import dict_row

from demo.calls import run_sample_calls
from demo.gateway_commands import CONFIG, REPOSITORY, GatewayProcess, GatewaySettings, find_free_port, list_processes
from demo.sample_calls import SampleCall
from stack.child import die_with_parent
from tests.e2e.webhook_sink import WebhookSink

GATEWAY_PYTHON = Path(os.environ.get("GATEWAY_PYTHON", REPOSITORY / ".local" / "env" / "gateway" / "bin" / "python"))
MIGRATIONS = "lib/python3*/site-packages/litellm_proxy_extras/migrations/*/migration.sql"
OF_THE_LOG = re.compile(r'(?:\s|--.*)*(CREATE TABLE|ALTER TABLE|CREATE INDEX)[^;]*"LiteLLM_SpendLogs"')
MASTER_KEY = "sk-master-of-the-books"
CHANGED_LINES = {
    "callbacks: [posthog_accounting]": """callbacks: [posthog_accounting, tests.e2e.spend_log_callback.spend_logger]
  cache: true
  cache_params: {type: local}""",
    # LiteLLM 1.108.7 writes no row of a success without it: see the README.
    "standard_logging_payload_excluded_fields: [model_map_information, model_parameters]": (
        "standard_logging_payload_excluded_fields: [model_parameters]"
    ),
}
"""Of the demo's config, and what stands there instead."""
READY_TIMEOUT_S = 180.0
POLL_S = 0.1
LOG_CHARACTERS = 3000


class SpendLogGateway:
    """Running; `sink` has what its webhook posted, `database_url` is where its spend log lies."""

    def __init__(self, folder: Path, database_url: str, sink: WebhookSink) -> None:
        self.sink = sink
        self.database_url = database_url
        settings = GatewaySettings(
            python=GATEWAY_PYTHON, webhook_url=sink.url, webhook_token="unused", log_folder=folder
        )
        variables = {"SPEND_LOG_DATABASE_URL": database_url, "LITELLM_MASTER_KEY": MASTER_KEY}
        replay, proxy = list_processes(settings)
        proxy = replace(
            proxy,
            argv=tuple(str(_write_config(folder)) if part == str(CONFIG) else part for part in proxy.argv),
            environment={**proxy.environment, **variables},
        )
        self._processes = (replay, proxy, _describe_api(proxy, folder))
        self._children: list[subprocess.Popen[bytes]] = []

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._processes[-1].port}"

    @property
    def proxy_url(self) -> str:
        return f"http://127.0.0.1:{self._processes[1].port}"

    def start(self) -> None:
        for process in self._processes:
            with process.log_file.open("wb") as log:
                child = subprocess.Popen(
                    process.argv,
                    cwd=REPOSITORY,
                    env=dict(process.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    preexec_fn=die_with_parent(signal.SIGKILL),
                )
            self._children.append(child)
        for process, child in zip(self._processes, self._children, strict=True):
            _wait_until_ready(process, child)

    def stop(self) -> None:
        for child in self._children:
            child.kill()
            child.wait()

    def make_calls(self, calls: tuple[SampleCall, ...]) -> None:
        """Make the calls, and wait until each has its event and its row in the log."""
        expected = len(self.sink.payloads) + len(calls)
        run_sample_calls(self.proxy_url, calls=calls)
        deadline = time.monotonic() + READY_TIMEOUT_S
        while min(found := (len(self.sink.payloads), len(self.list_log()))) < expected:
            assert time.monotonic() < deadline, f"{found} events and rows of {expected}"
            time.sleep(POLL_S)

    def list_log(self) -> list[dict[str, Any]]:
        """The rows as they stand in the database, oldest first."""
        with psycopg.connect(self.database_url, row_factory=dict_row) as connection:
            return connection.execute('SELECT * FROM "LiteLLM_SpendLogs" ORDER BY "startTime"').fetchall()


@contextmanager
def spend_log_gateway(folder: Path) -> Iterator[SpendLogGateway]:
    """The running gateway, with an empty log in a database of its own on the test's Postgres."""
    with spend_log_database() as database_url, WebhookSink() as sink:
        gateway = SpendLogGateway(folder, database_url, sink)
        try:
            gateway.start()
            yield gateway
        finally:
            gateway.stop()


@contextmanager
def spend_log_database() -> Iterator[str]:
    """A database with the table as LiteLLM's own migrations make it."""
    server = os.environ["DATABASE_URL"]
    name = f"spend_log_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            url = _rename(server, name)
            with psycopg.connect(url, autocommit=True) as target:
                for statement in _list_ddl():
                    target.execute(statement)
            yield url
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _rename(url: str, name: str) -> str:
    scheme, _, rest = url.partition("://")
    server, _, database = rest.partition("/")
    _, mark, query = database.partition("?")
    return f"{scheme}://{server}/{name}{mark}{query}"


def _list_ddl() -> Iterator[str]:
    files = sorted(GATEWAY_PYTHON.parent.parent.glob(MIGRATIONS))
    assert files, f"no litellm_proxy_extras beside {GATEWAY_PYTHON}; bin/test installs it"
    for file in files:
        yield from (statement for statement in file.read_text().split(";") if OF_THE_LOG.match(statement))


def _write_config(folder: Path) -> Path:
    text = CONFIG.read_text()
    for line, ours in CHANGED_LINES.items():
        assert line in text
        text = text.replace(line, ours)
    config = folder / "config.yaml"
    config.write_text(text)
    return config


def _describe_api(proxy: GatewayProcess, folder: Path) -> GatewayProcess:
    port = find_free_port()
    return replace(
        proxy,
        name="LiteLLM's API",
        argv=(str(GATEWAY_PYTHON), "-m", "tests.e2e.spend_log_server", "--port", str(port)),
        port=port,
        log_file=folder / "api.log",
    )


def _wait_until_ready(process: GatewayProcess, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{process.port}{process.ready_path}", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(POLL_S)
        log = process.log_file.read_text(errors="replace")[-LOG_CHARACTERS:]
        assert child.poll() is None, f"{process.name} ended:\n{log}"
        assert time.monotonic() < deadline, f"{process.name} does not answer:\n{log}"
