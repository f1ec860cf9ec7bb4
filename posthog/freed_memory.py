"""What was freed and is kept by the C library all the same."""

import ctypes
from collections.abc import Callable

_trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""glibc's; None in another C library."""


def give_back_freed_memory() -> None:
    """
    Give memory that was freed back to the system, where it lies between pieces that are in use, too.

    glibc keeps it for pieces of the same size: those that an event of 100 MB was joined of stay with the process as
    long as the event itself is read, and make it a fifth larger (measured). Takes some milliseconds.
    """
    if _trim is not None:
        _trim(0)
