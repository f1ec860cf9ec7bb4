"""
`bin/test`: set everything up and run every check and test; ARGS go to pytest.

    bin/test               static checks and all tests, with servers of their own under .local/test
    bin/test ARGS…         pytest ARGS… with those servers
    bin/test unit [ARGS…]  the unit tests, no server
    bin/test lint          the static checks, no server
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from stack.addresses import build_addresses, list_embedded, load_secrets, take_any_ports
from stack.checks import run_check, run_checks, show_outcomes
from stack.environments import CLIENTS, DEV, GATEWAY, Environment
from stack.errors import StackError
from stack.foreground import run_in_foreground
from stack.layout import Layout, instance_folder
from stack.locks import Lock
from stack.progress import Board
from stack.session import start_frontend, start_installs, supervision
from stack.stores import build_stores, list_store_environments, start_stores
from stack.supervisor import Supervisor
from stack.system import require_linux

KEPT = frozenset({"stack.lock", "stack.json", "log"})


def run(arguments: list[str], *, root: Path) -> int:
    """Run what the arguments ask for; 0 when everything passed."""
    require_linux()
    if arguments[:1] == ["lint"]:
        return run_lint(root)
    if arguments[:1] == ["unit"]:
        return run_unit_tests(arguments[1:], root)
    return run_with_servers(arguments, root)


def run_lint(root: Path) -> int:
    """The static checks alone."""
    with throwaway_supervision(root, "lint") as (layout, supervisor):
        set_up([DEV], layout, supervisor, with_pages=True)
        return show_outcomes(run_checks(layout, os.environ))


def run_unit_tests(arguments: list[str], root: Path) -> int:
    """pytest over tests/unit; no server runs, and several may run at once."""
    with throwaway_supervision(root, "unit") as (layout, supervisor):
        set_up([DEV], layout, supervisor)
        return run_pytest(["tests/unit", *arguments], layout, os.environ)


def run_with_servers(arguments: list[str], root: Path) -> int:
    """Everything, or pytest with the arguments, beside servers of their own."""
    layout = Layout(root, instance_folder(root, os.environ) / "test")
    with exclusive_servers(layout, [GATEWAY, CLIENTS], command="bin/test") as environ:
        if arguments:
            return run_pytest(arguments, layout, environ)
        outcomes = run_checks(layout, environ)
        outcomes.append(run_check("tests", lambda: run_pytest([], layout, environ)))
    return show_outcomes(outcomes)


@contextmanager
def throwaway_supervision(root: Path, name: str) -> Iterator[tuple[Layout, Supervisor]]:
    """A supervisor for installations only."""
    layout = Layout(root, root / ".local" / "install" / f"{name}-{os.getpid()}")
    try:
        with supervision(layout) as supervisor:
            yield layout, supervisor
    finally:
        shutil.rmtree(layout.instance, ignore_errors=True)


@contextmanager
def exclusive_servers(layout: Layout, more: list[Environment], *, command: str) -> Iterator[dict[str, str]]:
    """
    Fresh embedded servers on free ports for the time of the block; yields the environment to run in.

    Raises:
        StackError: the same command runs already in this checkout.
    """
    lock = Lock(layout.lock_file)
    if not lock.try_acquire(command):
        holder = lock.find_holder()
        pid = holder.pid if holder else "unknown"
        raise StackError(f"{command} runs already in this folder (process {pid}): wait for its end or stop it.")
    try:
        with supervision(layout) as supervisor:
            empty(layout)
            embedded = list_embedded(os.environ)
            environments = [DEV, *list_store_environments(embedded)[1:], *more]
            board = set_up(environments, layout, supervisor, with_pages=True)
            ports = take_any_ports(embedded)
            passwords = load_secrets(layout)
            start_stores(build_stores(layout, ports, passwords, is_throwaway=True), supervisor, board)
            board.wait()
            addresses = build_addresses(ports, passwords, os.environ)
            pythons = {"GATEWAY_PYTHON": str(layout.gateway_python), "CLIENTS_PYTHON": str(layout.clients_python)}
            yield {**os.environ, **addresses, **pythons}
    finally:
        lock.release()


def set_up(
    environments: list[Environment], layout: Layout, supervisor: Supervisor, *, with_pages: bool = False
) -> Board:
    """Install what is missing and, where asked for, build the UI's pages, side by side."""
    board = Board()
    if with_pages:
        start_frontend(layout, supervisor, board)
    start_installs(environments, layout, supervisor, board)
    board.wait()
    return board


def empty(layout: Layout) -> None:
    """Remove the last run's data, so that no test leans on it; its logs stay until they are written anew."""
    for path in layout.instance.iterdir():
        if path.name in KEPT:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def run_pytest(arguments: list[str], layout: Layout, environ: Mapping[str, str]) -> int:
    """pytest's exit code."""
    command = [str(layout.app_python), "-m", "pytest", *arguments]
    return run_in_foreground(command, environ, cwd=layout.root)
