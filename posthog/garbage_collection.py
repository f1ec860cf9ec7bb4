"""
How often Python looks for cycles of references.

A body of a hundred calls becomes 70,000 objects, none of them in a cycle and all gone in a moment; to look through them
at every 700th, as Python does by itself, took an eighth of a drain's time (measured).
"""

import gc

ALLOCATIONS = 50_000


def look_seldom() -> None:
    """Look only after many allocations; what is loaded by now stays as long as the process and is not looked at."""
    gc.freeze()
    gc.set_threshold(ALLOCATIONS)
