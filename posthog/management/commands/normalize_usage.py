"""
Read usage objects: JSON lines `{"provider", "api", "model", "usage"}` on stdin, one JSON line each on stdout.

`stream_usages`, or a list under `usage`, gives the usages of a stream's chunks; where a line has both an object and
the stream, the object is read, unless it is empty. Out: every token column (null: not reported), `reading` and
`flags`; a usage of null reported nothing. A line that cannot be read answers `{"error": …}` and the run goes on.
Needs no database.
"""

import sys
from collections.abc import Mapping
from typing import Any

import orjson
from django.core.management.base import BaseCommand

from posthog.errors import InvalidBody
from posthog.llm_usage.envelope import parse_json
from posthog.llm_usage.normalize import Usage, normalize_usage
from posthog.llm_usage.payloads.fields import find_text
from posthog.llm_usage.token_usage import COUNT_COLUMNS, TokenUsage


class Command(BaseCommand):
    help = (
        "Read usage objects: JSON lines {provider, api, model, usage} on stdin, their counts as JSON lines on stdout."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for number, line in enumerate(sys.stdin.buffer, start=1):
            if line.strip():
                self.stdout.write(orjson.dumps(answer_line(line, number=number)).decode())
                self.stdout.flush()


def answer_line(line: bytes, *, number: int) -> dict[str, Any]:
    """The answer to one line; never raises."""
    try:
        case = parse_json(line)
    except InvalidBody as error:
        return {"error": f"line {number}: {error}"}
    if not isinstance(case, Mapping):
        return {"error": f"line {number}: expected an object"}
    named = [case[key] for key in ("usage", "stream_usages") if key in case]
    readable: list[Usage] = [usage for usage in named if isinstance(usage, Mapping | list)]
    is_null = bool(named) and all(usage is None for usage in named)
    if not readable and not is_null:
        return {"error": f"line {number}: usage: expected an object or a list of them"}
    usage = next((usage for usage in readable if usage), None)
    provider, api, model = (find_text(case, name) for name in ("provider", "api", "model"))
    return render(normalize_usage(provider=provider, api=api, model=model, usage=usage))


def render(usage: TokenUsage) -> dict[str, Any]:
    """A usage as a line's fields."""
    answer: dict[str, Any] = {column: getattr(usage, column) for column in COUNT_COLUMNS}
    answer |= {"reading": usage.reading, "flags": usage.flags}
    return answer
