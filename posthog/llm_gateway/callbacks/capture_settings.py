"""
The PostHog callback's settings: its own variables, and the shipper's for the spool (`POSTHOG_SPOOL_*`) and for
batches, retries and stopping (`POSTHOG_GATEWAY_*`).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import httpx

from posthog.errors import InvalidSetting
from posthog.llm_gateway.callbacks.capture_transport import Project
from posthog.llm_gateway.settings import ShipperSettings, read_settings

HOST = "POSTHOG_CALLBACK_HOST"
API_KEY = "POSTHOG_CALLBACK_API_KEY"
SPOOL_DIR = "POSTHOG_CALLBACK_SPOOL_DIR"
MAX_EVENT_BYTES = "POSTHOG_CALLBACK_MAX_EVENT_BYTES"
DEFAULTS = {
    HOST: "https://us.i.posthog.com",
    SPOOL_DIR: "~/.local/state/posthog-callback",
    MAX_EVENT_BYTES: "1000000",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSettings:
    """Whom to send to, and how the spool works."""

    project: Project
    shipper: ShipperSettings


def read_capture_settings(environment: Mapping[str, str] = os.environ) -> CaptureSettings:
    """
    Read and check them; creates the spool folder.

    Raises:
        InvalidSetting: One is missing or breaks its rule.
    """
    given = DEFAULTS | {name: value for name, value in environment.items() if value}
    url = _read_host(given[HOST]) + "/batch/"
    api_key = given.get(API_KEY)
    if api_key is None:
        raise InvalidSetting(f"{API_KEY}: expected the project's API key, got nothing; the PostHog callback needs it")
    replaced = {"POSTHOG_GATEWAY_URL": url, "POSTHOG_GATEWAY_TOKEN": api_key, "POSTHOG_SPOOL_DIR": given[SPOOL_DIR]}
    shipper = read_settings(given | replaced)
    project = Project(
        url=url,
        api_key=api_key,
        gateway_version=_find_gateway_version(),
        max_event_bytes=_read_bytes(given[MAX_EVENT_BYTES]),
        timeout_s=shipper.receiver.timeout_s,
    )
    return CaptureSettings(project=project, shipper=shipper)


def _read_host(value: str) -> str:
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        raise InvalidSetting(f"{HOST}: expected an http or https URL, got {value!r}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise InvalidSetting(f"{HOST}: expected an http or https URL, got {value!r}")
    return value.rstrip("/")


def _read_bytes(value: str) -> int:
    if not value.isdecimal() or int(value) == 0:
        raise InvalidSetting(f"{MAX_EVENT_BYTES}: expected a whole number above 0, got {value!r}")
    return int(value)


def _find_gateway_version() -> str:
    try:
        return f"litellm/{version('litellm')}"
    except PackageNotFoundError:
        return ""
