"""Postgres, Redis and ClickHouse: where they are. The defaults are the embedded servers' addresses."""

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

from posthog.settings.environment import FILE_PATH, FLAG, IDENTIFIER, PORT, TEXT, setting, split_url, whole_number

CONNECT_TIMEOUT_S = 2
"""The least that libpq allows: the webhook answers 503 then, and its sender waits no longer than that."""

DEAD_PEER = {"tcp_user_timeout": 20_000, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""A server whose machine or network is gone is noticed within a minute: what is sent by the first (milliseconds), an
answer that is awaited by the others (seconds). A hung server is not: see DATABASE_ANSWER_TIMEOUT_S."""

DATABASE_URL: SplitResult = setting(
    "DATABASE_URL",
    split_url("postgres", "postgresql", what="the address of a Postgres database"),
    default="postgres://postgres@127.0.0.1:54320/posthog",
    about="Postgres: accounts, inbox, rejects, reports. Its query goes to libpq (`?sslmode=require`).",
)


def to_database(url: SplitResult) -> dict[str, Any]:
    """Turn a Postgres URL into an entry of DATABASES; `?host=/dir` means a Unix socket, as in libpq."""
    options: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, **DEAD_PEER, **dict(parse_qsl(url.query))}
    return {
        "ENGINE": "posthog.postgres",
        "NAME": unquote(url.path.lstrip("/")) or "posthog",
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", None) or url.hostname or "",
        "PORT": options.pop("port", None) or url.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATABASES = {"default": to_database(DATABASE_URL)}
DATABASE_ANSWER_TIMEOUT_S = setting(
    "DATABASE_ANSWER_TIMEOUT_S",
    whole_number(1, 3600),
    default="8",
    about="Seconds that the web waits for an answer of Postgres; then its own is 503, and the connection is closed.",
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = setting(
    "REDIS_URL",
    split_url("redis", "rediss", what="the address of a Redis server"),
    default="redis://127.0.0.1:63790/0",
    about="Redis: the task queue's broker and the cache that counts sign-in attempts.",
).geturl()

CACHES = {
    "default": {
        "BACKEND": "posthog.redis_cache.LastingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "posthog",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 5},
    }
}

CLICKHOUSE_HOST = setting(
    "CLICKHOUSE_HOST",
    TEXT,
    default="127.0.0.1",
    about="ClickHouse's host; set it to use a real server instead of the embedded one.",
)
CLICKHOUSE_PORT = setting(
    "CLICKHOUSE_PORT",
    PORT,
    default="19000",
    about="Port of the native protocol (a real server listens on 9000, or 9440 with TLS).",
)
CLICKHOUSE_USER = setting("CLICKHOUSE_USER", TEXT, default="default", about="ClickHouse user.")
CLICKHOUSE_PASSWORD = setting("CLICKHOUSE_PASSWORD", TEXT, default="", about="Password of that user.")
CLICKHOUSE_DATABASE = setting(
    "CLICKHOUSE_DATABASE", IDENTIFIER, default="default", about="Database that holds `ai_events`."
)
CLICKHOUSE_SECURE = setting("CLICKHOUSE_SECURE", FLAG, default="0", about="1: TLS to ClickHouse.")
CLICKHOUSE_CA = setting("CLICKHOUSE_CA", FILE_PATH, default="", about="Authority that signed ClickHouse's certificate.")
CLICKHOUSE_VERIFY = setting("CLICKHOUSE_VERIFY", FLAG, default="1", about="0: accept any certificate from ClickHouse.")
CLICKHOUSE_CLUSTER = setting(
    "CLICKHOUSE_CLUSTER",
    IDENTIFIER,
    default="",
    about="Cluster name; the migrations then create sharded, replicated tables.",
)
CLICKHOUSE_CONNECT_TIMEOUT_S = setting(
    "CLICKHOUSE_CONNECT_TIMEOUT_S",
    whole_number(1, 600),
    default="5",
    about="Seconds to wait for a connection to ClickHouse.",
)
CLICKHOUSE_MAX_MEMORY_BYTES = setting(
    "CLICKHOUSE_MAX_MEMORY_BYTES",
    whole_number(256 << 20),
    default="4294967296",
    about="Embedded ClickHouse only: memory its engine may use; a query that would pass it fails (error 241).",
)
