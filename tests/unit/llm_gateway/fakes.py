"""The shipper's surroundings under a test's control: time, the receiver, and a limit on files."""

import json
import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from posthog.llm_gateway.answers import Answer
from posthog.llm_gateway.assembly import build_works
from posthog.llm_gateway.counters import CounterName
from posthog.llm_gateway.engine import Works
from posthog.llm_gateway.instruments import Instruments
from posthog.llm_gateway.lanes import PREFIX
from posthog.llm_gateway.loud_log import LoudLog
from posthog.llm_gateway.sequence_mark import TMPFS
from posthog.llm_gateway.settings import ShipperSettings, read_settings
from posthog.llm_gateway.spool import Record, read_records
from posthog.llm_gateway.transport import Post

STARTED_AT = 1_795_473_656.0


@dataclass
class FakeTime:
    """Both clocks; they move when they are told to."""

    seconds: float = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def clock(self) -> float:
        return STARTED_AT + self.seconds - 1000.0


@dataclass
class FakeReceiver:
    """
    A `Post` that keeps what it acknowledged.

    Attributes:
        decide: Body's events → status; None: no answer.
        bodies: The events of each request, acknowledged or not.
    """

    decide: Callable[[list[dict[str, Any]]], int | None] = lambda events: 202
    retry_after_s: float | None = None
    bodies: list[list[dict[str, Any]]] = field(default_factory=list)
    stored: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, lines: Sequence[bytes]) -> Answer:
        events = [json.loads(line) for line in lines]
        self.bodies.append(events)
        status = self.decide(events)
        if status == 202:
            self.stored += events
        return Answer(status, "fake", self.retry_after_s)

    @property
    def stored_names(self) -> list[str]:
        return [event["id"] for event in self.stored]


def make_settings(folder: Path, **variables: str) -> ShipperSettings:
    """Settings of a spool in `folder`; variables by their name without `POSTHOG_`."""
    environment = {
        "POSTHOG_GATEWAY_URL": "http://127.0.0.1:9/webhook",
        "POSTHOG_GATEWAY_TOKEN": "phg_example",
        "POSTHOG_SPOOL_DIR": str(folder),
    }
    return read_settings(environment | {f"POSTHOG_{name}": value for name, value in variables.items()})


class Shipper:
    """
    The works of one process without its threads: a test takes each step itself.

    Args:
        post: Where its requests go; by default to a `receiver` that takes everything.
    """

    def __init__(self, folder: Path, post: Post | None = None, **variables: str) -> None:
        self.time = FakeTime()
        self.receiver = post if isinstance(post, FakeReceiver) else FakeReceiver()
        instruments = Instruments(
            log=LoudLog(monotonic=self.time.monotonic), clock=self.time.clock, monotonic=self.time.monotonic
        )
        settings = make_settings(folder, **variables)
        self.works: Works = build_works(settings, post=post or self.receiver, instruments=instruments)

    def offer(self, *names: str, **fields: Any) -> None:
        for name in names:
            self.works.intake.offer({"id": name, **fields})

    def write(self, *, after_s: float = 0.0) -> float:
        self.time.seconds += after_s
        return self.works.writer.step()

    def seal(self) -> None:
        """Let the open segment grow old."""
        self.write()
        self.write(after_s=10.0)

    def send(self, *, after_s: float = 0.0) -> float:
        """Send until there is nothing more to send now; the wait that the sender asks for."""
        self.time.seconds += after_s
        while not (wait_s := self.works.sender.step()):
            pass
        return wait_s

    def count(self, name: CounterName) -> int:
        return self.works.instruments.counters.read()[name]

    def die(self) -> None:
        """What the end of the process does: locks go, nothing is written."""
        self.works.sender.close()
        if (lane := self.works.writer.lane) is not None:
            lane.close()


def read_spool(folder: Path) -> list[Record]:
    """Every whole record of every lane, by sequence."""
    records = [
        record for path in sorted(folder.glob("lane-*/*.seg")) for record in read_records(path.read_bytes()).records
    ]
    return sorted(records, key=lambda record: record.sequence)


def remove_marks(folder: Path) -> None:
    """The marks of the lanes below a folder lie in memory that outlives the process: leave none behind."""
    for lane in folder.rglob(f"{PREFIX}*"):
        TMPFS.joinpath(f"posthog-shipper-{lane.name.removeprefix(PREFIX)}").unlink(missing_ok=True)


@contextmanager
def file_size_limit(limit_bytes: int) -> Iterator[None]:
    """The kernel refuses to let this process's files grow past the limit: for the writer a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
