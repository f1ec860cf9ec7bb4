"""What every test of the shipper leaves behind: nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.llm_gateway.fakes import remove_marks


@pytest.fixture(autouse=True)
def no_marks_left(tmp_path: Path) -> Iterator[None]:
    yield
    remove_marks(tmp_path)
