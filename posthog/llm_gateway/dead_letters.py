"""
Events that the receiver refused each on its own: kept beside the spool, one line of JSON each.

A line is the event as it was sent, with `posthog_refused` before its other members: status, answer, time. So the
file can be read by `bin/manage import_gateway_log` once the reason is gone. It counts against the spool's size.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from posthog.llm_gateway.answers import Answer
from posthog.llm_gateway.event_lines import splice_member
from posthog.llm_gateway.segments import sync_folder
from posthog.llm_gateway.spool import Record

FILE_NAME = "dead_letters.ndjson"
REFUSED_KEY = "posthog_refused"


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that was refused alone, and the answer."""

    record: Record
    answer: Answer


def keep_dead_letters(folder: Path, refused: Sequence[Refused], *, now: float) -> None:
    """
    Append them to the lane's file; on the medium when this returns.

    Args:
        now: Unix seconds.
    Raises:
        OSError: The file system refused; a torn last line may be left and is harmless to its neighbours.
    """
    moment = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    lines = [_render(each, moment) for each in refused]
    path = folder / FILE_NAME
    descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        # The newline stands first as well: behind a line that a full disk tore, a new one begins.
        file.write(b"\n" + b"\n".join(lines) + b"\n" if file.tell() else b"\n".join(lines) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)


def _render(refused: Refused, moment: str) -> bytes:
    reason = {"status": refused.answer.status, "answer": refused.answer.text, "at": moment}
    return splice_member(REFUSED_KEY, reason, into=refused.record.body)
