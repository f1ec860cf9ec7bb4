"""
psycopg, with connections that a process may forbid to wait for ever.

A server that hangs, or a proxy that takes what is sent and passes nothing on, keeps its connection open: no timeout of
TCP ends the wait for its answer, and `connect_timeout` is long over. Once a process has called `bound_waiting`, such a
wait is an OperationalError, and the connection closed: nobody knows what the server did last. The web does so, whose
senders need an answer; a worker's statements may take as long as they need.
"""

from typing import Any, ClassVar

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus

WAKE_UP_S = 0.1
"""How often psycopg looks for signals while it waits; its own default."""


class BoundedConnection(psycopg.Connection[Any]):
    """Waits `longest_wait_s` at most for anything that the server is asked; None: for ever."""

    longest_wait_s: ClassVar[float | None] = None

    def wait(self, gen: PQGen[RV], interval: float = WAKE_UP_S, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, self.longest_wait_s if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()  # it has not answered: what it says from now on answers nothing that is asked
            raise


connect = BoundedConnection.connect


def bound_waiting(longest_wait_s: float) -> None:
    """Let no connection of this process wait longer for an answer, in seconds."""
    BoundedConnection.longest_wait_s = longest_wait_s


def __getattr__(name: str) -> Any:
    """Django takes this module for psycopg: everything but `connect` is."""
    return getattr(psycopg, name)
