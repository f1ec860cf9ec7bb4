"""What makes an alert the same at every look: a digest of check, subject and figure, short enough for an index."""

import hashlib

import orjson

from posthog.llm_integrity.findings import FindingKey


def digest_key(key: FindingKey) -> str:
    """64 hexadecimal digits. Names come from callers and may be of any length."""
    text = orjson.dumps([key.check, list(key.subject), key.figure])
    return hashlib.sha256(text).hexdigest()
