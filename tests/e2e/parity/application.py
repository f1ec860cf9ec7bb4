"""The application under the parity test: a stack as `bin/start` runs it, one team for each source, their rows."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from posthog.llm_usage.token_usage import COUNT_COLUMNS
from tests.e2e.parity.calls import CALLS
from tests.e2e.parity.sources import SOURCES, Source
from tests.e2e.started_stack import Row, StartedStack

DEADLINE_S = 120.0
POLL_S = 0.25
NAMES = frozenset(call.name for call in CALLS)

Measured = Mapping[tuple[str, str], Mapping[str, int | None]]
"""Token columns by source and call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One source's team: a call that two sources report is then two calls, not one that is linked."""

    source: Source
    team_id: int
    token: str


class Application:
    """A running stack and the project of each source."""

    def __init__(self, stack: StartedStack) -> None:
        self._stack = stack
        self.projects = {source.name: self._make_project(source) for source in SOURCES}

    @property
    def url(self) -> str:
        return self._stack.url

    def make_credential(self, project: Project) -> str:
        """A webhook token whose events all belong to the project."""
        arguments = ("--team", str(project.team_id), "--label", "parity")
        return self._stack.manage("create_gateway_credential", *arguments).strip()

    def wait_for_rows(self, sources: Sequence[Source] = SOURCES) -> Measured:
        """
        Wait until every call of these sources is exactly one row.

        Raises:
            AssertionError: They are not all there in time, or one is there twice.
        """
        wanted = {(source.name, call.name) for source in sources for call in source.list_calls(CALLS)}
        deadline = time.monotonic() + DEADLINE_S
        while missing := wanted - (found := self._list_rows()).keys():
            assert time.monotonic() < deadline, f"no rows of {sorted(missing)}"
            time.sleep(POLL_S)
        assert {key: len(rows) for key, rows in found.items()} == dict.fromkeys(wanted, 1)
        return {key: {column: row[column] for column in COUNT_COLUMNS} for key, (row,) in found.items()}

    def _make_project(self, source: Source) -> Project:
        team_id = int(self._stack.manage("create_team", f"Parity {source.name}").split()[0])
        rows = self._stack.query_postgres("SELECT id, api_token FROM posthog_team")
        (token,) = (row["api_token"] for row in rows if row["id"] == team_id)
        return Project(source=source, team_id=team_id, token=token)

    def _list_rows(self) -> Mapping[tuple[str, str], Sequence[Row]]:
        source_of = {project.team_id: name for name, project in self.projects.items()}
        found: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        columns = ", ".join(("team_id", "distinct_id", "end_user", "model", "event", *COUNT_COLUMNS))
        events = "('$ai_generation', '$ai_embedding')"
        for row in self._stack.query_clickhouse(f"SELECT {columns} FROM ai_events FINAL WHERE event IN {events}"):
            found[source_of[row["team_id"]], _find_call(row)].append(row)
        return found


def _find_call(row: Row) -> str:
    """A gateway knows the caller as the end user, an SDK as the person."""
    (name,) = {row["end_user"], row["distinct_id"]} & NAMES or {f"unknown call of {row['distinct_id']}, {row['model']}"}
    return str(name)
