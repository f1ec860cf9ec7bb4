"""What this machine has: Python, disk, ports."""

import contextlib
import http.client
import os
import shutil
import socket
import sys
from pathlib import Path

from stack.errors import StackError

LOOPBACK = "127.0.0.1"


def base_python() -> str:
    """The Python that environments are made from, also when this code runs inside one of them."""
    return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


def require_linux() -> None:
    """Supervision ties children to their parent by a feature of Linux; the servers' wheels are Linux's."""
    if sys.platform != "linux":
        raise StackError(
            f"The embedded servers run on Linux only, and this is {sys.platform}: use a Linux machine or container."
        )


def require_free_disk(folder: Path, needed_bytes: int) -> None:
    """Refuse before an installation that would fill the disk half-way."""
    while not folder.exists():
        folder = folder.parent
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < needed_bytes:
        raise StackError(
            f"{needed_bytes / 1e9:.1f} GB of free disk space are needed for the packages and servers; "
            f"{folder} has {free_bytes / 1e9:.1f} GB: free some and run it again."
        )


def require_free_port(port: int, *, server: str, variable: str) -> None:
    """Refuse a port that another program listens on, naming the way out."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise StackError(
                f"Port {port} ({server}) cannot be used: {error.strerror}. "
                f"Stop the program that has it, or choose another port: {variable}={port + 1}"
            ) from error


def choose_free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on now; all are reserved together so that none comes twice."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for probe in sockets:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in sockets]
    finally:
        for probe in sockets:
            probe.close()


def is_listening(port: int) -> bool:
    """Whether a server accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0


def answers_ok(port: int, path: str) -> bool:
    """Whether an HTTP server answers 200 there."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    with contextlib.closing(connection):
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False


def last_lines(text: str, count: int) -> str:
    """The end of a program's output, indented under the sentence that introduces it."""
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(f"    {line}" for line in lines[-count:])
