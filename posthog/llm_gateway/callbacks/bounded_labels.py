"""
Label values with a bound: a name that clients choose must not make as many time series as they like.

Anyone with a key can ask for models that do not exist. Such calls fail, so names that no answered call bore fill half
of the bound at most: models that work keep their names.
"""

OTHER = "other"
UNKNOWN = "unknown"
MAX_CHARACTERS = 120


class BoundedLabel:
    """The first `max_values` names are themselves; each further one is `other`. Remembers for the process's life."""

    def __init__(self, max_values: int) -> None:
        self._max_values = max_values
        self._answered: set[str] = set()
        self._unanswered: set[str] = set()

    def bound(self, name: str | None, *, is_answered: bool = True) -> str:
        """The label's value; `unknown` where there is no name."""
        if name is None:
            return UNKNOWN
        # A lone surrogate is no UTF-8: one such name would break every scrape from then on.
        shortened = name[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
        if shortened in self._answered or (shortened in self._unanswered and not is_answered):
            return shortened
        return shortened if self._admit(shortened, is_answered=is_answered) else OTHER

    def _admit(self, name: str, *, is_answered: bool) -> bool:
        """A name that first failed and now works moves, and keeps its series."""
        if is_answered and name in self._unanswered:
            self._unanswered.remove(name)
            self._answered.add(name)
            return True
        has_room = len(self._answered) + len(self._unanswered) < self._max_values
        if is_answered and has_room:
            self._answered.add(name)
            return True
        if has_room and len(self._unanswered) < self._max_values // 2:
            self._unanswered.add(name)
            return True
        return False
