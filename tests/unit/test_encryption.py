"""Encryption at rest: what one key closes, another does not open."""

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from posthog.encryption import Undecryptable, decrypt, encrypt
from posthog.errors import InvalidSetting
from posthog.settings.encryption import FERNET_KEYS
from posthog.settings.environment import parse_setting


def make_key() -> str:
    return Fernet.generate_key().decode()


def test_value_is_opened_by_its_key_alone(settings: Settings) -> None:
    """Each encryption differs, none shows the value, and a stranger's key fails."""
    settings.ENCRYPTION_KEYS = [make_key()]
    closed = encrypt(b"secret")
    assert closed != encrypt(b"secret")
    assert b"secret" not in closed
    assert decrypt(closed) == b"secret"
    settings.ENCRYPTION_KEYS = [make_key()]
    with pytest.raises(Undecryptable):
        decrypt(closed)


def test_first_key_encrypts_and_all_decrypt(settings: Settings) -> None:
    """A key is rotated by putting another in front of it."""
    old, new = make_key(), make_key()
    settings.ENCRYPTION_KEYS = [old]
    closed = encrypt(b"secret")
    settings.ENCRYPTION_KEYS = [new, old]
    assert decrypt(closed) == b"secret"
    closed = encrypt(b"secret")
    settings.ENCRYPTION_KEYS = [new]
    assert decrypt(closed) == b"secret"


def test_key_is_derived_from_the_secret_where_none_is_set(settings: Settings) -> None:
    """The same secret gives the same key, another another; the secret itself is not the key."""
    settings.ENCRYPTION_KEYS = []
    settings.CONFIGURED_SECRET_KEY = "s" * 50
    closed = encrypt(b"secret")
    assert decrypt(closed) == b"secret"
    settings.CONFIGURED_SECRET_KEY = "t" * 50
    with pytest.raises(Undecryptable):
        decrypt(closed)


def test_nothing_is_encrypted_with_a_key_that_nobody_keeps(settings: Settings) -> None:
    """A command without a configured secret runs on a random one, which would be lost with it."""
    settings.ENCRYPTION_KEYS = []
    settings.CONFIGURED_SECRET_KEY = ""
    with pytest.raises(InvalidSetting, match="ENCRYPTION_KEYS"):
        encrypt(b"secret")


@pytest.mark.parametrize("text", ["short", "a" * 44, f"{'a' * 43}=,x"])
def test_bad_keys_are_refused_without_showing_them(text: str) -> None:
    """The start stops with a sentence; a secret is never part of it."""
    with pytest.raises(InvalidSetting, match="^ENCRYPTION_KEYS: expected .*, got something else$"):
        parse_setting("ENCRYPTION_KEYS", text, FERNET_KEYS)
