"""Real servers under supervision: they serve, they end with their supervisor, they come back."""

import signal
import time
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from tests.integration.stack.conftest import running_stores
from tests.processes import wait_until_gone

A_FEW_SECONDS = 8.0
RESTART_TIMEOUT_S = 30.0


def query(url: str, sql: str) -> list[tuple[object, ...]]:
    """Rows of one statement, committed."""
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def wait_for_restart(url: str) -> None:
    """Return when Postgres answers again."""
    deadline = time.monotonic() + RESTART_TIMEOUT_S
    while True:
        try:
            query(url, "SELECT 1")
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_servers_serve_and_end_with_their_supervisor(instance: Path, number: signal.Signals) -> None:
    """Ctrl-C, SIGTERM and a closed terminal stop every process, grandchildren too."""
    with running_stores(instance) as stores:
        assert query(stores.addresses["DATABASE_URL"], "SELECT 40 + 2") == [(42,)]
        with redis.Redis.from_url(stores.addresses["REDIS_URL"]) as client:
            assert client.ping()
        family = stores.list_descendants()
        assert {"postgres", "redis-server"} <= {process.name() for process in family}
        assert stores.send(number) == 0
        assert wait_until_gone(family, 1.0) == []
        assert list((instance / "run").iterdir()) == []


def test_killed_supervisor_leaves_no_process_and_data_comes_back(instance: Path) -> None:
    """After SIGKILL the children end by themselves, and the next start finds what was committed."""
    with running_stores(instance) as stores:
        query(stores.addresses["DATABASE_URL"], "CREATE TABLE kept AS SELECT 7 AS number")
        family = stores.list_descendants()
        assert stores.send(signal.SIGKILL) == -signal.SIGKILL
        assert wait_until_gone(family, A_FEW_SECONDS) == []
    with running_stores(instance) as stores:
        assert query(stores.addresses["DATABASE_URL"], "SELECT number FROM kept") == [(7,)]
        assert stores.send(signal.SIGTERM) == 0


def test_start_right_after_a_kill_waits_for_what_is_left(instance: Path) -> None:
    """No pause is needed between a crash and the next start."""
    with running_stores(instance) as stores:
        stores.send(signal.SIGKILL)
    with running_stores(instance) as stores:
        assert query(stores.addresses["DATABASE_URL"], "SELECT 1") == [(1,)]
        assert stores.send(signal.SIGTERM) == 0


def test_all_killed_at_once_is_no_obstacle(instance: Path) -> None:
    """As after a power cut: a stale postmaster.pid and half-written files are dealt with."""
    with running_stores(instance) as stores:
        query(stores.addresses["DATABASE_URL"], "CREATE TABLE kept AS SELECT 7 AS number")
        family = stores.list_descendants()
        for process in family:
            process.suspend()
        stores.send(signal.SIGKILL)
        for process in family:
            process.kill()
        assert wait_until_gone(family, A_FEW_SECONDS) == []
    assert (instance / "postgres" / "postmaster.pid").exists()
    with running_stores(instance) as stores:
        assert query(stores.addresses["DATABASE_URL"], "SELECT number FROM kept") == [(7,)]
        assert stores.send(signal.SIGTERM) == 0


def test_stale_pid_of_a_living_stranger_is_no_obstacle(instance: Path) -> None:
    """After a reboot the pid in postmaster.pid may belong to anything."""
    with running_stores(instance) as stores:
        assert stores.send(signal.SIGTERM) == 0
    (instance / "postgres" / "postmaster.pid").write_text(f"{psutil.Process().pid}\n{instance}\n")
    with running_stores(instance) as stores:
        assert query(stores.addresses["DATABASE_URL"], "SELECT 1") == [(1,)]
        assert stores.send(signal.SIGTERM) == 0


def test_dead_child_is_started_again_with_a_line(instance: Path) -> None:
    """A crashed server comes back by itself; the terminal says what happened."""
    with running_stores(instance) as stores:
        before = stores.find_child("postgres")
        before.kill()
        wait_until_gone([before], A_FEW_SECONDS)
        wait_for_restart(stores.addresses["DATABASE_URL"])
        assert stores.find_child("postgres").pid != before.pid
        assert "✗ postgres was ended by SIGKILL" in stores.stderr()
        assert "postgres starts again in 1 s." in stores.stderr()
        assert stores.send(signal.SIGTERM) == 0


def test_wrong_password_is_refused(instance: Path) -> None:
    """The servers listen on the loopback, where other users of the machine are: they ask for a password."""
    with running_stores(instance) as stores:
        url = stores.addresses["DATABASE_URL"]
        password = url.partition("//postgres:")[2].partition("@")[0]
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            query(url.replace(password, "wrong"), "SELECT 1")
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=int(stores.addresses["REDIS_URL"].rpartition(":")[2].partition("/")[0])).ping()
        assert stores.send(signal.SIGTERM) == 0
