"""Requests to addresses that people type in: only to whom was checked, never further, never without end."""

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from posthog.outbound_http import (
    OutboundAnswer,
    OutboundFailed,
    OutboundRefused,
    OutboundRequest,
    Target,
    find_addresses,
    parse_target,
    resolve_host,
    send_outbound,
)
from tests.local_server import Answer, LocalServer, answer_with

HOST = "receiver.invalid"
"""A name that no resolver but the test's knows."""
PUBLIC = "93.184.216.34"


@dataclass
class Resolver:
    """Gives its answers in turn, the last for good; `asked` is what it was asked."""

    answers: list[list[str]] = field(default_factory=lambda: [["127.0.0.1"]])
    asked: list[tuple[str, int]] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


@pytest.fixture
def local() -> Iterator[Callable[..., LocalServer]]:
    """Starts servers that end with the test."""
    started: list[LocalServer] = []

    def start(*answers: Answer, tls: ssl.SSLContext | None = None) -> LocalServer:
        server = LocalServer(answers=list(answers) or [answer_with("200 OK")], tls=tls)
        started.append(server.__enter__())
        return server

    yield start
    for server in started:
        server.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def internal_host(settings: Settings) -> None:
    settings.OUTBOUND_HTTP_INTERNAL_HOSTS = [HOST]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for HOST that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "receiver.pem"
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + pem)
    return file


def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def trust(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def send(
    port: int, *, path: str = "/hook", resolver: Resolver | None = None, tls: ssl.SSLContext | None = None
) -> OutboundAnswer:
    scheme = "http" if tls is None else "https"
    request = OutboundRequest(url=f"{scheme}://{HOST}:{port}{path}", headers={"X-Test": "1"}, body=b"hello")
    return send_outbound(request, resolve=resolver or Resolver(), tls=tls)


def test_sends_method_path_headers_and_body(local: Callable[..., LocalServer]) -> None:
    """What was asked for, to the host by its name."""
    server = local(answer_with("201 Created", b"thanks", "X-Reply: yes"))
    answer = send(server.port, path="/hook?a=1")
    (heard,) = server.requests
    assert heard.startswith(b"POST /hook?a=1 HTTP/1.1\r\n")
    assert f"Host: {HOST}:{server.port}".encode() in heard
    assert b"X-Test: 1" in heard
    assert heard.endswith(b"\r\n\r\nhello")
    assert (answer.status, answer.body, answer.headers["x-reply"], answer.is_success) == (201, b"thanks", "yes", True)


def test_connects_to_the_address_that_was_checked(local: Callable[..., LocalServer]) -> None:
    """The name is resolved once: an answer that changes afterwards changes nothing."""
    server = local()
    resolver = Resolver([["127.0.0.1"], ["203.0.113.9"]])
    assert send(server.port, resolver=resolver).status == 200
    assert resolver.asked == [(HOST, server.port)]


def test_next_address_is_tried_where_one_does_not_answer(local: Callable[..., LocalServer]) -> None:
    """A host may have several."""
    server = local()
    assert send(server.port, resolver=Resolver([["127.0.0.2", "127.0.0.1"]])).status == 200


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_redirects_are_not_followed(local: Callable[..., LocalServer], status: str) -> None:
    """They are answers, and no success."""
    inside = local()
    server = local(answer_with(status, b"", f"Location: http://127.0.0.1:{inside.port}/"))
    answer = send(server.port)
    assert (answer.status, answer.is_success) == (int(status[:3]), False)
    assert inside.connections == 0


def test_proxies_of_the_environment_are_not_used(
    local: Callable[..., LocalServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would resolve the name for itself."""
    proxy, server = local(), local()
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    assert send(server.port).status == 200
    assert proxy.connections == 0


def test_tls_verifies_the_name_of_the_host(local: Callable[..., LocalServer], certificate: Path) -> None:
    """Not the address, which is pinned."""
    server = local(tls=server_tls(certificate))
    assert send(server.port, tls=trust(certificate)).status == 200


def test_tls_refuses_another_hosts_certificate(
    local: Callable[..., LocalServer], certificate: Path, settings: Settings
) -> None:
    """Nothing of the request is said to it."""
    settings.OUTBOUND_HTTP_INTERNAL_HOSTS = ["other.invalid"]
    server = local(tls=server_tls(certificate))
    request = OutboundRequest(url=f"https://other.invalid:{server.port}/")
    with pytest.raises(OutboundFailed, match="certificate verify failed"):
        send_outbound(request, resolve=Resolver(), tls=trust(certificate))
    assert server.requests == []


def test_tls_refuses_a_certificate_that_nobody_vouches_for(
    local: Callable[..., LocalServer], certificate: Path
) -> None:
    """The system's authorities decide unless told otherwise."""
    server = local(tls=server_tls(certificate))
    with pytest.raises(OutboundFailed, match="certificate verify failed"):
        send(server.port, tls=ssl.create_default_context())


def test_answer_is_read_up_to_its_bound(local: Callable[..., LocalServer], settings: Settings) -> None:
    """An answer without end costs no memory."""
    settings.OUTBOUND_HTTP_MAX_ANSWER_BYTES = 1000

    def flood(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    assert send(local(flood).port).body == b"x" * 1000


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"]
)
def test_receiver_that_drips_is_given_up(local: Callable[..., LocalServer], settings: Settings, said: bytes) -> None:
    """One deadline holds for everything; a byte now and then does not move it."""
    settings.OUTBOUND_HTTP_TIMEOUT_S = 1

    def drip(connection: socket.socket, request: bytes) -> None:
        connection.sendall(said)
        connection.settimeout(0.05)
        while True:
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                connection.sendall(b"a" if said else b"")

    with pytest.raises(OutboundFailed, match="no answer in time"):
        send(local(drip).port)


def test_receiver_that_is_away_is_a_failure(local: Callable[..., LocalServer]) -> None:
    """The message names the host, not the address."""
    with LocalServer() as gone:
        port = gone.port
    with pytest.raises(OutboundFailed, match=f"{HOST}: ConnectionRefusedError"):
        send(port)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        pytest.param("ftp://example.com/", "expected https://", id="scheme"),
        pytest.param("file:///etc/passwd", "expected https://", id="file"),
        pytest.param("https:///path", "expected https://", id="no-host"),
        pytest.param("http://example.com/", "OUTBOUND_HTTP_REQUIRE_HTTPS", id="plain-http"),
        pytest.param("https://user:secret@example.com/", "no user name", id="credentials"),
        pytest.param("https://example.com:25/", "expected port", id="mail-port"),
        pytest.param("https://example.com:99999/", "cannot be parsed", id="no-port"),
        pytest.param("https://exa mple.com/", "printable ASCII", id="space"),
        pytest.param("https://example.com/\r\nX-Evil: 1", "printable ASCII", id="header-injection"),
        pytest.param("https://example.com\\@127.0.0.1/", "backslash", id="backslash"),
        pytest.param("https://ex\u0430mple.com/", "printable ASCII", id="another-alphabet"),
        pytest.param("https://[::1", "cannot be parsed", id="broken-brackets"),
        pytest.param("https://example.com/" + "a" * 2000, "at most", id="too-long"),
    ],
)
def test_urls_that_break_a_rule_are_refused(url: str, rule: str) -> None:
    """Before anybody is asked for an address; the message repeats no secret."""
    resolver = Resolver()
    with pytest.raises(OutboundRefused, match=rule) as refusal:
        send_outbound(OutboundRequest(url=url), resolve=resolver)
    assert resolver.asked == []
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "addresses",
    [
        pytest.param(["127.0.0.1"], id="loopback"),
        pytest.param(["169.254.169.254"], id="metadata"),
        pytest.param(["::ffff:10.0.0.1"], id="mapped"),
        pytest.param([PUBLIC, "10.0.0.1"], id="one-of-two"),
        pytest.param(["fe80::1%1"], id="scoped"),
    ],
)
def test_host_with_an_address_inside_is_refused(addresses: list[str]) -> None:
    """One is enough; which it is is not said."""
    with pytest.raises(OutboundRefused, match="not on the public Internet") as refusal:
        send_outbound(OutboundRequest(url="https://evil.example/"), resolve=Resolver([addresses]))
    assert not any(address in str(refusal.value) for address in addresses)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0"])
