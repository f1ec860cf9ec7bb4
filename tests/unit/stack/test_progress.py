"""Steps side by side, one line each."""

import re
from collections.abc import Callable, Iterator

import pytest

from stack.errors import StackError
from stack.progress import Board


def done_after(polls: int) -> Callable[[], bool]:
    """A step that is done at its n-th poll."""
    answers: Iterator[bool] = iter([False] * (polls - 1) + [True])
    return lambda: next(answers)


def failing() -> bool:
    """A step that fails."""
    raise StackError("disk full")


def test_each_step_gets_a_line_with_its_seconds_when_done() -> None:
    """The faster is reported first."""
    lines: list[str] = []
    board = Board(lines.append)
    board.add("slow", done_after(3))
    board.add("fast", done_after(1))
    board.wait()
    assert [re.sub(r"\d+\.\d", "N", line) for line in lines] == ["✓ fast N s", "✓ slow N s"]


def test_waiting_for_one_leaves_the_others_under_way() -> None:
    """A later wait takes them up."""
    lines: list[str] = []
    board = Board(lines.append)
    board.add("slow", done_after(3))
    board.wait(board.add("fast", done_after(1)))
    assert len(lines) == 1
    board.wait()
    assert len(lines) == 2


def test_failure_of_any_step_ends_every_wait() -> None:
    """A step that nobody waits for yet fails at once, too."""
    board = Board(lambda _: None)
    board.add("broken", failing)
    with pytest.raises(StackError, match="disk full"):
        board.wait(board.add("other", done_after(5)))


def test_waiting_looks_after_what_runs() -> None:
    """Every poll of a wait also calls `meanwhile`."""
    looks: list[str] = []
    board = Board(lambda _: None, meanwhile=lambda: looks.append("look"))
    board.wait(board.add("slow", done_after(3)))
    assert len(looks) == 3
