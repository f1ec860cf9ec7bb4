"""
How much memory the programs of a running stack use, sampled until the end of a block.

Of each process its resident set, what is shared included: the most that it can be charged with. Of a program the sum
of its processes' proportional sets, in which what they share counts once.
"""

import contextlib
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from tests.chaos.killer import find_program

EVERY_S = 0.25
KIB = 1024


class MemoryWatch:
    """
    The peaks so far, in bytes.

    Attributes:
        process_peaks: Program → resident set of its largest process.
        program_peaks: Program → all its processes together.
    """

    def __init__(self, records: Path, programs: Iterable[str]) -> None:
        self.process_peaks: defaultdict[str, int] = defaultdict(int)
        self.program_peaks: defaultdict[str, int] = defaultdict(int)
        self._records = records
        self._programs = tuple(programs)

    def sample(self) -> None:
        """Look once; a process that ends meanwhile is left out."""
        for program in self._programs:
            if (leader := find_program(self._records, program)) is None:
                continue
            with contextlib.suppress(psutil.NoSuchProcess):
                sizes = [measure(process.pid) for process in [leader, *leader.children(recursive=True)]]
                self._raise(self.process_peaks, program, max(resident for resident, _ in sizes))
                self._raise(self.program_peaks, program, sum(proportional for _, proportional in sizes))

    @staticmethod
    def _raise(peaks: defaultdict[str, int], program: str, size: int) -> None:
        peaks[program] = max(peaks[program], size)


def measure(pid: int) -> tuple[int, int]:
    """Resident and proportional set in bytes; zeros for a process that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0
    sizes = {line.split(":")[0]: int(line.split()[1]) * KIB for line in lines if line.endswith(" kB")}
    return sizes.get("Rss", 0), sizes.get("Pss", 0)


@contextlib.contextmanager
def watched_memory(records: Path, *programs: str) -> Iterator[MemoryWatch]:
    """Sample the programs until the end of the block."""
    watch, is_over = MemoryWatch(records, programs), threading.Event()

    def sample_until_over() -> None:
        while not is_over.wait(EVERY_S):
            watch.sample()

    sampler = threading.Thread(target=sample_until_over, daemon=True)
    sampler.start()
    try:
        yield watch
    finally:
        is_over.set()
        sampler.join()