def test_loopback_in_every_notation_is_refused(host: str) -> None:
    """With the system's own resolver, which reads them all."""
    with pytest.raises(OutboundRefused, match="not on the public|has no address"):
        send_outbound(OutboundRequest(url=f"https://{host}/"), resolve=resolve_host)


def test_host_without_an_address_is_refused() -> None:
    """Nothing to send to."""
    with pytest.raises(OutboundRefused, match="has no address"):
        find_addresses(parse_target("https://nowhere.example/"), Resolver([[]]))


def test_public_host_is_resolved_to_its_public_addresses() -> None:
    """They are what the connection goes to."""
    target = parse_target("https://Example.COM./a?b=c#d")
    assert target == Target("https", "example.com", 443, "/a?b=c", is_internal=False)
    assert find_addresses(target, Resolver([[PUBLIC]])) == [PUBLIC]
    assert IPv4Address(PUBLIC).is_global


def test_internal_host_may_be_bound_to_one_port(local: Callable[..., LocalServer], settings: Settings) -> None:
    """`host:port` opens that port and no other."""
    server = local()
    settings.OUTBOUND_HTTP_INTERNAL_HOSTS = [f"{HOST}:{server.port}"]
    assert send(server.port).status == 200
    with pytest.raises(OutboundRefused, match="expected https"):
        send(server.port + 1)


def test_plain_http_to_public_hosts_needs_the_setting(settings: Settings) -> None:
    """The address is checked all the same."""
    settings.OUTBOUND_HTTP_REQUIRE_HTTPS = False
    target = parse_target("http://example.com/")
    with pytest.raises(OutboundRefused, match="not on the public Internet"):
        find_addresses(target, Resolver())
