"""The embedded Redis: the broker of the task queue; an append-only file keeps it over a restart."""

import os
import socket
from dataclasses import dataclass

from stack.child import Program
from stack.layout import Layout
from stack.system import LOOPBACK


@dataclass(frozen=True)
class Redis:
    """One server; its password stands in a file that only its owner reads, not in the process list."""

    layout: Layout
    port: int
    password: str

    def program(self) -> Program:
        """How to supervise it."""
        return Program(
            name="redis",
            command=(str(self.layout.redis_server), str(self._config)),
            prepare=self.prepare,
            is_ready=self.is_ready,
            is_store=True,
        )

    def prepare(self) -> None:
        """Write its configuration."""
        data = self.layout.data("redis")
        data.mkdir(parents=True, exist_ok=True)
        lines = [
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{data}"',
            "appendonly yes",
            'save ""',
            "daemonize no",
        ]
        with open(os.open(self._config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("\n".join(lines) + "\n")

    def is_ready(self) -> bool:
        """Whether it answers; while it loads its file it does not yet."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := connection.recv(256)):
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    @property
    def _config(self) -> str:
        return str(self.layout.data("redis") / "redis.conf")
