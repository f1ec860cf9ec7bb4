"""Attributes that hold JSON as text, for OpenTelemetry's attributes are flat."""

from collections.abc import Mapping
from typing import Any

from posthog.errors import InvalidBody
from posthog.llm_usage.envelope import parse_json


def parse_text(value: Any) -> Any:
    """What the text of an object or a list holds; anything else as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("[", "{"):
        return value
    try:
        return parse_json(value.encode("utf-8", "replace"))
    except InvalidBody:
        return value


def parse_object(value: Any) -> Mapping[str, Any]:
    """The object that a text holds; empty for anything else."""
    parsed = parse_text(value) if isinstance(value, str) else None
    return parsed if isinstance(parsed, dict) else {}
