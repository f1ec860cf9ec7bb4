"""
The shipper's settings: environment variables, read once when the callback is imported.

A value that breaks its rule stops the proxy's start with a sentence that names the variable; the token and the
secret are never repeated.
"""

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx

from posthog.errors import InvalidSetting
from posthog.llm_gateway.batches import BatchLimits
from posthog.llm_gateway.transport import Receiver
from posthog.llm_gateway.writer import WriterLimits

T = TypeVar("T")

MIB = 1024 * 1024
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One line of the table of settings; a default of None: it must be set."""

    name: str
    rule: str
    default: str | None
    about: str


URL = Variable(
    name="POSTHOG_GATEWAY_URL",
    rule="an http or https URL",
    default=None,
    about="The webhook: https://HOST/api/llm_gateway/webhook",
)
TOKEN = Variable(
    name="POSTHOG_GATEWAY_TOKEN",
    rule="a token",
    default=None,
    about="What `create_gateway_credential` printed",
)
SIGNING_SECRET = Variable(
    name="POSTHOG_GATEWAY_SIGNING_SECRET",
    rule="text",
    default="",
    about="Signs each request, where the credential asks for it",
)
TIMEOUT_S = Variable(
    name="POSTHOG_GATEWAY_TIMEOUT_S",
    rule="a number above 0",
    default="30",
    about="Seconds that one request may take",
)
FLUSH_INTERVAL_S = Variable(
    name="POSTHOG_GATEWAY_FLUSH_INTERVAL_S",
    rule="a number above 0",
    default="1",
    about="Seconds between requests while calls come in",
)
BATCH_EVENTS = Variable(
    name="POSTHOG_GATEWAY_BATCH_EVENTS",
    rule="a whole number above 0",
    default="500",
    about="Most events of one request",
)
BATCH_BYTES = Variable(
    name="POSTHOG_GATEWAY_BATCH_BYTES",
    rule="a whole number above 0",
    default=str(4 * MIB),
    about="Most bytes of one request before compression; one larger event goes alone",
)
MAX_RETRY_S = Variable(
    name="POSTHOG_GATEWAY_MAX_RETRY_S",
    rule="a number above 0",
    default="60",
    about="Longest wait between two tries",
)
DRAIN_S = Variable(
    name="POSTHOG_GATEWAY_DRAIN_S",
    rule="a number of at least 0",
    default="5",
    about="Seconds that a stopping proxy goes on sending; what is left is sent after its next start",
)
SPOOL_DIR = Variable(
    name="POSTHOG_SPOOL_DIR",
    rule="a folder that can be written to",
    default="~/.local/state/posthog-shipper",
    about="The spool; on a volume that outlives the container",
)
SPOOL_MAX_BYTES = Variable(
    name="POSTHOG_SPOOL_MAX_BYTES",
    rule="a whole number above 0",
    default=str(2048 * MIB),
    about="Most bytes of the spool, all workers together",
)
SPOOL_SYNC_INTERVAL_S = Variable(
    name="POSTHOG_SPOOL_SYNC_INTERVAL_S",
    rule="a number of at least 0",
    default="0.05",
    about="Seconds after which an event is on the medium",
)
SPOOL_QUEUE_EVENTS = Variable(
    name="POSTHOG_SPOOL_QUEUE_EVENTS",
    rule="a whole number above 0",
    default="2000",
    about="Most events in memory, per worker, while the disk does not take them; more are refused and counted",
)
SPOOL_QUEUE_BYTES = Variable(
    name="POSTHOG_SPOOL_QUEUE_BYTES",
    rule="a whole number above 0",
    default=str(16 * MIB),
    about="The same in bytes, for those that are encoded already",
)
SPOOL_CONTENT = Variable(
    name="POSTHOG_SPOOL_CONTENT",
    rule="keep or strip",
    default="keep",
    about="`strip`: messages, answers and parameters never reach the disk or the wire; counts and costs do",
)

VARIABLES = tuple(value for value in list(globals().values()) if isinstance(value, Variable))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipperSettings:
    """All of them, checked."""

    receiver: Receiver
    spool_folder: Path
    writer: WriterLimits
    batch: BatchLimits
    queue_events: int
    longest_retry_s: float
    drain_s: float


def read_settings(environment: Mapping[str, str] = os.environ) -> ShipperSettings:
    """
    Read and check them; creates the spool folder.

    Raises:
        InvalidSetting: One is missing or breaks its rule.
    """

    def read(variable: Variable, parse: Callable[[str], T]) -> T:
        return _read(variable, parse, environment)

    receiver = Receiver(
        url=read(URL, _parse_url),
        token=read(TOKEN, _parse_token),
        signing_secret=read(SIGNING_SECRET, str),
        timeout_s=read(TIMEOUT_S, _above_0(float)),
    )
    batch_bytes, batch_events = read(BATCH_BYTES, _above_0(int)), read(BATCH_EVENTS, _above_0(int))
    return ShipperSettings(
        receiver=receiver,
        spool_folder=read(SPOOL_DIR, _make_folder),
        writer=WriterLimits(
            sync_interval_s=read(SPOOL_SYNC_INTERVAL_S, _at_least_0),
            segment_age_s=read(FLUSH_INTERVAL_S, _above_0(float)),
            segment_bytes=batch_bytes,
            segment_records=batch_events,
            max_spool_bytes=read(SPOOL_MAX_BYTES, _above_0(int)),
            max_pending_bytes=read(SPOOL_QUEUE_BYTES, _above_0(int)),
            is_content_kept=read(SPOOL_CONTENT, _parse_content),
        ),
        batch=BatchLimits(max_bytes=batch_bytes, max_records=batch_events),
        queue_events=read(SPOOL_QUEUE_EVENTS, _above_0(int)),
        longest_retry_s=read(MAX_RETRY_S, _above_0(float)),
        drain_s=read(DRAIN_S, _at_least_0),
    )


def _read(variable: Variable, parse: Callable[[str], T], environment: Mapping[str, str]) -> T:
    value = environment.get(variable.name) or variable.default
    if value is None:
        raise InvalidSetting(f"{variable.name}: expected {variable.rule}, got nothing; the PostHog shipper needs it")
    try:
        return parse(value)
    except ValueError as fault:
        raise InvalidSetting(f"{variable.name}: expected {variable.rule}, got {fault}") from None


def _parse_url(value: str) -> str:
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        raise ValueError(repr(value)) from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(repr(value))
    return value


def _parse_token(value: str) -> str:
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError(f"{len(value)} characters, some of which a header cannot hold")
    return value


def _parse_content(value: str) -> bool:
    if value not in ("keep", "strip"):
        raise ValueError(repr(value))
    return value == "keep"


def _above_0(number: Callable[[str], T]) -> Callable[[str], T]:
    def parse(value: str) -> T:
        parsed = _parse_number(number, value)
        if not 0 < float(value) < float("inf"):
            raise ValueError(repr(value))
        return parsed

    return parse


def _at_least_0(value: str) -> float:
    parsed = _parse_number(float, value)
    if not 0 <= parsed < float("inf"):
        raise ValueError(repr(value))
    return parsed


def _parse_number(number: Callable[[str], T], value: str) -> T:
    try:
        return number(value)
    except ValueError:
        raise ValueError(repr(value)) from None


def _make_folder(value: str) -> Path:
    """The folder, made if need be; on a full disk it may be made later, by the writer."""
    try:
        folder = Path(value).expanduser().absolute()
    except RuntimeError:
        raise ValueError(f"{value!r} without a home folder") from None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in FULL:
            return folder
        raise ValueError(f"{value!r}: {error.strerror}") from None
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise ValueError(f"{value!r}, which this process may not write to")
    return folder
