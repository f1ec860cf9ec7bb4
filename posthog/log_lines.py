"""
What may stand in a log line: the event's name, ids, counts and short names. Never payloads, prompts or keys.

The processors here are the safety net under that rule: containers, bytes and long texts are replaced by
their type and size; of an exception the frames and its class remain. Its message remains where it can hold no
content: an error of ours, or one about a connection. All others quote what they could not digest.
"""

import re
import traceback
from collections.abc import Sized
from datetime import date
from decimal import Decimal
from types import TracebackType
from typing import Any
from uuid import UUID

import structlog
from django.db.utils import InterfaceError, OperationalError
from structlog.typing import EventDict, Processor, WrappedLogger

from posthog.errors import AccountingError

LONGEST_TEXT = 200
OWN_KEYS = frozenset({"event", "exception", "level", "logger", "timestamp", "exc_info", "stack_info"})
ONE_TIME_TOKEN = re.compile(r"(/login/link/)[\w-]+")
SAFE_MESSAGES = (AccountingError, OSError, OperationalError, InterfaceError)
PLAIN = (bool, int, float, Decimal, UUID, date, type(None))

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def keep_ids_and_counts(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Replace every value that could carry content by its type and size."""
    return {key: value if _is_own(key) else to_loggable(value) for key, value in event.items()}


def _is_own(key: str) -> bool:
    return key in OWN_KEYS or key.startswith("_")


def to_loggable(value: object) -> object:
    """Short texts, numbers, ids and times as they are; of anything else its type and size."""
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, str) and len(value) <= LONGEST_TEXT:
        return value
    size = f" of {len(value)}" if isinstance(value, Sized) else ""
    return f"<{type(value).__name__}{size}>"


def hide_one_time_tokens(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """A sign-in link in a logged path would sign its reader in."""
    event["event"] = ONE_TIME_TOKEN.sub(r"\1…", str(event.get("event", "")))
    return event


def render_exception(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Put the frames and what the error is where `exc_info` was; Celery repeats the error in its own words."""
    exc_info = _find_exception(event.pop("exc_info", None))
    if exc_info is not None:
        _, error, trace = exc_info
        frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        event["exception"] = "\n".join([*frames, _describe(error)])
        if str(event.get("logger", "")).startswith("celery"):
            event["event"] = str(event.get("event", "")).partition(": ")[0]
    return event


def _find_exception(exc_info: Any) -> ExcInfo | None:
    if isinstance(exc_info, BaseException):
        return type(exc_info), exc_info, exc_info.__traceback__
    if isinstance(exc_info, tuple):
        return exc_info if exc_info[0] is not None else None
    return None


def _describe(error: BaseException) -> str:
    kind, code = type(error).__name__, getattr(error, "code", None)
    if isinstance(error, SAFE_MESSAGES):
        lines = str(error).splitlines() or [""]  # a database's further lines repeat rows
        return f"{kind}: {lines[0][:LONGEST_TEXT]}"
    return f"{kind}: code {code}" if isinstance(code, int) else kind


PROCESSORS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(allow=[]),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    render_exception,
    keep_ids_and_counts,
    hide_one_time_tokens,
]
RENDERERS: dict[str, Processor] = {
    "json": structlog.processors.JSONRenderer(),
    "console": structlog.dev.ConsoleRenderer(colors=True),
}
