"""A demo of its own: other tests send more calls to theirs."""

from collections.abc import Iterator

import pytest

from tests.e2e.demo_run import DemoRun, read_demo_run
from tests.e2e.started_stack import started_stack


@pytest.fixture(scope="package")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoRun]:
    """What `bin/start --demo` left behind; the stack runs on until the end."""
    with started_stack(tmp_path_factory.mktemp("demo") / "stack", "--demo") as stack:
        yield read_demo_run(stack)
