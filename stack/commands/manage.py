"""
`bin/manage COMMAND`: manage.py in the application's environment, with the addresses of the running stack.

Where no stack runs, the embedded stores are started for as long as the command takes. stdin and stdout are
the command's own; progress goes to stderr.
"""

import os
import shlex
import time
from pathlib import Path

from stack.addresses import build_addresses, list_embedded, load_secrets, take_ports
from stack.env_file import read_env_file
from stack.environments import APP, is_current
from stack.foreground import run_in_foreground
from stack.layout import Layout, instance_folder
from stack.locks import Holder, Lock
from stack.migrations import is_migrated, migrate
from stack.progress import Board, write_line
from stack.session import start_installs, supervision
from stack.stores import build_stores, list_store_environments, start_stores

POLL_S = 0.2
STORELESS_COMMANDS = frozenset(
    {
        *("help", "version", "check", "diffsettings", "makemigrations", "startapp", "startproject"),
        *("collectstatic", "findstatic", "compilemessages", "makemessages", "sendtestemail"),
        *("list_flags", "list_settings", "normalize_usage", "price_usage", "refresh_prices"),
    }
)
"""Commands that talk to no store."""
STORELESS_OPTIONS = {"import_gateway_log": "--dry-run", "migrate_clickhouse": "--plan"}
"""Commands that talk to no store with this option."""
MIGRATING_COMMANDS = frozenset({"migrate", "migrate_clickhouse", "showmigrations", "flush"})


def needs_stores(arguments: list[str]) -> bool:
    """Whether the management command talks to Postgres, Redis or ClickHouse; unknown ones are taken to."""
    if not arguments or arguments[0].startswith("-") or {"--help", "-h", "--version"} & set(arguments):
        return False
    name = arguments[0]
    return name not in STORELESS_COMMANDS and STORELESS_OPTIONS.get(name, "") not in arguments


def run(arguments: list[str], *, root: Path) -> int:
    """Run a management command; its exit code."""
    layout = Layout(root, instance_folder(root, os.environ))
    ensure_application(layout)
    lock = Lock(layout.lock_file)
    holder = find_stack(lock)
    if holder is None and needs_stores(arguments) and list_embedded(os.environ):
        return run_with_own_stores(arguments, layout, lock)
    known = read_env_file(layout.addresses_file) if holder else {}
    environ = {**known, **os.environ}
    command = build_command(arguments, layout)
    return os.execve(command[0], command, environ)


def build_command(arguments: list[str], layout: Layout) -> list[str]:
    """manage.py with its arguments; the caller's current directory stays, for file names relative to it."""
    return [str(layout.app_python), str(layout.root / "manage.py"), *arguments]


def ensure_application(layout: Layout) -> None:
    """Set up the application's environment at the first use."""
    if is_current(APP, layout):
        return
    with supervision(Layout(layout.root, layout.instance / "install")) as supervisor:
        board = Board()
        start_installs([APP], layout, supervisor, board)
        board.wait()


def find_stack(lock: Lock) -> Holder | None:
    """The running bin/start, once it is ready; None when there is none."""
    is_announced = False
    while (holder := lock.find_holder()) is not None and holder.is_stack and not holder.is_ready:
        if not is_announced:
            write_line(f"… waiting for {holder.command} (process {holder.pid}) to be ready")
            is_announced = True
        time.sleep(POLL_S)
    return holder if holder is not None and holder.is_stack else None


def run_with_own_stores(arguments: list[str], layout: Layout, lock: Lock) -> int:
    """Start the embedded stores, run the command, stop them."""
    command = shlex.join(["bin/manage", *arguments[:1]])
    holder = lock.acquire_after_commands(command)
    if holder is not None:
        return run(arguments, root=layout.root)
    embedded = list_embedded(os.environ)
    ports = take_ports(embedded, os.environ)
    passwords = load_secrets(layout)
    environ = {**os.environ, **build_addresses(ports, passwords, os.environ)}
    try:
        with supervision(layout) as supervisor:
            board = Board()
            start_installs(list_store_environments(embedded), layout, supervisor, board)
            board.wait()
            start_stores(build_stores(layout, ports, passwords), supervisor, board)
            board.wait()
            if not is_migrated(layout) and arguments[0] not in MIGRATING_COMMANDS:
                migrate(layout, environ, supervisor, board)
            return run_in_foreground(build_command(arguments, layout), environ)
    finally:
        lock.release()
