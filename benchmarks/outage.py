"""
The same outage of the receiver for the durable shipper and for LiteLLM's own `generic_api`: events lost by each.

One real LiteLLM proxy runs all three callbacks, so that they see the same calls: the shipper, `generic_api` as it is
by default, and `generic_api` with the retries that the README recommends, which last 31 s. The receiver is away for
longer than that. Takes a minute and a half.
"""

import os
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import Figure, Goal
from tests.e2e.outage_receiver import OutageReceiver
from tests.e2e.shipper_gateway import (
    GENERIC_DEFAULT,
    GENERIC_RETRYING,
    SHIPPER,
    ShipperGateway,
    make_call_ids,
)

OUTAGE_S = 36.0
CALLS_PER_ROUND = 5
ROUND_S = 0.5
CALLS_AFTERWARDS = 20
SETTLING_S = 40.0


def run() -> Iterable[Figure]:
    """Measure; the baseline of each figure is what `generic_api` lost by default."""
    python = Path(os.environ["GATEWAY_PYTHON"])
    with TemporaryDirectory() as folder, OutageReceiver() as receiver:
        with ShipperGateway(python, Path(folder), receiver) as gateway:
            gateway.start()
            made = _make_calls_through_an_outage(gateway, receiver)
        lost = {path: len(made - set(receiver.list_call_ids(path))) for path in receiver.payloads}
    yield Figure(name="calls_made", value=len(made), unit="events", goal=Goal("value", ">=", 100))
    yield Figure(
        name="events_lost_shipper",
        value=lost[SHIPPER],
        unit="events",
        baseline=lost[GENERIC_DEFAULT],
        goal=Goal("value", "<=", 0),
    )
    yield Figure(
        name="events_lost_generic_api_retrying",
        value=lost[GENERIC_RETRYING],
        unit="events",
        baseline=lost[GENERIC_DEFAULT],
    )
    yield Figure(name="events_lost_generic_api", value=lost[GENERIC_DEFAULT], unit="events")


def _make_calls_through_an_outage(gateway: ShipperGateway, receiver: OutageReceiver) -> set[str]:
    """Ids of the answered calls: one before the outage, many in it, some after it that all callbacks deliver."""
    made = gateway.make_calls(make_call_ids(CALLS_PER_ROUND))
    for path in (SHIPPER, GENERIC_DEFAULT, GENERIC_RETRYING):
        _wait_until(partial(_has_all, receiver, made, path))
    receiver.is_down.set()
    ends_at = time.monotonic() + OUTAGE_S
    while time.monotonic() < ends_at:
        made |= gateway.make_calls(make_call_ids(CALLS_PER_ROUND))
        time.sleep(ROUND_S)
    receiver.is_down.clear()
    afterwards = gateway.make_calls(make_call_ids(CALLS_AFTERWARDS))
    made |= afterwards
    _wait_until(partial(_has_all, receiver, made, SHIPPER))
    for path in (GENERIC_DEFAULT, GENERIC_RETRYING):
        _wait_until(partial(_has_all, receiver, afterwards, path))
    return made


def _has_all(receiver: OutageReceiver, call_ids: set[str], path: str) -> bool:
    return call_ids <= set(receiver.list_call_ids(path))


def _wait_until(is_so: Callable[[], bool]) -> None:
    """Wait, within reason: what has not come by then counts as lost."""
    deadline = time.monotonic() + SETTLING_S
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.1)
