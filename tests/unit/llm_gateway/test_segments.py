"""Segment files: what a refused write or sync leaves behind."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from posthog.llm_gateway.segments import OpenSegment, name_segment
from tests.unit.llm_gateway.fakes import file_size_limit


def make_segment(folder: Path) -> OpenSegment:
    return OpenSegment(folder / name_segment(1, 1), opened_at=0.0)


@contextmanager
def unsyncable(path: Path) -> Iterator[None]:
    """Put a pipe, which the kernel cannot sync, where this process has the file open."""
    (opened,) = (int(each.name) for each in Path("/proc/self/fd").iterdir() if each.resolve() == path)
    ends, kept = os.pipe(), os.dup(opened)
    os.dup2(ends[1], opened)
    try:
        yield
    finally:
        os.dup2(kept, opened)
        for descriptor in (*ends, kept):
            os.close(descriptor)


def test_names_sort_by_sequence() -> None:
    """Also where the number of digits grows."""
    names = [name_segment(sequence, part) for sequence, part in [(9, 1), (10, 2), (10, 3), (100, 1)]]
    assert sorted(names) == names


def test_refused_append_takes_its_bytes_back(tmp_path: Path) -> None:
    """Of a write that the disk took half of nothing remains; what was there before stays."""
    segment = make_segment(tmp_path)
    segment.append(b"a" * 100, records=1)
    with file_size_limit(150), pytest.raises(OSError, match="File too large"):
        segment.append(b"b" * 100, records=1)
    assert segment.path.read_bytes() == b"a" * 100
    assert (segment.records, segment.bytes) == (1, 100)


def test_rollback_forgets_what_is_not_durable(tmp_path: Path) -> None:
    """Back to the last sync."""
    segment = make_segment(tmp_path)
    segment.append(b"a", records=1)
    segment.sync()
    segment.append(b"b", records=1)
    assert not segment.is_durable
    segment.rollback()
    assert segment.is_durable
    assert segment.path.read_bytes() == b"a"


def test_failed_sync_is_never_followed_by_a_good_one(tmp_path: Path) -> None:
    """After a failed sync the kernel may report success for pages that it dropped."""
    segment = make_segment(tmp_path)
    segment.append(b"a", records=1)
    with unsyncable(segment.path), pytest.raises(OSError, match="Invalid argument"):
        segment.sync()
    with pytest.raises(OSError, match="earlier sync") as refused:
        segment.sync()
    assert refused.value.errno == errno.EIO


def test_existing_file_is_not_written_over(tmp_path: Path) -> None:
    """A segment is always a new file."""
    make_segment(tmp_path)
    with pytest.raises(FileExistsError):
        make_segment(tmp_path)
