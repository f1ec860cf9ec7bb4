"""The web and the worker as real processes beside a test: same stores, same databases, logs in a file."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from stack.system import choose_free_ports

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 60.0
POLL_S = 0.05


def wait_until(is_done: Callable[[], bool], what: str, timeout_s: float = START_TIMEOUT_S) -> None:
    """
    Look again and again.

    Raises:
        AssertionError: Not in time.
    """
    deadline = time.monotonic() + timeout_s
    while not is_done():
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s:g} s"
        time.sleep(POLL_S)


def build_environ() -> dict[str, str]:
    """The environment that leads a new process to this test's databases."""
    database = connection.settings_dict
    password = quote(str(database["PASSWORD"]), safe="")
    place = f"{database['HOST']}:{database['PORT']}"
    return {
        **os.environ,
        "DATABASE_URL": f"postgres://{quote(str(database['USER']))}:{password}@{place}/{database['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
        "CLICKHOUSE_DATABASE": settings.CLICKHOUSE_DATABASE,
        "SECRET_KEY": settings.SECRET_KEY,
        "LOG_FORMAT": "json",
    }


@contextlib.contextmanager
def running(log: Path, *arguments: str, **environ: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m ARGUMENTS…` until the end of the block; a group of its own, so that its children end too."""
    with open(log, "ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=build_environ() | environ,
            cwd=ROOT,
            stdout=output,
            stderr=output,
            process_group=0,
        )
    try:
        yield process
    finally:
        kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """SIGKILL for the process and its children: no handler runs, no buffer is written."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def running_web(log: Path, **environ: str) -> Iterator[int]:
    """gunicorn as `bin/start` runs it; yields its port."""
    (port,) = choose_free_ports(1)
    options = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "4", "--keep-alive", "75"]
    with running(log, "gunicorn", "posthog.wsgi", "--no-control-socket", *options, **environ):
        wait_until(lambda: is_alive(port), "web")
        yield port


def is_alive(port: int) -> bool:
    """Whether the web answers."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(asked):
        try:
            asked.request("GET", "/_livez")
            return asked.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
