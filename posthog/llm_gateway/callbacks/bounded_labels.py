"""Label values with a bound: a name that clients choose must not make as many time series as they like."""

OTHER = "other"
UNKNOWN = "unknown"
MAX_CHARACTERS = 120


class BoundedLabel:
    """The first `max_values` names are themselves; each further one is `other`. Remembers for the process's life."""

    def __init__(self, max_values: int) -> None:
        self._max_values = max_values
        self._known: set[str] = set()

    def bound(self, name: str | None) -> str:
        """The label's value; `unknown` where there is no name."""
        if name is None:
            return UNKNOWN
        shortened = name[:MAX_CHARACTERS]
        if shortened not in self._known:
            if len(self._known) >= self._max_values:
                return OTHER
            self._known.add(shortened)
        return shortened
