"""
Lists that a flat set of attributes spells out, one attribute a leaf, as OpenLLMetry and OpenInference do:

    gen_ai.prompt.0.role = "user", gen_ai.prompt.0.content = "Hi"                     → [{"role": …, "content": …}]
    llm.input_messages.0.message.tool_calls.0.tool_call.function.name = "search"      → [{"tool_calls": [{…}]}]
"""

from typing import Any

from posthog.llm_usage.payloads.otel.spans import Attributes

MAX_PARTS = 16
MAX_INDEX_DIGITS = 6
WRAPPING = frozenset({"message", "message_content", "tool_call", "tool", "embedding"})
"""OpenInference's names between an index and its fields; they say nothing."""
LEFT_OUT = (".embedding.vector",)

_Node = dict[str, Any]


class _Branch(_Node):
    """A node made here, told from an object that is a value."""


def gather_indexed(attributes: Attributes, prefix: str) -> list[Any]:
    """Build the list under the prefix, which ends in a dot; empty where there is none."""
    root = _Branch()
    for key, value in attributes.items():
        if key.startswith(prefix) and not key.endswith(LEFT_OUT):
            parts = key[len(prefix) :].split(".", MAX_PARTS)
            if _is_index(parts[0]):
                _place(root, parts, value)
    built = _build(root)
    return built if isinstance(built, list) else []


def _place(branch: _Branch, parts: list[str], value: Any) -> None:
    """Set the leaf; of two attributes that contradict each other (`a` and `a.b`) the first stays."""
    *path, leaf = parts
    for part in path:
        found = branch.setdefault(part, _Branch())
        if not isinstance(found, _Branch):
            return
        branch = found
    branch.setdefault(leaf, value)


def _build(node: Any) -> Any:
    if not isinstance(node, _Branch):
        return node
    if node and all(_is_index(key) for key in node):
        return [_build(node[key]) for key in sorted(node, key=int)]
    if len(node) == 1 and WRAPPING.issuperset(node):
        return _build(next(iter(node.values())))
    return {key: _build(value) for key, value in node.items()}


def _is_index(part: str) -> bool:
    return part.isascii() and part.isdecimal() and len(part) <= MAX_INDEX_DIGITS
