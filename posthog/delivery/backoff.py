"""How long to wait before the next attempt. Pure."""

from datetime import timedelta

FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=6)
DOUBLINGS = 20


def find_delay(attempts: int, *, share: float, retry_after_s: float | None = None) -> timedelta:
    """
    Double with each attempt, up to LONGEST; at random half of it is left out, so that receivers are not hit in waves.

    Args:
        attempts: Made so far, at least 1.
        share: From 0 to 1, at random.
        retry_after_s: What the receiver asked for: at least that long, up to LONGEST.
    """
    whole = min(FIRST * (1 << min(attempts - 1, DOUBLINGS)), LONGEST)
    delay = whole * (0.5 + share / 2)
    asked = timedelta(seconds=min(max(retry_after_s or 0, 0), LONGEST.total_seconds()))
    return max(delay, asked)
