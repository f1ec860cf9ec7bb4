"""Several processes in one spool folder, killed for good."""

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.outage_receiver import OutageReceiver
from tests.unit.llm_gateway.fakes import read_spool, remove_marks

REPOSITORY = Path(__file__).parents[2]
DEADLINE_S = 60.0


@contextmanager
def running_process(
    folder: Path, receiver: OutageReceiver, *, events: int, name: str
) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        sys.executable,
        "-m",
        "tests.e2e.run_shipper_process",
        receiver.url("/"),
        str(folder),
        str(events),
        name,
    ]
    with subprocess.Popen(command, cwd=REPOSITORY) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline, "not within the deadline"
        time.sleep(0.02)


def list_spooled(folder: Path) -> set[str]:
    return {json.loads(record.body)["litellm_call_id"] for record in read_spool(folder)}


def test_one_process_sends_what_three_killed_ones_left(tmp_path: Path) -> None:
    """Each wrote into a lane of its own; whoever comes next takes one over and empties the others."""
    with OutageReceiver() as receiver:
        receiver.is_down.set()
        with (
            running_process(tmp_path, receiver, events=10_000, name="a"),
            running_process(tmp_path, receiver, events=10_000, name="b"),
            running_process(tmp_path, receiver, events=10_000, name="c"),
        ):
            wait_until(lambda: {name[0] for name in list_spooled(tmp_path)} == {"a", "b", "c"})
        spooled = list_spooled(tmp_path)
        receiver.is_down.clear()
        with running_process(tmp_path, receiver, events=0, name="next"):
            wait_until(lambda: spooled <= set(receiver.list_call_ids("/")))
            wait_until(lambda: not list_spooled(tmp_path))
    remove_marks(tmp_path)
    sequences = defaultdict[str, set[int]](set)
    for event in receiver.payloads["/"]:
        sequences[event["posthog_shipper"]["id"]].add(event["posthog_shipper"]["sequence"])
    assert len(sequences) == 3
    assert sum(map(len, sequences.values())) == len(set(receiver.list_call_ids("/")))
    assert all(numbers == set(range(1, len(numbers) + 1)) for numbers in sequences.values())
