"""The spool folder of a gateway: lanes of its processes, found, made, adopted and measured."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from posthog.llm_gateway.lanes import PREFIX, Lane
from posthog.llm_gateway.segments import SUFFIX, sync_folder


class SpoolSize(NamedTuple):
    """Bytes of everything, dead letters included; how many segments."""

    bytes: int
    segments: int


class SpoolFolder:
    """
    Shared by all processes of a gateway; on one machine, for locks are the kernel's.

    Raises:
        OSError: From every method: the file system refused.
    """

    def __init__(self, path: Path, *, make_id: Callable[[], str]) -> None:
        self.path = path
        self._make_id = make_id

    def create(self) -> None:
        """Make the folder, for its owner only: prompts and answers lie in it."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def open_lane(self) -> Lane:
        """The first lane that nobody holds, with its backlog; a new one where all are held."""
        self.create()
        for folder in self._list_lanes():
            if lane := Lane.try_open(folder):
                return lane
        while True:
            folder = self.path / f"{PREFIX}{self._make_id()}"
            folder.mkdir(mode=0o700)
            sync_folder(self.path)
            if lane := Lane.try_open(folder):
                return lane

    def adopt_orphans(self) -> Iterator[Lane]:
        """Lanes that nobody holds and that have segments; the caller closes them."""
        for folder in self._list_lanes():
            if _measure_folder(folder).segments and (lane := Lane.try_open(folder)):
                yield lane

    def measure(self) -> SpoolSize:
        """The size of all lanes together."""
        folders = [_measure_folder(folder) for folder in self._list_lanes()]
        return SpoolSize(sum(size.bytes for size in folders), sum(size.segments for size in folders))

    def _list_lanes(self) -> list[Path]:
        with os.scandir(self.path) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.name.startswith(PREFIX) and entry.is_dir())


def _measure_folder(folder: Path) -> SpoolSize:
    total_bytes, segments = 0, 0
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # sent and deleted meanwhile
                total_bytes += entry.stat(follow_symlinks=False).st_size
                segments += entry.name.endswith(SUFFIX)
    return SpoolSize(total_bytes, segments)
