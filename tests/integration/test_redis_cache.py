"""The cache's lasting client against a real Redis: cut off, in a forked process, in many threads."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from redis import Redis

pytestmark = pytest.mark.usefixtures("private_cache")

THREADS, COMMANDS = 8, 100


def get_client(*, write: bool = False) -> Any:
    # Django's backends keep the way to it to themselves.
    return caches["default"]._cache.get_client("any", write=write)  # type: ignore[attr-defined]


def cut_off() -> None:
    """Close its connection at the server's end, as a restart of Redis does."""
    own_id = get_client().client_id()
    with closing(Redis.from_url(settings.REDIS_URL)) as other:
        assert other.client_kill_filter(_id=own_id) == 1


def test_reading_and_writing_share_one_client() -> None:
    """To make one takes longer than a command."""
    assert get_client() is get_client(write=True)


def test_connection_that_redis_closed_is_made_anew() -> None:
    """The next command is answered, whether it reads or counts."""
    cache = caches["default"]
    cache.set("counted", 0)
    for number in range(5):
        cut_off()
        assert cache.get("counted") == number
        cut_off()
        assert cache.incr("counted") == number + 1


def test_forked_process_asks_over_a_connection_of_its_own() -> None:
    """gunicorn and Celery fork; answers of one must not reach the other."""
    cache = caches["default"]
    cache.set("parents", "p")
    parents_id = get_client().client_id()
    child = os.fork()
    if child == 0:
        is_apart = False
        try:
            is_apart = get_client().client_id() != parents_id and all(
                cache.incr("childs") if cache.add("childs", 0) else cache.incr("childs") for _ in range(COMMANDS)
            )
        finally:
            os._exit(0 if is_apart else 1)
    answers = {cache.get("parents") for _ in range(COMMANDS)}
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert answers == {"p"}
    assert (cache.get("childs"), get_client().client_id()) == (COMMANDS, parents_id)


def test_threads_that_share_a_client_get_their_own_answers() -> None:
    """Each command takes a connection of its own out of the pool."""
    cache = caches["default"]
    cache.set("counted", 0)

    def ask(thread: int) -> bool:
        cache.set(f"own-{thread}", thread)
        return all(cache.get(f"own-{thread}") == thread and cache.incr("counted") for _ in range(COMMANDS))

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(ask, range(THREADS)))
    assert cache.get("counted") == THREADS * COMMANDS
