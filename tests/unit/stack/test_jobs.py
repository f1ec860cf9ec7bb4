"""Jobs: their output while they run and after, and what is said when they fail."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stack.errors import StackError
from stack.jobs import Job
from stack.layout import Layout
from stack.sample_calls import echo_lines

TIMEOUT_S = 30.0


StartJob = Callable[[str], Job]


@pytest.fixture
def start_job(tmp_path: Path) -> Iterator[StartJob]:
    """Starts jobs that run some Python, and stops them in the end."""
    jobs: list[Job] = []

    def start(script: str) -> Job:
        job = Job("example", [sys.executable, "-c", script], Layout(tmp_path, tmp_path / "instance"), {})
        jobs.append(job)
        job.start()
        return job

    yield start
    for job in jobs:
        job.stop()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_lines_are_taken_once_and_whole(tmp_path: Path, start_job: StartJob) -> None:
    """While it runs each line is handed out when it is complete; the whole output stays readable."""
    script = (
        "import pathlib, time\n"
        "print('one', flush=True); print('tw', end='', flush=True)\n"
        "while not pathlib.Path('go').exists(): time.sleep(0.02)\n"
        "print('o', flush=True)"
    )
    job = start_job(script)
    wait_until(lambda: "tw" in job.output())
    assert job.take_lines() == ["one"]
    (tmp_path / "go").touch()
    wait_until(job.poll)
    assert job.take_lines() == ["two"]
    assert job.take_lines() == []
    assert job.output() == "one\ntwo\n"


def test_echo_shows_the_last_line_with_the_end(start_job: StartJob, capsys: pytest.CaptureFixture[str]) -> None:
    """A step that is done has shown everything."""
    job = start_job("print('called'); print('done')")
    wait_until(echo_lines(job, job.poll))
    assert capsys.readouterr().err == "    called\n    done\n"


def test_failure_names_the_log_and_its_end(start_job: StartJob) -> None:
    """What the job said last stands in the error."""
    job = start_job("import sys; sys.exit('no such model')")
    with pytest.raises(
        StackError, match=r"example exited with 1; the end of instance/log/example.log:\n +no such model"
    ):
        wait_until(job.poll)


def test_own_error_sentence_of_a_job_is_passed_on(start_job: StartJob) -> None:
    """An installation that explains itself is not wrapped once more."""
    job = start_job("import sys; sys.exit('✗ 2.0 GB of free disk space are needed')")
    with pytest.raises(StackError, match=r"^2.0 GB of free disk space are needed$"):
        wait_until(job.poll)
