"""The threads: started once, in forked processes again, stopped without loss."""

import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from posthog.llm_gateway.assembly import build_works
from posthog.llm_gateway.engine import ShipperEngine
from tests.unit.llm_gateway.fakes import FakeReceiver, make_settings, read_spool

DEADLINE_S = 30.0


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline, "not within the deadline"
        time.sleep(0.005)


@contextmanager
def running_engine(
    folder: Path, receiver: FakeReceiver, *, drain_s: float = 5.0, **variables: str
) -> Iterator[ShipperEngine]:
    settings = make_settings(folder, **variables)
    engine = ShipperEngine(lambda: build_works(settings, post=receiver), drain_s=drain_s)
    try:
        yield engine
    finally:
        engine.close()


def offer_many(engine: ShipperEngine) -> None:
    for number in range(50):
        engine.offer({"id": str(number)})


def fork() -> int:
    """Python warns of forks beside threads; that the shipper can stand one is what is tested."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def test_offered_events_are_delivered(tmp_path: Path) -> None:
    """From any thread to the receiver, once each, without holes."""
    receiver = FakeReceiver()
    with running_engine(tmp_path, receiver, GATEWAY_FLUSH_INTERVAL_S="0.05") as engine:
        threads = [threading.Thread(target=offer_many, args=(engine,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_until(lambda: len(receiver.stored) == 200)
    assert sorted(event["posthog_shipper"]["sequence"] for event in receiver.stored) == list(range(1, 201))


def test_stop_sends_what_was_accepted(tmp_path: Path) -> None:
    """A proxy that ends in order leaves nothing behind while the receiver is there."""
    receiver = FakeReceiver()
    with running_engine(tmp_path, receiver, GATEWAY_FLUSH_INTERVAL_S="600") as engine:
        engine.offer({"id": "a"})
    assert receiver.stored_names == ["a"]


def test_stop_does_not_wait_for_a_receiver_that_is_away(tmp_path: Path) -> None:
    """Then everything is in the spool when the process ends."""
    with running_engine(tmp_path, FakeReceiver(lambda events: None), drain_s=600.0) as engine:
        engine.offer({"id": "a"})
    assert len(read_spool(tmp_path)) == 1


def test_event_offered_after_the_stop_is_on_file(tmp_path: Path) -> None:
    """LiteLLM empties its own queue at the very end of the process."""
    with running_engine(tmp_path, FakeReceiver()) as engine:
        engine.offer({"id": "a"})
        engine.stop()
        engine.offer({"id": "late"})
        assert [b'"id":"late"' in record.body for record in read_spool(tmp_path)] == [True]


def test_payload_that_is_missing_is_counted(tmp_path: Path) -> None:
    """LiteLLM sometimes has none; that is no event."""
    with running_engine(tmp_path, FakeReceiver()) as engine:
        engine.offer(None)
        assert engine.read_counters()["events_without_payload"] == 1
        assert engine.read_counters()["events_accepted"] == 0


def test_gauges_tell_how_things_stand(tmp_path: Path) -> None:
    """Segments that wait are seen."""
    with running_engine(tmp_path, FakeReceiver(lambda events: None), GATEWAY_FLUSH_INTERVAL_S="0.01") as engine:
        engine.offer({"id": "a"})
        wait_until(lambda: engine.read_counters()["events_durable"] == 1)
        assert engine.read_gauges()["events_queued"] == 0
        assert engine.read_gauges()["spool_segments"] == 1
        assert engine.read_gauges()["spool_bytes"] > 100


def test_forked_process_has_a_lane_of_its_own(tmp_path: Path) -> None:
    """Gunicorn's workers are forked after the import: each numbers and sends for itself."""
    with running_engine(tmp_path, FakeReceiver(lambda events: None)) as engine:
        engine.offer({"id": "parent"})
        wait_until(lambda: engine.read_counters()["events_durable"] == 1)
        child = fork()
        if child == 0:
            try:
                engine.offer({"id": "child"})
                wait_until(lambda: engine.read_counters()["events_durable"] == 1)
                os._exit(0)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        assert status == 0
    assert len(list(tmp_path.glob("lane-*"))) == 2
    assert [record.sequence for record in read_spool(tmp_path)] == [1, 1]
