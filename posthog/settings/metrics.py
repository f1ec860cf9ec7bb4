"""`/metrics`: who may read it, and where several processes add up their counters."""

from posthog.settings.environment import TEXT, secret, setting

METRICS_TOKEN = setting(
    "METRICS_TOKEN",
    secret(16),
    default="",
    about="Bearer token for `/metrics`. Unset: only this machine may read it, and only directly.",
)
PROMETHEUS_MULTIPROC_DIR = setting(
    "PROMETHEUS_MULTIPROC_DIR",
    TEXT,
    default="",
    about="Folder where web and worker processes share their counters; empty it before a start.",
)
