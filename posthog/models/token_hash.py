"""Tokens are shown once and stored as their SHA-256: they are random, so no slow hash is needed."""

import hashlib


def hash_token(token: str) -> str:
    """Hash a token of 256 random bits; hex."""
    return hashlib.sha256(token.encode()).hexdigest()
