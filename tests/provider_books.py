"""
The providers' usage and cost APIs in small, over real HTTP: their documented bodies, bounds, pages and refusals.

What it holds is what the fixtures in `tests/fixtures/provider_books/` say, or what a test puts in their place.
"""

import json
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.local_server import LocalServer, answer_with

FIXTURES = Path(__file__).parent / "fixtures" / "provider_books"
KEY = "sk-admin-1234567890"
MOST_BUCKETS = 31

OPENAI_COMPLETIONS = "/v1/organization/usage/completions"
OPENAI_EMBEDDINGS = "/v1/organization/usage/embeddings"
OPENAI_COSTS = "/v1/organization/costs"
ANTHROPIC_USAGE = "/v1/organizations/usage_report/messages"
ANTHROPIC_COSTS = "/v1/organizations/cost_report"
OPENROUTER_ACTIVITY = "/api/v1/activity"

FILES = {
    OPENAI_COMPLETIONS: "openai_completions",
    OPENAI_EMBEDDINGS: "openai_embeddings",
    OPENAI_COSTS: "openai_costs",
    ANTHROPIC_USAGE: "anthropic_usage",
    ANTHROPIC_COSTS: "anthropic_costs",
    OPENROUTER_ACTIVITY: "openrouter_activity",
}
GROUPS = {
    OPENAI_COMPLETIONS: ("group_by", "model"),
    OPENAI_EMBEDDINGS: ("group_by", "model"),
    OPENAI_COSTS: ("group_by", "line_item"),
    ANTHROPIC_USAGE: ("group_by[]", "model"),
    ANTHROPIC_COSTS: ("group_by[]", "description"),
}

Parameters = dict[str, str]


def load_fixture(name: str) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads((FIXTURES / f"{name}.json").read_text())
    return content


@dataclass
class BooksApi:
    """
    Attributes:
        reports: Path → buckets, or OpenRouter's items.
        page_buckets: Buckets of a page, where the client asks for more.
        failures: Answers to give first: a status line, headers and a body.
        asked: Path and parameters of each request, in order.
    """

    reports: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {path: load_fixture(name) for path, name in FILES.items()}
    )
    page_buckets: int = MOST_BUCKETS
    failures: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[tuple[str, Parameters]] = field(default_factory=list)

    def serve(self) -> LocalServer:
        """A server that answers for these books once entered."""
        return LocalServer(answers=[self._answer])

    def _answer(self, connection: socket.socket, request: bytes) -> None:
        head = request.decode().split("\r\n")
        target = head[0].split(" ")[1]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
        path, parameters = (
            urlsplit(target).path,
            {key: value[0] for key, value in parse_qs(urlsplit(target).query).items()},
        )
        self.asked.append((path, parameters))
        status, extra, body = self._find_answer(path, parameters, headers)
        answer_with(status, body, *(f"{name}: {value}" for name, value in extra.items()))(connection, request)

    def _find_answer(self, path: str, asked: Parameters, headers: dict[str, str]) -> tuple[str, dict[str, str], bytes]:
        if self.failures:
            return self.failures.pop(0)
        if headers.get("authorization", headers.get("x-api-key", "")).removeprefix("Bearer ") != KEY:
            message = "Incorrect API key provided: sk-admin-****7890."
            return "401 Unauthorized", {}, json.dumps({"error": {"message": message, "type": "auth"}}).encode()
        found = self._read_day(asked) if path == OPENROUTER_ACTIVITY else self._read_page(path, asked)
        return "200 OK", {"content-type": "application/json"}, json.dumps(found).encode()

    def _read_day(self, asked: Parameters) -> dict[str, Any]:
        return {"data": [item for item in self.reports[OPENROUTER_ACTIVITY] if item["date"][:10] == asked["date"]]}

    def _read_page(self, path: str, asked: Parameters) -> dict[str, Any]:
        name, group = GROUPS[path]
        assert asked[name] == group
        assert asked["bucket_width"] == "1d"
        assert 1 <= int(asked["limit"]) <= MOST_BUCKETS
        is_openai = path.startswith("/v1/organization/")
        start, end = (asked[key] for key in (("start_time", "end_time") if is_openai else ("starting_at", "ending_at")))
        begin = _read_unix if is_openai else datetime.fromisoformat
        key = "start_time" if is_openai else "starting_at"
        buckets = [bucket for bucket in self.reports[path] if begin(start) <= _begin(bucket, key) < begin(end)]
        first = int(asked.get("page", "page_0").removeprefix("page_"))
        last = first + min(self.page_buckets, int(asked["limit"]))
        has_more = last < len(buckets)
        envelope = {"object": "page"} if is_openai else {}
        return {
            **envelope,
            "data": buckets[first:last],
            "has_more": has_more,
            "next_page": f"page_{last}" if has_more else None,
        }


def _begin(bucket: dict[str, Any], key: str) -> datetime:
    value = bucket[key]
    return _read_unix(value) if isinstance(value, int) else datetime.fromisoformat(value)


def _read_unix(seconds: str | int) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
