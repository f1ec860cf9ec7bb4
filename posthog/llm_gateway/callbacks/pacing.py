"""
How a thread of the callbacks shares the interpreter with the proxy's event loop.

Python takes the interpreter from a busy thread only after 5 ms. A thread that reads one call after the other would
let the loop, and every model call in it, wait that long each time; one that sleeps a moment after each call lets it
in after less than one.
"""

import time

PAUSE_S = 0.0002
"""Long enough for a waiting thread to wake up, which `sleep(0)` is not."""


def let_others_run() -> None:
    """Give the interpreter away, to whoever waits for it."""
    time.sleep(PAUSE_S)
