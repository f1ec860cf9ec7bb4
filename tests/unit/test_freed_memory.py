"""What was freed between pieces that are in use goes back to the system."""

import psutil

from posthog.freed_memory import give_back_freed_memory

PIECE_BYTES, PIECES = 64 * 1024, 3_000


def test_memory_between_pieces_in_use_is_given_back() -> None:
    """The C library by itself keeps it: of 190 MB most are still the process's after they were freed."""
    pieces = [(b"x" * PIECE_BYTES, b"x" * 5_000) for _ in range(PIECES)]
    used = [small for _, small in pieces]
    del pieces
    kept = psutil.Process().memory_info().rss
    give_back_freed_memory()
    assert kept - psutil.Process().memory_info().rss > PIECES * PIECE_BYTES / 2
    assert len(used) == PIECES
