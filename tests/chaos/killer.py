"""Kills the programs of a running stack with SIGKILL, at moments and in ways that follow from a seed."""

import contextlib
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import psutil

from stack.leftovers import find_start_ticks

PROGRAMS = ("web", "worker", "beat", "redis", "postgres", "clickhouse")
POLL_S = 0.02

Way = Literal["alone", "with children", "one child"]


@dataclass(frozen=True, slots=True, order=True)
class Kill:
    """
    Whom to kill, `at_s` seconds after the start, or as soon as it runs again.

    Attributes:
        way: The program's first process alone, whose children must notice by themselves; all its processes at once;
            or one of its children, as the kernel does when memory runs out.
    """

    at_s: float
    program: str
    way: Way


@dataclass(slots=True)
class Killed:
    """How often each program was killed; `children` counts those of which one child was."""

    programs: Counter[str] = field(default_factory=Counter)
    children: Counter[str] = field(default_factory=Counter)


def plan_kills(count: int, *, child_kills: int, seed: int, spread_s: float) -> list[Kill]:
    """`count` kills of whole programs, each program as often as the others, and as many more of single children."""
    chance = random.Random(seed)
    turns = [PROGRAMS[number % len(PROGRAMS)] for number in range(count)]
    chance.shuffle(turns)
    moments = sorted(chance.uniform(0, spread_s) for _ in turns)
    ways: Sequence[Way] = ("alone", "with children", "with children")
    kills = [Kill(at_s, program, chance.choice(ways)) for at_s, program in zip(moments, turns, strict=True)]
    with_children = ("web", "worker", "postgres")
    kills += [Kill(chance.uniform(0, spread_s), chance.choice(with_children), "one child") for _ in range(child_kills)]
    return sorted(kills)


class Killer(threading.Thread):
    """
    Carries out the kills, one after the other.

    Args:
        records: The folder where the stack's supervisor writes down whom it started.
    """

    def __init__(self, records: Path, kills: Sequence[Kill], gives_up: threading.Event) -> None:
        super().__init__(daemon=True)
        self.killed = Killed()
        self._records = records
        self._kills = kills
        self._gives_up = gives_up
        self._chance = random.Random(len(kills))

    def run(self) -> None:
        started_at = time.monotonic()
        for kill in self._kills:
            self._gives_up.wait(max(0.0, started_at + kill.at_s - time.monotonic()))
            while not self._gives_up.is_set() and not self._carry_out(kill):
                time.sleep(POLL_S)

    def _carry_out(self, kill: Kill) -> bool:
        """Whether there was somebody to kill; a supervised program that is down is up again in a moment."""
        leader = find_program(self._records, kill.program)
        if leader is None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            children = leader.children(recursive=True)
            if kill.way == "one child":
                if not children:
                    return False
                self._chance.choice(children).send_signal(signal.SIGKILL)
                self.killed.children[kill.program] += 1
                return True
            for process in [leader, *(children if kill.way == "with children" else ())]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGKILL)
            self.killed.programs[kill.program] += 1
            return True
        return False


def find_program(records: Path, name: str) -> psutil.Process | None:
    """The running program's first process; None while it is down."""
    with contextlib.suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
        pid, started_ticks = map(int, (records / f"{name}.pid").read_text().split())
        return psutil.Process(pid) if find_start_ticks(pid) == started_ticks else None
    return None
