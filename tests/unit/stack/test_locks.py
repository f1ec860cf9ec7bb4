"""Locks end with their holder and tell who that is."""

import subprocess
import sys
import textwrap
from pathlib import Path

from stack.locks import Holder, Lock

ROOT = Path(__file__).parents[3]
HOLD = """
    import sys
    sys.path.insert(0, sys.argv[1])
    from pathlib import Path
    from stack.locks import Lock
    lock = Lock(Path(sys.argv[2]))
    print(lock.try_acquire("bin/start", is_stack=True), flush=True)
    sys.stdin.read()
"""


def hold_elsewhere(path: Path) -> subprocess.Popen[str]:
    """Another process that has the lock until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLD), str(ROOT), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    return process


def test_free_lock_is_taken_and_given_back(tmp_path: Path) -> None:
    """Nobody holds it before and after."""
    lock = Lock(tmp_path / "sub" / "stack.lock")
    assert lock.find_holder() is None
    assert lock.try_acquire("bin/test")
    lock.release()
    assert lock.find_holder() is None


def test_lock_of_another_process_is_respected_and_named(tmp_path: Path) -> None:
    """Who comes second learns who was first."""
    path = tmp_path / "stack.lock"
    with hold_elsewhere(path) as holder:
        try:
            assert not Lock(path).try_acquire("bin/test")
            expected = Holder(pid=holder.pid, command="bin/start", is_stack=True)
            assert Lock(path).find_holder() == expected
            assert Lock(path).acquire_after_commands("bin/start") == expected
        finally:
            holder.kill()


def test_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    """Running again after a crash needs no cleaning by hand."""
    path = tmp_path / "stack.lock"
    with hold_elsewhere(path) as holder:
        holder.kill()
        holder.wait()
    lock = Lock(path)
    assert lock.find_holder() is None
    assert lock.try_acquire("bin/test")
    lock.release()


def test_holder_tells_when_it_is_ready(tmp_path: Path) -> None:
    """The description is replaced, not appended to."""
    lock = Lock(tmp_path / "stack.lock")
    assert lock.try_acquire("bin/start", is_stack=True)
    ready = Holder(pid=1, command="bin/start", is_stack=True, url="http://x", is_ready=True)
    lock.describe(ready)
    assert Lock(lock.path).find_holder() == ready
    lock.release()
