"""Senders that come again until they hear 202, as the durable shipper does."""

import http.client
import json
import queue
import threading
import time
from collections import Counter
from collections.abc import Iterable

from tests.e2e.chaos_events import NumberedCall

SENDERS = 8
TIMEOUT_S = 20.0
PAUSE_S = 0.3


class Senders:
    """Threads that deliver batches; `outcomes` counts every answer and every error by its name."""

    def __init__(self, port: int, token: str, batches: Iterable[list[NumberedCall]], *, pace_s: float = 0.0) -> None:
        self.outcomes: Counter[str] = Counter()
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._queue: queue.SimpleQueue[list[NumberedCall]] = queue.SimpleQueue()
        for batch in batches:
            self._queue.put(batch)
        self._pace_s = pace_s
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(SENDERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait(self, *, timeout_s: float) -> None:
        """
        Return when every batch is accepted.

        Raises:
            AssertionError: Not in time.
        """
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0))
        is_waiting = any(thread.is_alive() for thread in self._threads)
        assert not is_waiting, f"waited {timeout_s:.0f} s for the senders: {dict(self.outcomes)}"

    @property
    def waiting(self) -> int:
        """Batches that no sender has taken yet."""
        return self._queue.qsize()

    def _work(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        while True:
            try:
                batch = self._queue.get_nowait()
            except queue.Empty:
                connection.close()
                return
            body = json.dumps([call.to_payload() for call in batch]).encode()
            while not self._deliver(connection, body):
                time.sleep(PAUSE_S)
            time.sleep(self._pace_s)

    def _deliver(self, connection: http.client.HTTPConnection, body: bytes) -> bool:
        try:
            connection.request("POST", "/api/llm_gateway/webhook", body, self._headers)
            response = connection.getresponse()
            response.read()
            outcome, is_accepted = str(response.status), response.status == http.HTTPStatus.ACCEPTED
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            outcome, is_accepted = type(error).__name__, False
        with self._lock:
            self.outcomes[outcome] += 1
        return is_accepted
