"""Which servers are ours, on which ports, and how the others learn of it."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from stack.addresses import (
    PORT_VARIABLES,
    Secrets,
    build_addresses,
    list_embedded,
    load_secrets,
    parse_port,
    take_any_ports,
    take_ports,
)
from stack.env_file import read_env_file
from stack.errors import StackError
from stack.layout import Layout

SECRETS = Secrets(postgres="pg", redis="rd", clickhouse="ch", secret_key="key")


@pytest.mark.parametrize(
    ("environ", "embedded"),
    [
        pytest.param({}, ("postgres", "redis", "clickhouse"), id="nothing-set"),
        pytest.param({"DATABASE_URL": "postgres://h/d"}, ("redis", "clickhouse"), id="own-postgres"),
        pytest.param({"REDIS_URL": "redis://h"}, ("postgres", "clickhouse"), id="own-redis"),
        pytest.param({"CLICKHOUSE_HOST": "h"}, ("postgres", "redis"), id="own-clickhouse"),
        pytest.param({"CLICKHOUSE_HOST": "", "CLICKHOUSE_PORT": "1"}, ("postgres", "redis", "clickhouse"), id="empty"),
    ],
)
def test_server_named_by_the_environment_is_not_started(environ: dict[str, str], embedded: tuple[str, ...]) -> None:
    """Each store is skipped when its own variable points elsewhere."""
    assert list_embedded(environ) == embedded


def test_addresses_lead_to_the_ports_and_passwords() -> None:
    """What the application is told matches what was started."""
    ports = {"web": 1, "postgres": 2, "redis": 3, "clickhouse": 4, "gateway": 5, "replay": 6}
    addresses = build_addresses(ports, SECRETS, {})
    assert addresses["SITE_URL"] == "http://127.0.0.1:1"
    assert addresses["GATEWAY_URL"] == "http://127.0.0.1:5"
    assert addresses["SECRET_KEY"] == "key"
    database = urlsplit(addresses["DATABASE_URL"])
    assert (database.hostname, database.port, database.password, database.path) == (
        "127.0.0.1",
        2,
        "pg",
        "/posthog",
    )
    assert addresses["REDIS_URL"] == "redis://:rd@127.0.0.1:3/0"
    assert (addresses["CLICKHOUSE_HOST"], addresses["CLICKHOUSE_PORT"]) == ("127.0.0.1", "4")
    assert addresses["CLICKHOUSE_PASSWORD"] == "ch"


def test_addresses_of_real_servers_are_left_to_the_environment() -> None:
    """Nothing is said about a store that is not started here."""
    assert build_addresses({}, SECRETS, {}) == {"SECRET_KEY": "key"}


def test_users_site_url_and_key_are_kept() -> None:
    """The generated ones only fill gaps."""
    addresses = build_addresses({"web": 1}, SECRETS, {"SITE_URL": "https://x.test", "SECRET_KEY": "mine"})
    assert addresses == {"SITE_URL": "https://x.test", "SECRET_KEY": "mine"}


def test_secrets_are_made_once(tmp_path: Path) -> None:
    """A second start opens the first one's data; what the user put into the file is kept."""
    layout = Layout(tmp_path, tmp_path / ".local")
    layout.instance.mkdir()
    layout.secrets_file.write_text("SECRET_KEY=mine\nOTHER=1\n")
    first = load_secrets(layout)
    assert load_secrets(layout) == first
    assert first.secret_key == "mine"
    assert len({first.postgres, first.redis, first.clickhouse}) == 3
    assert read_env_file(layout.secrets_file)["OTHER"] == "1"


def test_port_in_use_is_named_with_the_way_out() -> None:
    """One sentence: which port, for what, which variable to set."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StackError, match=rf"Port {port} \(web\).*WEB_PORT={port + 1}"):
            take_ports(("web",), {"WEB_PORT": str(port)})


def test_two_servers_on_one_port_are_refused() -> None:
    """The clash is seen before anything starts."""
    (port,) = take_any_ports(("web",)).values()
    with pytest.raises(StackError, match=f"redis and web cannot both use port {port}"):
        take_ports(("web", "redis"), {"WEB_PORT": str(port), "REDIS_PORT": str(port)})


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "80.5"])
def test_port_that_is_none_is_refused(text: str) -> None:
    """The variable and its value are named."""
    with pytest.raises(StackError, match=f"WEB_PORT: expected a port from 1 to 65535, got '{text}'"):
        parse_port("web", {"WEB_PORT": text})


def test_default_ports_are_the_documented_ones() -> None:
    """People and scripts rely on them."""
    assert {server: parse_port(server, {}) for server in PORT_VARIABLES} == {
        "web": 8000,
        "postgres": 54320,
        "redis": 63790,
        "clickhouse": 19000,
        "gateway": 4000,
        "replay": 9400,
    }


def test_kernel_chosen_ports_differ_and_are_free() -> None:
    """Servers that start together get a port each."""
    ports = take_any_ports(("postgres", "redis", "clickhouse"))
    assert len(set(ports.values())) == 3
    for port in ports.values():
        socket.create_server(("127.0.0.1", port)).close()
