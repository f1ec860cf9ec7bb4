"""What several tests of the gateway's door share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.application import running_web


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Where the web listens, in processes of its own."""
    with running_web(tmp_path / "web.log") as port:
        yield port
