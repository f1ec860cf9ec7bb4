"""ClickHouse settings of one statement, taken back after it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from clickhouse_driver.errors import ErrorCodes

from posthog.clickhouse.embedded.engine import EngineSession, quote, quote_name
from posthog.clickhouse.embedded.errors import ServerError

PARAMETER = "param_"
MARK = "log_comment"


class SessionSettings:
    """What the settings were before a statement brought its own."""

    def __init__(self, session: EngineSession) -> None:
        self._session = session
        self._values: dict[str, str | None] = {}

    @contextmanager
    def applied(self, settings: Mapping[str, tuple[str, bool]]) -> Iterator[None]:
        """
        Hold the settings while the body runs.

        Args:
            settings: name → (value, whether an unknown name is an error).
        Raises:
            ServerError: A name is unknown and important, or a value is none of its setting's.
        """
        known = {name: value for name, (value, is_important) in settings.items() if self._is_known(name, is_important)}
        if MARK in known:
            known[MARK] = f"{self._session.mark} {known[MARK]}"
        try:
            self._set({name: quote(value) for name, value in known.items()})
            yield
        finally:
            self._set({name: self._before(name) for name in known})

    def forget(self) -> None:
        """The client may have changed settings of its session: look again when they are needed."""
        self._values.clear()
        self._session.set_mark()

    def _is_known(self, name: str, is_important: bool) -> bool:
        if name.startswith(PARAMETER):
            return False
        if name not in self._values:
            self._look_up(name)
        if name in self._values:
            return True
        if is_important:
            raise ServerError(ErrorCodes.UNKNOWN_SETTING, f"DB::Exception: Unknown setting '{name}'.")
        return False

    def _look_up(self, name: str) -> None:
        query = f"SELECT changed, value FROM system.settings WHERE name = {quote(name)}"
        answer = self._session.run(query, "TabSeparatedRaw").decode()
        if answer:
            changed, _, value = answer.removesuffix("\n").partition("\t")
            self._values[name] = value if changed == "1" else None

    def _before(self, name: str) -> str:
        value = self._values[name]
        return "DEFAULT" if value is None else quote(value)

    def _set(self, values: Mapping[str, str]) -> None:
        if values:
            self._session.run("SET " + ", ".join(f"{quote_name(name)} = {value}" for name, value in values.items()))
