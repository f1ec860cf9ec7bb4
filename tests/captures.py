"""The recorded webhook bodies of a LiteLLM 1.109.1 proxy (tests/fixtures/captures), as the webhook gets them."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "fixtures" / "captures"
CAPTURES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@cache
def _load(name: str) -> dict[str, Any]:
    capture: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return capture


def list_bodies(name: str) -> list[bytes]:
    """The bodies that the proxy posted in this scenario, byte for byte, in order."""
    return [post["body"].encode() for post in _load(name)["webhook"]]


def list_payloads(*names: str) -> Iterator[dict[str, Any]]:
    """Every payload of these scenarios; of all where none is named."""
    for name in names or CAPTURES:
        for body in list_bodies(name):
            yield from (payload for payload in json.loads(body) if payload is not None)
