"""A bar that moves on a terminal and stays quiet elsewhere."""

from io import StringIO

from posthog.management.progress_bar import ProgressBar


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_bar_writes_a_line_a_tenth_off_a_terminal() -> None:
    """A log is not flooded: 100 steps, 11 lines at most."""
    stream = StringIO()
    bar = ProgressBar(stream, total=100, unit="rows")
    for _ in range(100):
        bar.advance(1)
    bar.close()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 11
    assert (lines[0], lines[-1]) == ("  1% 1 of 100 rows", "100% 100 of 100 rows")


def test_bar_moves_in_place_on_a_terminal() -> None:
    """One line, written again and again, ended once."""
    stream = Terminal()
    bar = ProgressBar(stream, total=4, unit="rows")
    bar.advance(2, ", 1 changed")
    bar.close()
    shown = f"\r[{'█' * 15}{' ' * 15}]  50% 2 of 4 rows, 1 changed\x1b[K\n"
    assert stream.getvalue() == shown


def test_more_than_expected_is_no_error() -> None:
    """Rows that arrive meanwhile count too; the share stays at 100 %."""
    stream = StringIO()
    bar = ProgressBar(stream, total=1, unit="rows")
    bar.advance(3)
    assert stream.getvalue() == "100% 3 of 3 rows\n"


def test_nothing_to_do_is_done() -> None:
    """No division by an empty total."""
    stream = StringIO()
    ProgressBar(stream, total=0, unit="rows").advance(0)
    assert stream.getvalue() == "100% 0 of 0 rows\n"
