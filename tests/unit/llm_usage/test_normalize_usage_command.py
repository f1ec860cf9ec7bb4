"""`bin/manage normalize_usage`: JSON lines in, JSON lines out."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from posthog.llm_usage.token_usage import COUNT_COLUMNS
from posthog.management.commands.normalize_usage import answer_line

USAGE = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}


def answer(**case: Any) -> dict[str, Any]:
    return answer_line(json.dumps(case).encode(), number=1)


def test_answer_has_every_token_column() -> None:
    """Null where unreported."""
    assert answer(provider="openai", api="openai_chat", model=None, usage=USAGE) == {
        **dict.fromkeys(COUNT_COLUMNS),
        "input_tokens": 10,
        "output_tokens": 2,
        "total_tokens": 12,
        "unexplained_tokens": 0,
        "reading": "input_inclusive+output_inclusive:convention",
        "flags": (),
    }


@pytest.mark.parametrize(
    "case",
    [
        pytest.param({"usage": USAGE}, id="nothing-but-usage"),
        pytest.param({"usage": [USAGE]}, id="list"),
        pytest.param({"stream_usages": [{"event": "x", "usage": USAGE}]}, id="stream"),
        pytest.param({"usage": None, "stream_usages": [USAGE]}, id="null-beside-a-stream"),
        pytest.param({"usage": USAGE, "stream_usages": []}, id="object-beside-a-stream"),
        pytest.param({"usage": {}, "stream_usages": [USAGE]}, id="empty-object-beside-a-stream"),
        pytest.param({"usage": "?", "stream_usages": [USAGE]}, id="nonsense-beside-a-stream"),
        pytest.param({"usage": USAGE, "provider": 7, "model": ["x"], "id": "H1"}, id="strange-names"),
    ],
)
def test_usage_may_be_an_object_or_a_stream(case: dict[str, Any]) -> None:
    """Everything else may be missing."""
    assert answer(**case)["input_tokens"] == 10


@pytest.mark.parametrize(
    "case", [{"usage": {}}, {"usage": []}, {"usage": None}, {"usage": None, "stream_usages": None}]
)
def test_empty_usage_is_an_answer(case: dict[str, Any]) -> None:
    """Nothing was reported: every column null."""
    assert answer(**case) == {**dict.fromkeys(COUNT_COLUMNS), "reading": "none", "flags": ()}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"{", "line 3: body: expected JSON"),
        (b"[]", "line 3: expected an object"),
        (b'{"usage": 7}', "line 3: usage: expected an object or a list of them"),
        (b'{"usage": "?", "stream_usages": null}', "line 3: usage: expected an object or a list of them"),
        (b"{}", "line 3: usage: expected an object or a list of them"),
        (b'{"usage": {"prompt_tokens": "\xff"}}', "line 3: body: expected UTF-8"),
    ],
)
def test_unreadable_line_answers_an_error(line: bytes, error: str) -> None:
    """That names the line and the rule."""
    assert answer_line(line, number=3)["error"].startswith(error)


def test_run_goes_on_after_an_unreadable_line() -> None:
    """One line out for each line in, in order; blank lines are none."""
    lines = b"\n".join([b'{"usage": {"prompt_tokens": 1}}', b"nonsense", b"", b'{"usage": {"prompt_tokens": 2}}'])
    root = Path(__file__).parents[3]
    command = [sys.executable, "manage.py", "normalize_usage"]
    done = subprocess.run(command, input=lines, capture_output=True, check=True, cwd=root)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("input_tokens", "error") for answer in answers] == [1, "error", 2]
