"""`import_gateway_log --dry-run`: the rows of a file's payloads as JSON lines, without any server."""

import gzip
import json
import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from posthog.models.ai_events.sql import COLUMNS
from stack.commands.manage import needs_stores
from tests.captures import CAPTURES, list_bodies, list_payloads
from tests.factories import make_payload

ROOT = Path(__file__).resolve().parents[3]


def dry_run(*arguments: str) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("import_gateway_log", "--dry-run", *arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def write(folder: Path, content: bytes, name: str = "log.json") -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize("name", CAPTURES)
def test_every_recorded_call_becomes_a_row(tmp_path: Path, name: str) -> None:
    """One line a call, in order, with every column of the table."""
    files = [write(tmp_path, body, f"{number}.json") for number, body in enumerate(list_bodies(name))]
    rows = dry_run(*files)
    assert [row["gateway_call_id"] for row in rows] == [call["litellm_call_id"] for call in list_payloads(name)]
    assert all(set(row) == {column.name for column in COLUMNS} for row in rows)


def test_row_is_printed_as_it_would_be_stored(tmp_path: Path) -> None:
    """Counts as numbers, unknown as null, times in UTC, and the day on which ClickHouse would drop it."""
    (row,) = dry_run(write(tmp_path, json.dumps(make_payload()).encode()), "--team-id", "7")
    assert (row["team_id"], row["input_tokens"], row["cache_creation_input_tokens"]) == (7, 100, None)
    assert row["timestamp"] == "2026-11-23T22:40:56.777922Z"
    dropped = date.fromisoformat(row["drop_date"]) - datetime.fromisoformat(row["timestamp"]).date()
    assert dropped == timedelta(days=row["retention_days"])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(json.dumps([make_payload(), make_payload(id="2")]).encode(), id="array"),
        pytest.param(f"{json.dumps(make_payload())}\n{json.dumps(make_payload(id='2'))}\n".encode(), id="lines"),
        pytest.param(gzip.compress(json.dumps([make_payload(), make_payload(id="2")]).encode()), id="gzip"),
    ],
)
def test_every_kind_of_log_gives_the_same_rows(tmp_path: Path, content: bytes) -> None:
    """What LiteLLM's file and S3 loggers write and what its webhook posts."""
    assert [row["generation_id"] for row in dry_run(write(tmp_path, content))] == ["chatcmpl-1", "2"]


def test_what_is_no_row_is_a_rejection_with_file_and_reason(tmp_path: Path) -> None:
    """Its neighbours and the next file are printed all the same."""
    mixed = write(tmp_path, json.dumps([make_payload(startTime=None), 7, make_payload()]).encode(), "mixed.json")
    broken = write(tmp_path, b"[{", "broken.json")
    first, second, row, third = dry_run(mixed, broken)
    rejected = [line["rejected"] for line in (first, second, third)]
    assert [(r["file"], r["position"], r["code"]) for r in rejected] == [
        (mixed, 0, "identity_missing"),
        (mixed, 1, "event_not_object"),
        (broken, 0, "body_not_json"),
    ]
    assert rejected[0]["reason"] == "startTime: expected seconds or ISO 8601, got NoneType"
    assert row["generation_id"] == "chatcmpl-1"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(None, "No such file", id="missing"),
        pytest.param(gzip.compress(b"[]")[:-4], "ended before the end-of-stream marker", id="gzip-cut-short"),
    ],
)
def test_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    """One sentence with the file's name."""
    path = write(tmp_path, content) if content is not None else str(tmp_path / "none.json")
    with pytest.raises(CommandError, match=sentence) as refused:
        dry_run(path)
    assert path in str(refused.value)


def test_import_without_a_credential_is_refused(tmp_path: Path) -> None:
    """Whose events would they be?"""
    with pytest.raises(CommandError, match="--credential: expected the id"):
        call_command("import_gateway_log", write(tmp_path, b"[]"))


def test_dry_run_needs_no_server(tmp_path: Path) -> None:
    """Nothing listens at any of the addresses, and `bin/manage` starts nothing for it."""
    nowhere = {
        "DATABASE_URL": "postgres://127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1",
        "CLICKHOUSE_HOST": "127.0.0.1",
        "CLICKHOUSE_PORT": "1",
    }
    arguments = ["import_gateway_log", "--dry-run", "-"]
    ran = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        input=json.dumps(make_payload()).encode(),
        env={**os.environ, **nowhere},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert json.loads(ran.stdout)["input_tokens"] == 100
    assert not needs_stores(arguments)
