"""What is encrypted before it is stored: signing secrets, and rejected events where they are kept whole."""

import re

from posthog.settings.environment import Rule, setting

FERNET_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")


def _parse_keys(value: str) -> list[str]:
    keys = [key.strip() for key in value.split(",") if key.strip()]
    if not all(FERNET_KEY.fullmatch(key) for key in keys):
        raise ValueError("something else")
    return keys


FERNET_KEYS: Rule[list[str]] = Rule("Fernet keys (32 bytes in URL-safe base64) separated by commas", _parse_keys)

ENCRYPTION_KEYS = setting(
    "ENCRYPTION_KEYS",
    FERNET_KEYS,
    default="",
    about="The first encrypts, all decrypt: put a new key in front to rotate. Unset: a key derived from SECRET_KEY.",
)
