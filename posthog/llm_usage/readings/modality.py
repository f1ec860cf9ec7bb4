"""
Lists of counts by modality, as Gemini writes them: `[{"modality": "TEXT", "tokenCount": 9}, …]`.

A DOCUMENT counts as image. An element without a count says nothing. Python's SDK may print the enumeration's name
before the member's: `MediaModality.TEXT`.
"""

from collections.abc import Mapping
from typing import Any

from posthog.llm_usage.readings.found import Found, Handler, parse_count

MODALITIES = {"text": "text", "image": "image", "document": "image", "audio": "audio", "video": "video"}
COUNT_KEYS = ("tokenCount", "token_count", "tokens")


def split_by_modality(template: str) -> Handler:
    """A reader that adds each element to the count named by the template, e.g. `{}_input`."""

    def read(value: Any, found: Found) -> None:
        for item in value if isinstance(value, list) else ():
            if isinstance(item, Mapping):
                _add(item, template, found)

    return read


def _add(item: Mapping[Any, Any], template: str, found: Found) -> None:
    name = item.get("modality")
    modality = MODALITIES.get(name.lower().removeprefix("mediamodality.")) if isinstance(name, str) else None
    counted = next((item[key] for key in COUNT_KEYS if item.get(key) is not None), None)
    count = None if counted is None else parse_count(counted, found.flags)
    if modality is not None and count is not None:
        found.add(template.format(modality), count)
