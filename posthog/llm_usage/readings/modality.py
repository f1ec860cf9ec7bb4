"""
Lists of counts by modality, as Gemini writes them: `[{"modality": "TEXT", "tokenCount": 9}, …]`.

A DOCUMENT counts as image. An element without a count says nothing. Python's SDK may print the enumeration's name
before the member's, `MediaModality.TEXT`, or the member's number.
"""

from collections.abc import Mapping
from typing import Any

from posthog.llm_usage.readings.found import Found, Handler, parse_count

MODALITIES = {"text": "text", "image": "image", "document": "image", "audio": "audio", "video": "video"}
NUMBERS = {1: "text", 2: "image", 3: "video", 4: "audio", 5: "image"}
"""Google's `Modality` as its protocol buffers number it."""
COUNT_KEYS = ("tokenCount", "token_count", "tokens")


def split_by_modality(template: str) -> Handler:
    """A reader that adds each element to the count named by the template, e.g. `{}_input`."""

    def read(value: Any, found: Found) -> None:
        for item in value if isinstance(value, list) else ():
            if isinstance(item, Mapping):
                _add(item, template, found)

    return read


def _add(item: Mapping[Any, Any], template: str, found: Found) -> None:
    modality = _find_modality(item.get("modality"))
    counted = next((item[key] for key in COUNT_KEYS if item.get(key) is not None), None)
    count = None if counted is None else parse_count(counted, found.flags)
    if modality is not None and count is not None:
        found.add(template.format(modality), count)


def _find_modality(name: Any) -> str | None:
    if isinstance(name, str):
        return MODALITIES.get(name.lower().removeprefix("mediamodality."))
    return NUMBERS.get(name) if isinstance(name, int) else None
