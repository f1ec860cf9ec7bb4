"""
The durable shipper in a real LiteLLM proxy: killed, with a full disk, with the receiver away.

Beside it in the same proxy run two of LiteLLM's own `generic_api` callbacks, so that all see the same calls and the
same outage; how much each lost is printed.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from posthog.llm_gateway.spool import read_records
from posthog.llm_usage.envelope import parse_json
from tests.e2e.outage_receiver import OutageReceiver
from tests.e2e.shipper_gateway import (
    GENERIC_DEFAULT,
    GENERIC_RETRYING,
    SHIPPER,
    ShipperGateway,
    make_call_ids,
)

REPOSITORY = Path(__file__).parents[2]
GATEWAY_PYTHON = Path(os.environ.get("GATEWAY_PYTHON", REPOSITORY / ".local" / "env" / "gateway" / "bin" / "python"))
DEADLINE_S = 90.0


@pytest.fixture(scope="module")
def receiver() -> Iterator[OutageReceiver]:
    with OutageReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, receiver: OutageReceiver) -> Iterator[ShipperGateway]:
    """Running, one for all tests, for it takes long to start."""
    with ShipperGateway(GATEWAY_PYTHON, tmp_path_factory.mktemp("gateway"), receiver) as gateway:
        gateway.start()
        yield gateway


def wait_until(is_so: Callable[[], bool], gateway: ShipperGateway) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline, gateway.log[-3000:]
        time.sleep(0.05)


def list_spooled(gateway: ShipperGateway) -> list[str]:
    """The calls whose events lie whole in the spool."""
    records = [
        record
        for segment in gateway.spool.glob("lane-*/*.seg")
        for record in read_records(segment.read_bytes()).records
    ]
    return [parse_json(record.body)["litellm_call_id"] for record in records]


def list_delivered(receiver: OutageReceiver, sent: Iterable[str], path: str = SHIPPER) -> list[dict[str, Any]]:
    """The events of these calls that the receiver acknowledged."""
    wanted = set(sent)
    return [payload for payload in list(receiver.payloads[path]) if payload["litellm_call_id"] in wanted]


def has_all(receiver: OutageReceiver, sent: Iterable[str], path: str = SHIPPER) -> bool:
    sent = set(sent)
    return {payload["litellm_call_id"] for payload in list_delivered(receiver, sent, path)} == sent


def list_sequences(receiver: OutageReceiver, sent: Iterable[str]) -> list[int]:
    return sorted(payload["posthog_shipper"]["sequence"] for payload in list_delivered(receiver, sent))


def is_gapless(sequences: list[int]) -> bool:
    return sequences == list(range(sequences[0], sequences[0] + len(sequences)))


def test_killed_proxy_loses_nothing_that_was_spooled(gateway: ShipperGateway, receiver: OutageReceiver) -> None:
    """`kill -9` in the middle of traffic and of an outage: the restarted proxy sends every spooled event."""
    receiver.is_down.set()
    sent, later, answered = make_call_ids(200), make_call_ids(10), set[str]()
    traffic = Thread(target=lambda: answered.update(gateway.make_calls(sent, at_once=8)))
    traffic.start()
    wait_until(lambda: len(list_spooled(gateway)) >= 40, gateway)
    gateway.kill()
    traffic.join()
    spooled = set(list_spooled(gateway))
    gateway.start()
    assert gateway.make_calls(later) == set(later)
    receiver.is_down.clear()
    wait_until(lambda: has_all(receiver, later), gateway)
    delivered = set(receiver.list_call_ids(SHIPPER))
    lost = answered - delivered
    sys.stdout.write(f"killed: {len(answered)} answered, {len(spooled)} spooled, {len(lost)} lost in memory\n")
    assert 40 <= len(spooled) < len(sent)
    assert spooled <= delivered
    assert delivered <= {*sent, *later}
    assert len({payload["posthog_shipper"]["id"] for payload in receiver.payloads[SHIPPER]}) == 1
    sequences = list_sequences(receiver, [*sent, *later])
    assert len(sequences) == len(set(sequences))


def test_full_disk_neither_breaks_calls_nor_loses_events(gateway: ShipperGateway, receiver: OutageReceiver) -> None:
    """
    While no file can grow calls are answered and events wait; afterwards all are sent, without a hole.

    What was sent just before may be sent again: that it arrived cannot be written down on a full disk.
    """
    before, during, after = make_call_ids(10), make_call_ids(20), make_call_ids(10)
    sent = [*before, *during, *after]
    assert gateway.make_calls(before) == set(before)
    wait_until(lambda: has_all(receiver, before), gateway)
    with gateway.full_disk():
        assert gateway.make_calls(during) == set(during)
        wait_until(lambda: "posthog_shipper disk_refused" in gateway.log, gateway)
    assert gateway.make_calls(after) == set(after)
    wait_until(lambda: has_all(receiver, sent), gateway)
    sequences = sorted(set(list_sequences(receiver, sent)))
    assert len(sequences) == len(sent)
    assert is_gapless(sequences)


def test_outage_costs_the_shipper_nothing(gateway: ShipperGateway, receiver: OutageReceiver) -> None:
    """The receiver away for a few tries: LiteLLM's own callback loses events by default, the shipper none."""
    first, second, after = make_call_ids(15), make_call_ids(15), make_call_ids(10)
    sent = [*first, *second, *after]
    receiver.is_down.set()
    for calls in (first, second):
        dropped = receiver.dropped.copy()
        assert gateway.make_calls(calls) == set(calls)
        for path in (SHIPPER, GENERIC_DEFAULT):
            wait_until(partial(was_dropped_since, receiver, path, dropped), gateway)
    receiver.is_down.clear()
    assert gateway.make_calls(after) == set(after)
    for path, calls in ((SHIPPER, sent), (GENERIC_RETRYING, sent), (GENERIC_DEFAULT, after)):
        wait_until(partial(has_all, receiver, calls, path), gateway)
    paths = (SHIPPER, GENERIC_DEFAULT, GENERIC_RETRYING)
    lost = {path: len(set(sent) - set(receiver.list_call_ids(path))) for path in paths}
    sys.stdout.write(f"outage: events lost of {len(sent)}: {lost}\n")
    assert lost[SHIPPER] == 0
    assert lost[GENERIC_DEFAULT] > 0
    assert is_gapless(list_sequences(receiver, sent))


def was_dropped_since(receiver: OutageReceiver, path: str, dropped: Counter[str]) -> bool:
    return receiver.dropped[path] > dropped[path]


def test_missing_setting_stops_the_start_with_its_name() -> None:
    """A proxy that would ship nowhere says so at once, in one sentence."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    command = [str(GATEWAY_PYTHON), "-c", "import posthog.llm_gateway.shipper"]
    ended = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "InvalidSetting: POSTHOG_GATEWAY_URL: expected an http or https URL, got nothing" in ended.stderr
