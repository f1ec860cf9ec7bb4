"""
Drains that stop themselves: `python -m tests.integration.llm_gateway.drain_driver STEP [POISON]`.

The process drains the inbox until it is empty, as a worker does. After the STEP-th pause of `drain_in_steps` (0:
never) it sends itself SIGSTOP, and the test sends it SIGKILL. With POISON it kills itself at once, like the kernel
does when memory runs out, when an element that is read contains that text.
"""

import os
import signal
import sys
from collections.abc import Iterator
from typing import Any
from unittest import mock

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posthog.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from posthog.llm_analytics import row_batches  # noqa: E402
from posthog.llm_analytics.gateway_bodies import prepare_event  # noqa: E402
from posthog.llm_analytics.ingestion import Drained, Step, drain_in_steps  # noqa: E402


def main(stop_after: int, poison: str = "") -> None:
    if poison:
        poison_reading(poison)
    for number, step in enumerate(drain_until_empty(), start=1):
        sys.stdout.write(f"{step}\n")
        sys.stdout.flush()
        if number == stop_after:
            os.kill(os.getpid(), signal.SIGSTOP)


def drain_until_empty() -> Iterator[Step]:
    drained = Drained(bodies=1)
    while drained.bodies:
        yield from drain_in_steps(drained, now=timezone.now())


def poison_reading(poison: str) -> None:
    """Let one text be what no process survives."""

    def read_or_die(element: Any, *others: Any) -> Any:
        if poison in repr(element):
            os.kill(os.getpid(), signal.SIGKILL)
        return prepare_event(element, *others)

    mock.patch.object(row_batches, "prepare_event", read_or_die).start()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
