"""
Encryption at rest, for the few values that Postgres must not show: Fernet (AES-128-CBC with HMAC-SHA256).

The keys come from the environment alone. Whoever loses them loses what they closed: rejected events that were
kept whole, and signing secrets.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from posthog.errors import AccountingError, InvalidSetting

PURPOSE = b"posthog encryption at rest v1"


class Undecryptable(AccountingError):
    """It was encrypted with a key that is no longer among ENCRYPTION_KEYS, or it is damaged."""


def encrypt(plain: bytes) -> bytes:
    """
    Encrypt with the first key.

    Raises:
        InvalidSetting: Neither ENCRYPTION_KEYS nor SECRET_KEY is configured: nothing could ever decrypt it.
    """
    return _fernet().encrypt(plain)


def decrypt(closed: bytes) -> bytes:
    """
    Decrypt with whichever key fits.

    Raises:
        Undecryptable: None fits.
    """
    try:
        return _fernet().decrypt(bytes(closed))
    except InvalidToken:
        raise Undecryptable("encrypted value: none of ENCRYPTION_KEYS opens it") from None


def _fernet() -> MultiFernet:
    keys = [key.encode() for key in settings.ENCRYPTION_KEYS] or [_derive_key(settings.CONFIGURED_SECRET_KEY)]
    return MultiFernet([Fernet(key) for key in keys])


def _derive_key(secret: str) -> bytes:
    if not secret:
        raise InvalidSetting("ENCRYPTION_KEYS: expected a key, or SECRET_KEY to derive one from, found neither")
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
