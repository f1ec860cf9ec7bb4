"""
Requests to addresses that a person typed in, which must not become a way into our own network (SSRF).

- http and https only, https unless a setting allows more; no credentials in the URL.
- The host is resolved here, once. One address that is not public refuses the whole request, and the connection goes
  to the addresses that were checked: a second answer of the name server (DNS rebinding) has no say. TLS still
  verifies the host's name.
- Redirects are answers like any other. Proxies of the environment are not used: they would resolve for themselves.
- One deadline for everything, and a bound on what is read of the answer.

Hosts in OUTBOUND_HTTP_INTERNAL_HOSTS may have any address, and speak plain http.
"""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from posthog.errors import AccountingError
from posthog.outbound_addresses import is_public, parse_address

DEFAULT_PORTS = {"http": 80, "https": 443}
LOWEST_UNPRIVILEGED_PORT = 1024
LONGEST_URL = 2000
UNSAFE_CHARACTERS = re.compile(r"[^\x21-\x7e]")
MOST_ADDRESSES = 4

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port → addresses as text; raises OSError where there are none."""


class OutboundRefused(AccountingError):
    """The request was not sent: its URL, or an address of its host, is none that we send to."""


class OutboundFailed(AccountingError):
    """The request was sent in part or in whole, and no answer came; the receiver may have acted on it."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads. `host` is ASCII, lower case, without brackets."""

    scheme: str
    host: str
    port: int
    path: str
    is_internal: bool

    @property
    def authority(self) -> str:
        """As the header `Host` wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundRequest:
    """
    Attributes:
        url: As a person typed it in.
        headers: `Host`, `Content-Length`, `Connection` and `Accept-Encoding` are set here.
        max_answer_bytes: Of the answer that are read; None: OUTBOUND_HTTP_MAX_ANSWER_BYTES.
    """

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    max_answer_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class OutboundAnswer:
    """`body` is cut at the request's most bytes; header names are lower case, of repeated ones the last."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def resolve_host(host: str, port: int) -> list[str]:
    """Ask the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def send_outbound(
    request: OutboundRequest, *, resolve: Resolve = resolve_host, tls: ssl.SSLContext | None = None
) -> OutboundAnswer:
    """
    Send one request and read the answer, whatever its status.

    Args:
        tls: Whom to trust; None: the system's authorities.
    Raises:
        OutboundRefused: Nothing was sent.
        OutboundFailed: No answer, or none within OUTBOUND_HTTP_TIMEOUT_S.
    """
    target = parse_target(request.url)
    addresses = find_addresses(target, resolve)
    return _exchange(target, addresses, request, tls or ssl.create_default_context())


def parse_target(url: str) -> Target:
    """
    Raises:
        OutboundRefused: It is no URL that may be sent to; the message says which rule it breaks.
    """
    if len(url) > LONGEST_URL or UNSAFE_CHARACTERS.search(url) or "\\" in url:
        raise OutboundRefused(f"url: expected at most {LONGEST_URL} printable ASCII characters, no spaces or backslash")
    parts, port = _split(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise OutboundRefused("url: expected https:// (or http://) and a host")
    if parts.username is not None or parts.password is not None:
        raise OutboundRefused("url: expected no user name and password")
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    host = parts.hostname.rstrip(".")
    is_internal = bool({host, f"{host}:{port}"} & {name.lower() for name in settings.OUTBOUND_HTTP_INTERNAL_HOSTS})
    if not is_internal:
        _require_open(parts.scheme, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, is_internal)


def find_addresses(target: Target, resolve: Resolve) -> list[str]:
    """
    Raises:
        OutboundRefused: The host is unknown, or one of its addresses is not public.
    """
    try:
        found = list(resolve(target.host, target.port))[:MOST_ADDRESSES]
        addresses = [parse_address(text) for text in found]
    except (OSError, UnicodeError, ValueError) as error:
        raise OutboundRefused(f"url: {target.host} has no address ({type(error).__name__})") from error
    if not addresses:
        raise OutboundRefused(f"url: {target.host} has no address")
    # Which address it was is not said: the message is shown to whoever typed the URL, and must not map our network.
    if not target.is_internal and not all(map(is_public, addresses)):
        raise OutboundRefused(f"url: {target.host} is not on the public Internet; see OUTBOUND_HTTP_INTERNAL_HOSTS")
    return found


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise OutboundRefused("url: cannot be parsed") from None


def _require_open(scheme: str, port: int) -> None:
    if scheme == "http" and settings.OUTBOUND_HTTP_REQUIRE_HTTPS:
        raise OutboundRefused("url: expected https://; see OUTBOUND_HTTP_REQUIRE_HTTPS")
    # Mail servers and the like read commands out of what an HTTP client says.
    if port < LOWEST_UNPRIVILEGED_PORT and port not in DEFAULT_PORTS.values():
        raise OutboundRefused(f"url: expected port 80, 443 or one from {LOWEST_UNPRIVILEGED_PORT} on, got {port}")


class _PinnedConnection(HTTPConnection):
    """Connects to the checked addresses, in turn, and to nothing else; TLS names and verifies the host."""

    def __init__(self, target: Target, addresses: Sequence[str], tls: ssl.SSLContext) -> None:
        super().__init__(target.host, target.port, timeout=settings.OUTBOUND_HTTP_TIMEOUT_S)
        self._target = target
        self._addresses = addresses
        self._tls = tls
        self.is_expired = False

    def connect(self) -> None:
        self.sock = self._connect_first()
        if self._target.scheme == "https":
            # The handshake comes after `self.sock` is set, so that the deadline can end it, too.
            encrypted = self._tls.wrap_socket(
                self.sock, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            self.sock = encrypted
            encrypted.do_handshake()

    def expire(self) -> None:
        """The deadline has passed: whoever waits for this connection gets an error."""
        self.is_expired = True
        if self.sock is not None:
            try:
                # Not SSLSocket's own: it would take the TLS state away under the reading thread.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
            except OSError:
                return  # it is closed already

    def _connect_first(self) -> socket.socket:
        share_s = settings.OUTBOUND_HTTP_TIMEOUT_S / len(self._addresses)
        for address in self._addresses[:-1]:
            try:
                return socket.create_connection((address, self._target.port), timeout=share_s)
            except OSError:
                continue
        return socket.create_connection((self._addresses[-1], self._target.port), timeout=share_s)


def _exchange(
    target: Target, addresses: Sequence[str], request: OutboundRequest, tls: ssl.SSLContext
) -> OutboundAnswer:
    connection = _PinnedConnection(target, addresses, tls)
    # A receiver that sends a byte now and then never runs into the socket's own time-out.
    deadline = threading.Timer(settings.OUTBOUND_HTTP_TIMEOUT_S, connection.expire)
    deadline.daemon = True
    deadline.start()
    try:
        return _ask(connection, target, request)
    except (OSError, HTTPException) as error:
        is_late = connection.is_expired or isinstance(error, TimeoutError)
        fault = "no answer in time" if is_late else f"{type(error).__name__}: {_first_line(error)}"
        raise OutboundFailed(f"{target.host}: {fault}") from error
    finally:
        deadline.cancel()
        connection.close()


def _ask(connection: _PinnedConnection, target: Target, request: OutboundRequest) -> OutboundAnswer:
    own = {"Host": target.authority, "Connection": "close", "Accept-Encoding": "identity"}
    connection.request(request.method, target.path, body=request.body or None, headers={**request.headers, **own})
    with connection.getresponse() as response:
        most = request.max_answer_bytes
        body = response.read(settings.OUTBOUND_HTTP_MAX_ANSWER_BYTES if most is None else most)
        if connection.is_expired:
            raise TimeoutError
        headers = {name.lower(): value for name, value in response.getheaders()}
        return OutboundAnswer(response.status, headers, body)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
