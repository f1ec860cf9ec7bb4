"""
`/_livez`, `/_readyz`, `/metrics`: answered ahead of every other middleware.

Probes call by IP address and over plain HTTP, so neither the host check nor the HTTPS redirect may stand
before them.

- `/_livez`: the process answers. It asks nobody else: a database that is away is no reason to restart the
  web.
- `/_readyz`: Postgres, Redis and ClickHouse answer; 503 names those that do not. `?check=postgres` asks
  only there: a balancer in front of the webhook should, for bodies are taken in while ClickHouse and Redis
  are away.
- `/metrics`: for Prometheus; with METRICS_TOKEN a bearer token opens it, without it only this machine may
  read it.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from secrets import compare_digest
from typing import Final

import redis
import structlog
from django.conf import settings
from django.db import Error as PostgresError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from posthog.api.client_address import is_from_this_machine
from posthog.api.metrics_page import render_metrics
from posthog.api.problems import problem_response
from posthog.clickhouse.client import ClickHouseError, sync_execute

log = structlog.get_logger(__name__)

PING_TIMEOUT_S = 2.0
PING_ERRORS = (PostgresError, redis.RedisError, ClickHouseError, OSError, EOFError)


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = VIEWS.get(request.path_info)
        return view(request) if view else self.get_response(request)


def livez(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "alive"})


def readyz(request: HttpRequest) -> HttpResponse:
    names = request.GET.getlist("check") or list(PINGS)
    if unknown := [name for name in names if name not in PINGS]:
        rule = f"check: expected one of {', '.join(PINGS)}, got {unknown[0]!r:.40}"
        return problem_response(400, "check_unknown", rule)
    checks = check_stores(names)
    is_ready = all(answer == "ok" for answer in checks.values())
    status = "ready" if is_ready else "not ready"
    return JsonResponse({"status": status, "checks": checks}, status=200 if is_ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_read_metrics(request):
        return problem_response(403, "metrics_closed", "Set METRICS_TOKEN and send it as a bearer token.")
    return HttpResponse(render_metrics(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read_metrics(request: HttpRequest) -> bool:
    if not settings.METRICS_TOKEN:
        return is_from_this_machine(request)
    expected = f"Bearer {settings.METRICS_TOKEN}"
    return compare_digest(request.headers.get("Authorization", "").encode(), expected.encode())


def check_stores(names: Iterable[str]) -> dict[str, str]:
    """Ping the named stores at once; each answers "ok", or says in a word why not."""
    pings = {name: _pinger(name).submit(PINGS[name]) for name in names}
    return {name: _await_ping(name, ping) for name, ping in pings.items()}


@cache
def _pinger(name: str) -> ThreadPoolExecutor:
    """One thread a store, kept: a store that hangs holds up that one, however often the probe comes."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"ping-{name}")


def _await_ping(name: str, ping: Future[None]) -> str:
    try:
        ping.result(timeout=PING_TIMEOUT_S)
    except TimeoutError:
        ping.cancel()
        answer = f"no answer within {PING_TIMEOUT_S:g} s"
    except PING_ERRORS as error:
        answer = type(error).__name__
    else:
        return "ok"
    log.warning("store_not_ready", store=name, answer=answer)
    return answer


def _ping_postgres() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


def _ping_redis() -> None:
    _redis().ping()


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=PING_TIMEOUT_S, socket_timeout=PING_TIMEOUT_S
    )


def _ping_clickhouse() -> None:
    sync_execute("SELECT 1")


PINGS: Final[dict[str, Callable[[], None]]] = {
    "postgres": _ping_postgres,
    "redis": _ping_redis,
    "clickhouse": _ping_clickhouse,
}
VIEWS: Final[dict[str, Callable[[HttpRequest], HttpResponse]]] = {
    "/_livez": livez,
    "/_readyz": readyz,
    "/metrics": metrics,
}
