"""One demo for all tests of this folder: a whole stack and a real LiteLLM proxy, started as a person starts them."""

import signal
from collections.abc import Iterator

import pytest

from tests.e2e.demo_run import DemoRun, read_demo_run
from tests.e2e.started_stack import started_stack
from tests.processes import wait_until_gone


@pytest.fixture(scope="package")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoRun]:
    """
    What `bin/start --demo` left behind; the stack runs on until the end.

    Its end is a test of its own kind: Ctrl-C must leave no process, the gateway's included.
    """
    with started_stack(tmp_path_factory.mktemp("demo") / "stack", "--demo") as stack:
        yield read_demo_run(stack)
        processes = stack.list_processes()
        assert stack.send(signal.SIGINT) == 0
        assert wait_until_gone(processes, 1.0) == []
