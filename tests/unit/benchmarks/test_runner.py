"""The frame of bin/bench."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import Figure, Goal
from benchmarks.runner import list_benchmarks, main, render_json, render_text, run_benchmark

FASTER = Figure(name="rows", value=300.0, unit="rows/s", baseline=100.0, goal=Goal("ratio", ">=", 2))


@pytest.mark.parametrize(
    ("goal", "baseline", "holds"),
    [
        pytest.param(None, 100.0, None, id="no-goal"),
        pytest.param(Goal("ratio", ">=", 3), 100.0, True, id="ratio-reached-exactly"),
        pytest.param(Goal("ratio", ">=", 3.01), 100.0, False, id="ratio-missed"),
        pytest.param(Goal("ratio", ">=", 0), None, False, id="ratio-without-baseline"),
        pytest.param(Goal("ratio", ">=", 0), 0.0, False, id="ratio-to-zero"),
        pytest.param(Goal("value", "<=", 300), None, True, id="value-reached-exactly"),
        pytest.param(Goal("value", "<=", 299), None, False, id="value-missed"),
    ],
)
def test_goal_holds_when_the_measured_keeps_its_bound(
    goal: Goal | None, baseline: float | None, holds: bool | None
) -> None:
    """Bounds are inclusive, and what cannot be computed keeps no goal."""
    assert Figure(name="rows", value=300.0, unit="rows/s", baseline=baseline, goal=goal).holds is holds


def test_json_line_has_the_promised_fields() -> None:
    """Scripts rely on names and order."""
    assert json.loads(render_json("inbox", FASTER)) == {
        "bench": "inbox",
        "figure": "rows",
        "value": 300.0,
        "unit": "rows/s",
        "baseline": 100.0,
        "ratio": 3.0,
        "goal": "ratio >= 2",
        "holds": True,
    }


def test_json_line_has_null_for_what_there_is_not() -> None:
    """A figure may stand alone."""
    fields = json.loads(render_json("inbox", Figure(name="rows", value=1.0, unit="rows/s")))
    assert [fields[name] for name in ("baseline", "ratio", "goal", "holds")] == [None] * 4


def test_text_shows_a_broken_goal_loudly() -> None:
    """People read it too."""
    line = render_text("inbox", Figure(name="rows", value=1.0, unit="s", baseline=2.0, goal=Goal("value", "<=", 0.5)))
    assert "baseline" in line
    assert line.endswith("goal value <= 0.5: DOES NOT HOLD")


def test_benchmark_that_breaks_keeps_the_figures_it_had(capsys: pytest.CaptureFixture[str]) -> None:
    """It counts as failed, with its traceback on stderr."""

    def measure() -> Iterator[Figure]:
        yield FASTER
        raise ValueError("broke here")

    lines: list[str] = []
    assert not run_benchmark("inbox", measure, write=lines.append, as_json=True)
    assert len(lines) == 1
    assert "broke here" in capsys.readouterr().err


def test_broken_goal_fails_the_benchmark() -> None:
    """The exit code tells scripts."""
    slow = Figure(name="rows", value=1.0, unit="s", goal=Goal("value", "<=", 0.5))
    assert not run_benchmark("inbox", lambda: [FASTER, slow], write=lambda _: None, as_json=True)
    assert run_benchmark("inbox", lambda: [FASTER], write=lambda _: None, as_json=True)


def test_every_public_module_beside_the_runner_is_a_benchmark(tmp_path: Path) -> None:
    """A new file is found by itself."""
    for name in ("inbox", "_shared", "runner", "normalize"):
        (tmp_path / f"{name}.py").touch()
    package = ModuleType("package")
    package.__path__ = [str(tmp_path)]
    assert list_benchmarks(package) == ["inbox", "normalize"]


def test_unknown_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt name measures nothing, so it must not pass."""
    with pytest.raises(SystemExit) as ending:
        main(["no_such_benchmark"])
    assert ending.value.code == 2
    assert "there is no benchmark no_such_benchmark" in capsys.readouterr().err
