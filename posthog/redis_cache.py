"""Django's Redis cache, with one client for all its commands."""

from functools import cache
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import Redis


class _LastingClient(RedisCacheClient):
    """
    Django makes a client for each command, which takes longer than the command itself (measured).

    Threads may share it, for each command takes a connection of its own.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._client = cache(Redis)


class LastingRedisCache(RedisCache):
    """`RedisCache`, in everything else."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _LastingClient
