"""The application's own processes: web, worker, beat."""

import shutil
from collections.abc import Mapping

from stack.child import Program
from stack.layout import Layout
from stack.system import answers_ok

WEB_WORKERS = 2
WEB_THREADS = 8
WORKER_PROCESSES = 2
KEEP_ALIVE_S = 75
"""Longer than a load balancer's idle time, so that it is never our side that closes first."""


def build_application(layout: Layout, addresses: Mapping[str, str], *, host: str, port: int) -> list[Program]:
    """Web, worker and beat, in the order of their start."""
    counters = layout.data("prometheus")
    shutil.rmtree(counters, ignore_errors=True)  # of processes that are gone
    counters.mkdir(parents=True)
    environ = {**addresses, "PROMETHEUS_MULTIPROC_DIR": str(counters)}
    return [
        build_web(layout, environ, host=host, port=port),
        build_worker(layout, environ),
        build_beat(layout, environ),
    ]


def build_web(layout: Layout, environ: Mapping[str, str], *, host: str, port: int) -> Program:
    """gunicorn with threads: a webhook call waits for Postgres, not for a processor. The code is loaded once."""
    options = ["--preload"]
    options += ["--bind", f"{host}:{port}", "--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS)]
    options += ["--worker-class", "gthread", "--keep-alive", str(KEEP_ALIVE_S), "--graceful-timeout", "5"]
    return Program(
        name="web",
        command=(str(layout.app_python), "-m", "gunicorn", "posthog.wsgi", "--no-control-socket", *options),
        environ=environ,
        is_ready=lambda: answers_ok(port, "/_readyz"),
    )


def build_worker(layout: Layout, environ: Mapping[str, str]) -> Program:
    """The Celery worker of all queues."""
    options = ["--concurrency", str(WORKER_PROCESSES), "--without-gossip", "--without-mingle"]
    return build_celery(layout, environ, "worker", options, stop_timeout_s=20.0)


def build_beat(layout: Layout, environ: Mapping[str, str]) -> Program:
    """The clock of the periodic tasks; it has no pid file, for the supervisor keeps it single."""
    options = ["--schedule", str(layout.data("celerybeat-schedule")), "--pidfile="]
    return build_celery(layout, environ, "beat", options, stop_timeout_s=10.0)


def build_celery(
    layout: Layout, environ: Mapping[str, str], name: str, options: list[str], *, stop_timeout_s: float
) -> Program:
    """One of Celery's commands; it makes a file once it is at work (posthog/celery.py), removed before each start."""
    ready_file = layout.data(f"{name}.ready")
    return Program(
        name=name,
        command=(str(layout.app_python), "-m", "celery", "-A", "posthog", name, "--loglevel", "info", *options),
        environ={**environ, "CELERY_READY_FILE": str(ready_file)},
        stop_timeout_s=stop_timeout_s,
        prepare=lambda: ready_file.unlink(missing_ok=True),
        is_ready=ready_file.exists,
    )
