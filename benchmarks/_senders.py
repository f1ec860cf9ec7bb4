"""Sends bodies over several connections at once, each as fast as its answers come."""

import http.client
import queue
import threading
import time
from collections.abc import Iterable, Mapping

TIMEOUT_S = 60.0


def send_all(
    url: tuple[int, str], headers: Mapping[str, str], bodies: Iterable[bytes], *, connections: int
) -> list[float]:
    """
    Post every body to a port of this machine; the seconds that each answer took.

    Raises:
        AssertionError: An answer was another than 202.
    """
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    for body in bodies:
        waiting.put(body)
    senders = [_Sender(url, headers, waiting) for _ in range(connections)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    refused = [status for sender in senders for status in sender.refused]
    assert refused == [], f"answers {refused}"
    return [seconds for sender in senders for seconds in sender.seconds]


class _Sender(threading.Thread):
    def __init__(self, url: tuple[int, str], headers: Mapping[str, str], waiting: "queue.SimpleQueue[bytes]") -> None:
        super().__init__(daemon=True)
        self.seconds: list[float] = []
        self.refused: list[int] = []
        self._port, self._path = url
        self._headers = dict(headers)
        self._waiting = waiting

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        while True:
            try:
                body = self._waiting.get_nowait()
            except queue.Empty:
                break
            started_at = time.perf_counter()
            connection.request("POST", self._path, body, self._headers)
            answer = connection.getresponse()
            answer.read()
            self.seconds.append(time.perf_counter() - started_at)
            if answer.status != http.HTTPStatus.ACCEPTED:
                self.refused.append(answer.status)
        connection.close()
