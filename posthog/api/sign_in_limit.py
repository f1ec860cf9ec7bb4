"""
How many wrong passwords are borne: few for one address from one place, more from one place in all.

Counted in the cache, for a window that starts with the first failure. While the cache is away nobody can
sign in with a password: unlimited guesses would be worse.
"""

from dataclasses import dataclass
from typing import Final

from django.core.cache import cache

from posthog.models.token_hash import hash_token

WINDOW_S: Final = 15 * 60
FAILURES_PER_EMAIL_AND_ADDRESS: Final = 5
FAILURES_PER_EMAIL: Final = 50
FAILURES_PER_ADDRESS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLimit:
    """The failures of one e-mail address from one network address."""

    email: str
    address: str

    def is_reached(self) -> bool:
        """True when another attempt may not even be checked."""
        counts = cache.get_many(list(self._limits))
        return any(counts.get(key, 0) >= limit for key, limit in self._limits.items())

    def count_failure(self) -> None:
        for key in self._limits:
            cache.add(key, 0, timeout=WINDOW_S)
            _increment(key)

    def forget(self) -> None:
        """Forget the failures of this address from here, after it signed in."""
        cache.delete(next(iter(self._limits)))

    @property
    def _limits(self) -> dict[str, int]:
        email, address = hash_token(self.email.lower())[:32], hash_token(self.address)[:32]
        return {
            f"sign_in_failures:{email}:{address}": FAILURES_PER_EMAIL_AND_ADDRESS,
            f"sign_in_failures:email:{email}": FAILURES_PER_EMAIL,
            f"sign_in_failures:address:{address}": FAILURES_PER_ADDRESS,
        }


def _increment(key: str) -> None:
    try:
        cache.incr(key)
    except ValueError:  # it ran out between the two calls
        cache.set(key, 1, timeout=WINDOW_S)
