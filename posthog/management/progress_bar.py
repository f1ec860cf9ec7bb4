"""A progress bar on stderr: one line that moves on a terminal, a line each tenth anywhere else."""

from dataclasses import dataclass
from typing import Protocol

WIDTH_CHARS = 30


class Stream(Protocol):
    """What of a text stream is used."""

    def write(self, text: str, /) -> object: ...
    def isatty(self) -> bool: ...


@dataclass(slots=True)
class ProgressBar:
    """
    Args:
        total: How many there are in all; more may come to light on the way.
        unit: What is counted, in the plural.
    """

    stream: Stream
    total: int
    unit: str
    done: int = 0
    _shown_tenths: int = -1

    def advance(self, count: int, note: str = "") -> None:
        """Show that so many more are done."""
        self.done += count
        share = min(self.done / self.total, 1.0) if self.total else 1.0
        text = f"{share:4.0%} {self.done:,} of {max(self.total, self.done):,} {self.unit}{note}"
        if self.stream.isatty():
            filled = round(share * WIDTH_CHARS)
            self.stream.write(f"\r[{'█' * filled}{' ' * (WIDTH_CHARS - filled)}] {text}\x1b[K")
        elif int(share * 10) > self._shown_tenths:
            self._shown_tenths = int(share * 10)
            self.stream.write(f"{text}\n")

    def close(self) -> None:
        """Leave the bar's line."""
        if self.stream.isatty():
            self.stream.write("\n")
