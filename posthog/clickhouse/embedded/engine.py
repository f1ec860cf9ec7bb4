"""
chDB: one engine for the process, one session of it for each client.

Sessions run in parallel and release the GIL while they work. A session serves one statement at a time and
cannot cancel its own, so the engine's control session kills it, found by the `log_comment` that marks it.
"""

import fcntl
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from chdb import ChdbError
from chdb.state.sqlitelike import Connection, connect
from clickhouse_driver.errors import ErrorCodes

from posthog.clickhouse.embedded.errors import EngineError, StartError, parse_engine_error

Progress = Mapping[str, int]
NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})
STATUS_FILE = "status"
"""ClickHouse holds a lock on it while it has the directory open."""


def quote(text: str) -> str:
    """A string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def quote_name(name: str) -> str:
    """An identifier."""
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


@contextmanager
def _engine_errors() -> Iterator[None]:
    try:
        yield
    except (ChdbError, RuntimeError) as error:
        raise parse_engine_error(str(error)) from error
    except MemoryError as error:
        message = "DB::Exception: Memory limit exceeded: the allocation failed. (MEMORY_LIMIT_EXCEEDED)"
        raise EngineError(ErrorCodes.MEMORY_LIMIT_EXCEEDED, message) from error


class Engine:
    """
    The opened data directory.

    Args:
        max_memory_bytes: What the engine as a whole may use; a query that would pass it fails.
    Raises:
        StartError: The directory cannot be opened.
    """

    def __init__(self, data_dir: Path, *, max_memory_bytes: int) -> None:
        _require_unused(data_dir)
        self.data_dir = data_dir
        self._address = f"{data_dir}?max_server_memory_usage={max_memory_bytes}"
        self._control_lock = threading.Lock()
        self._session_count = 0
        try:
            self._control = EngineSession(connect(self._address), mark="embedded control")
        except RuntimeError as error:
            raise StartError(f"The data directory {data_dir} cannot be opened: {error}") from error
        major, minor, patch, *_ = self._ask("SELECT version()").split(".")
        self.version = int(major), int(minor), int(patch)
        self.timezone = self._ask("SELECT timezone()")

    def open_session(self) -> "EngineSession":
        """A session that nothing else uses; its owner closes it."""
        with self._control_lock, _engine_errors():
            self._session_count += 1
            return EngineSession(connect(self._address), mark=f"embedded client {self._session_count}")

    def kill(self, session: "EngineSession") -> None:
        """Ask the session's statement to stop; it then fails with QUERY_WAS_CANCELLED."""
        comment = "Settings['log_comment']"
        mark = quote(session.mark)
        self._ask(
            f"KILL QUERY WHERE {comment} = {mark} OR startsWith({comment}, concat({mark}, ' ')) ASYNC FORMAT Null"
        )

    def close(self) -> None:
        """Close the directory; every session was closed before."""
        self._control.close()

    def _ask(self, statement: str) -> str:
        """The one value that a statement of this code yields."""
        with self._control_lock:
            return self._control.run(statement, "TabSeparatedRaw").decode().rstrip("\n")


def _require_unused(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with open(data_dir / STATUS_FILE, "ab") as status:
            fcntl.flock(status, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StartError(
            f"The data directory {data_dir} is open in another process: stop that process, or give another directory."
        ) from None
    except OSError as error:
        raise StartError(f"The data directory {data_dir} cannot be opened: {error.strerror}.") from error


class EngineSession:
    """
    Runs statements; current database, settings and temporary tables are its own.

    Args:
        mark: Tells its statements from those of the other sessions.
    """

    def __init__(self, connection: Connection, mark: str) -> None:
        self._connection = connection
        self.mark = mark
        self.set_mark()

    def set_mark(self) -> None:
        """Mark what runs from here on, so that it can be killed."""
        self.run(f"SET log_comment = {quote(self.mark)}")

    def run(
        self, statement: str, output_format: str = "Native", parameters: Mapping[str, str] = NO_PARAMETERS
    ) -> bytes:
        """Run one statement to its end; returns the result in one piece."""
        with _engine_errors():
            result: bytes = self._connection.query(statement, output_format, dict(parameters)).bytes()
            return result

    def stream(self, query: str, parameters: Mapping[str, str]) -> Generator[tuple[bytes, int]]:
        """
        Run a query; yields its result block by block, with the rows of each: one or more.

        Raises:
            NotStreamed: It is another statement, and was not run.
        """
        with _engine_errors(), self._connection.send_query(query, "Native", dict(parameters)) as result:
            for chunk in result:
                yield chunk.bytes(), int(chunk.rows_read())

    def report_progress(self, callback: Callable[[Progress], None] | None) -> None:
        """Have the callback called, in the thread that waits for the result, as work advances."""
        self._connection.set_progress_callback(callback)

    def close(self) -> None:
        """Close the session."""
        self._connection.close()
