"""A supervisor with real servers in a temporary folder, driven from outside as a terminal would."""

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = Path(__file__).with_name("run_stores.py")
START_TIMEOUT_S = 60
END_TIMEOUT_S = 30


class RunningStores:
    """One run of run_stores.py; its standard error is kept in a file."""

    def __init__(self, instance: Path) -> None:
        self.instance = instance
        self._errors = instance.parent / "stderr.txt"
        with open(self._errors, "w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, str(SCRIPT), str(ROOT), str(instance)],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self.stderr()
        self.addresses: dict[str, str] = json.loads(line)

    def stderr(self) -> str:
        """What it told the terminal so far."""
        return self._errors.read_text()

    def list_descendants(self) -> list[psutil.Process]:
        """Every process below it."""
        return psutil.Process(self._process.pid).children(recursive=True)

    def find_child(self, name: str) -> psutil.Process:
        """The recorded child of that name."""
        return psutil.Process(int((self.instance / "run" / f"{name}.pid").read_text().split()[0]))

    def send(self, number: signal.Signals) -> int:
        """Send a signal and wait for the supervisor's end: its exit code."""
        self._process.send_signal(number)
        return self._process.wait(END_TIMEOUT_S)

    def close(self) -> None:
        """End what a failed test left running."""
        if self._process.poll() is None:
            self.send(signal.SIGTERM)
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextlib.contextmanager
def running_stores(instance: Path) -> Iterator[RunningStores]:
    """Start the servers and have them ended whatever happens."""
    stores = RunningStores(instance)
    try:
        yield stores
    finally:
        stores.close()


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """Where the servers keep their data."""
    return tmp_path / "instance"
