"""Settings → the running parts of the shipper."""

import atexit
import random
import threading
from functools import cache
from uuid import uuid4

from posthog.llm_gateway.backoff import Backoff
from posthog.llm_gateway.engine import ShipperEngine, Works
from posthog.llm_gateway.instruments import Instruments
from posthog.llm_gateway.intake import Intake
from posthog.llm_gateway.metrics import Metrics, expose
from posthog.llm_gateway.sender import Outlet, Sender
from posthog.llm_gateway.settings import ShipperSettings, read_settings
from posthog.llm_gateway.spool_folder import SpoolFolder
from posthog.llm_gateway.transport import HttpTransport, Post
from posthog.llm_gateway.writer import SpoolWriter


@cache
def get_process_engine() -> ShipperEngine:
    """
    The one engine of this process, started; LiteLLM may import the callback's module more than once.

    Raises:
        InvalidSetting: The environment does not say where to ship to, or says it wrongly.
    """
    settings = read_settings()
    engine = ShipperEngine(lambda: build_works(settings), drain_s=settings.drain_s)
    engine.start()
    expose(Metrics(engine.read_counters, engine.read_gauges))
    atexit.register(engine.stop)
    return engine


def build_works(
    settings: ShipperSettings, *, post: Post | None = None, instruments: Instruments | None = None
) -> Works:
    """The parts of one process; tests give their own network, clocks and counters."""
    instruments = instruments or Instruments()
    sealed = threading.Event()
    folder = SpoolFolder(settings.spool_folder, make_id=lambda: str(uuid4()))
    intake = Intake(max_events=settings.queue_events, instruments=instruments)
    writer = SpoolWriter(settings.writer, folder=folder, intake=intake, instruments=instruments, on_sealed=sealed.set)
    outlet = Outlet(
        post or HttpTransport(settings.receiver, clock=instruments.clock),
        Backoff(longest_s=settings.longest_retry_s, random=random.random),
        settings.batch,
    )
    sender = Sender(outlet, folder=folder, find_lane=lambda: writer.lane, instruments=instruments)
    return Works(instruments, folder, intake, writer, sender, sealed)
