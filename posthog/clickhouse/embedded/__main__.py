"""`python -m posthog.clickhouse.embedded --data-dir DIR --port PORT`."""

import argparse
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from posthog.clickhouse.embedded.engine import Engine
from posthog.clickhouse.embedded.errors import StartError
from posthog.clickhouse.embedded.server import Server, listen, require_loopback
from posthog.clickhouse.embedded.session import Account

MAX_MEMORY_VARIABLE = "CLICKHOUSE_MAX_MEMORY_BYTES"
DEFAULT_MAX_MEMORY_BYTES = 4 << 30
LEAST_MAX_MEMORY_BYTES = 256 << 20

log = logging.getLogger(__name__)


def parse_arguments(arguments: Sequence[str], environ: Mapping[str, str]) -> argparse.Namespace:
    """What to serve and where."""
    parser = argparse.ArgumentParser(prog="posthog.clickhouse.embedded", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="the directory that this process owns")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--max-memory-bytes",
        default=environ.get(MAX_MEMORY_VARIABLE) or str(DEFAULT_MAX_MEMORY_BYTES),
        help=f"what the engine may use, {MAX_MEMORY_VARIABLE} by default; a query that would pass it fails",
    )
    return parser.parse_args(arguments)


def parse_max_memory(text: str) -> int:
    """Raises StartError for what is no number, or too little for the engine itself."""
    if not text.isdecimal() or int(text) < LEAST_MAX_MEMORY_BYTES:
        raise StartError(
            f"{MAX_MEMORY_VARIABLE}: expected a whole number >= {LEAST_MAX_MEMORY_BYTES}, got {text[:80]!r}."
        )
    return int(text)


def run(options: argparse.Namespace, account: Account) -> None:
    """Serve until SIGTERM or SIGINT."""
    host = require_loopback(options.host)
    max_memory_bytes = parse_max_memory(options.max_memory_bytes)
    with (
        stop_signals() as stop,
        closing(Engine(options.data_dir.absolute(), max_memory_bytes=max_memory_bytes)) as engine,
        listen(host, options.port) as listener,
    ):
        log.info("listening host=%s port=%d", host, options.port)
        Server(engine, account).serve(listener, stop)
    log.info("stopped")


@contextmanager
def stop_signals() -> Iterator[socket.socket]:
    """A socket on which a byte arrives with each SIGTERM and SIGINT."""
    received, sent = socket.socketpair()
    with received, sent:
        sent.setblocking(False)
        signal.set_wakeup_fd(sent.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        yield received
        signal.set_wakeup_fd(-1)


def main() -> None:
    """Run; a foreseeable failure is one sentence and exit code 1."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    options = parse_arguments(sys.argv[1:], os.environ)
    account = Account(
        user=os.environ.get("CLICKHOUSE_USER") or "default", password=os.environ.get("CLICKHOUSE_PASSWORD", "")
    )
    try:
        run(options, account)
    except StartError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
