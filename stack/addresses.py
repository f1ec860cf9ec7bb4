"""
Where the servers are: the embedded ones, or the real ones that the environment names.

A server whose variable (DATABASE_URL, REDIS_URL, CLICKHOUSE_HOST) is set is somebody else's: it is not
started, and what the user says about it is passed on untouched.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from stack.env_file import read_env_file, write_env_file
from stack.errors import StackError
from stack.layout import Layout
from stack.system import LOOPBACK, choose_free_ports, require_free_port

STORE_VARIABLES = {"postgres": "DATABASE_URL", "redis": "REDIS_URL", "clickhouse": "CLICKHOUSE_HOST"}
PORT_VARIABLES = {
    "web": ("WEB_PORT", 8000),
    "postgres": ("POSTGRES_PORT", 54320),
    "redis": ("REDIS_PORT", 63790),
    "clickhouse": ("CLICKHOUSE_PORT", 19000),
    "gateway": ("GATEWAY_PORT", 4000),
    "replay": ("REPLAY_PORT", 9400),
}
MAX_PORT = 65535
SECRET_BYTES = 48
"""As text 64 characters: more than the 50 that a SECRET_KEY must have."""


@dataclass(frozen=True)
class Secrets:
    """Made once and kept in `secrets.env`."""

    postgres: str
    redis: str
    clickhouse: str
    secret_key: str


def load_secrets(layout: Layout) -> Secrets:
    """The instance's own passwords and key; missing ones are made."""
    values = read_env_file(layout.secrets_file)
    names = ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "CLICKHOUSE_PASSWORD", "SECRET_KEY")
    missing = {name: secrets.token_urlsafe(SECRET_BYTES) for name in names if not values.get(name)}
    if missing:
        values |= missing
        write_env_file(layout.secrets_file, values)
    return Secrets(*(values[name] for name in names))


def list_embedded(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The stores to start here."""
    return tuple(store for store, variable in STORE_VARIABLES.items() if not environ.get(variable))


def parse_port(server: str, environ: Mapping[str, str]) -> int:
    """The port of a server, from its variable or the default."""
    variable, default = PORT_VARIABLES[server]
    text = environ.get(variable) or str(default)
    if not text.isdecimal() or not 0 < int(text) <= MAX_PORT:
        raise StackError(f"{variable}: expected a port from 1 to {MAX_PORT}, got {text!r}.")
    return int(text)


def take_ports(servers: tuple[str, ...], environ: Mapping[str, str]) -> dict[str, int]:
    """The ports of the servers to start, each checked to be free and no two the same."""
    ports: dict[str, int] = {}
    for server in servers:
        port = parse_port(server, environ)
        variable = PORT_VARIABLES[server][0]
        for other, taken in ports.items():
            if taken == port:
                raise StackError(f"{server} and {other} cannot both use port {port}; change {variable}.")
        require_free_port(port, server=server, variable=variable)
        ports[server] = port
    return ports


def take_any_ports(servers: tuple[str, ...]) -> dict[str, int]:
    """Free ports that the kernel chose."""
    return dict(zip(servers, choose_free_ports(len(servers)), strict=True))


def build_addresses(ports: Mapping[str, int], passwords: Secrets, environ: Mapping[str, str]) -> dict[str, str]:
    """
    The variables that tell every process where the stores are.

    Args:
        ports: Of the servers started here; stores that are missing have their variables in `environ`.
    """
    addresses = {"SECRET_KEY": environ.get("SECRET_KEY") or passwords.secret_key}
    if "web" in ports:
        addresses["SITE_URL"] = environ.get("SITE_URL") or f"http://{LOOPBACK}:{ports['web']}"
    if "gateway" in ports:
        addresses["GATEWAY_URL"] = f"http://{LOOPBACK}:{ports['gateway']}"
    if "postgres" in ports:
        place = f"{LOOPBACK}:{ports['postgres']}"
        addresses["DATABASE_URL"] = f"postgres://postgres:{passwords.postgres}@{place}/posthog"
    if "redis" in ports:
        addresses["REDIS_URL"] = f"redis://:{passwords.redis}@{LOOPBACK}:{ports['redis']}/0"
    if "clickhouse" in ports:
        addresses |= {
            "CLICKHOUSE_HOST": LOOPBACK,
            "CLICKHOUSE_PORT": str(ports["clickhouse"]),
            "CLICKHOUSE_USER": "default",
            "CLICKHOUSE_PASSWORD": passwords.clickhouse,
            "CLICKHOUSE_DATABASE": "default",
            "CLICKHOUSE_SECURE": "0",
            "CLICKHOUSE_CLUSTER": "",
        }
    return addresses
