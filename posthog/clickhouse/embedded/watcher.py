"""Notices that a client cancels, or goes away, while its statement runs: its own thread waits for the engine then."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from clickhouse_driver.protocol import ClientPacketTypes

from posthog.clickhouse.embedded.byte_reader import ByteReader
from posthog.clickhouse.embedded.errors import ServerError

log = logging.getLogger(__name__)
POLL_S = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """
    Who waits for a statement.

    Args:
        reader: Has what was received already: a cancellation may come together with its query.
    """

    connection: socket.socket
    reader: ByteReader

    def has_cancelled(self) -> bool:
        """Whether the next that the client says is a cancellation."""
        return self._peek() == bytes([ClientPacketTypes.CANCEL])

    def has_gone(self) -> bool:
        """Whether the client will not say anything more."""
        return self._peek() == b""

    def _peek(self) -> bytes | None:
        """The next byte without taking it; b"" at the end, None where nothing has come."""
        if received := self.reader.peek():
            return received
        try:
            return self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None
        except OSError:
            return b""


class Watcher(threading.Thread):
    """Looks at the clients of running statements, ten times a second, without taking anything from them."""

    def __init__(self) -> None:
        super().__init__(name="watcher", daemon=True)
        self._running: dict[Client, Callable[[], None]] = {}
        self._changed = threading.Condition()
        self._stopped = threading.Event()

    @contextmanager
    def watching(self, client: Client, cancel: Callable[[], None]) -> Iterator[None]:
        """
        Watch while the body runs.

        Args:
            cancel: Called again and again until the body ends: the engine may not have begun the statement yet.
        """
        with self._changed:
            self._running[client] = cancel
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                del self._running[client]

    def run(self) -> None:
        """Until stopped; the lock is held during a cancellation, so that it cannot meet the next statement."""
        while not self._stopped.wait(POLL_S):
            with self._changed:
                self._changed.wait_for(lambda: self._running or self._stopped.is_set())
                for client, cancel in self._running.items():
                    if client.has_cancelled() or client.has_gone():
                        self._try(cancel)

    def _try(self, cancel: Callable[[], None]) -> None:
        """A cancellation that the engine refuses, for want of memory say, comes again with the next look."""
        try:
            cancel()
        except ServerError as error:
            log.warning("cancel_failed code=%d", error.code)

    def stop(self) -> None:
        self._stopped.set()
        with self._changed:
            self._changed.notify()
        self.join()
