"""
What may reach the disk of a body whose credential reaches a private team: decided event by event, at the door.

Each event is cut from the stream, parsed, reduced to its numbers and written again before the next is looked at:
a body of any size passes through memory and is nowhere whole. An event of a team that is not private stays as it
is; one that cannot be read, and so cannot be reduced, leaves its error's code in its place.
"""

from collections.abc import Callable, Iterator
from functools import partial

import orjson

from posthog.errors import InvalidBody, InvalidEvent
from posthog.llm_analytics.attribution import Attribution
from posthog.llm_analytics.credentials import reaches_private_team
from posthog.llm_analytics.stored_attribution import load_attribution
from posthog.llm_usage.elements import split_elements, take_at_most
from posthog.llm_usage.envelope import Payload, parse_element
from posthog.llm_usage.payloads.captured import keep_captured_numbers
from posthog.llm_usage.payloads.litellm import find_gateway_team_id
from posthog.llm_usage.payloads.private import keep_numbers
from posthog.models import GatewayCredential, Team

Rewrite = Callable[[Iterator[bytes]], Iterator[bytes]]
"""A decoded body in chunks → what of it may reach the disk."""


def choose_rewrite(credential: GatewayCredential, *, max_events: int | None = None) -> Rewrite:
    """How a credential's bodies are rewritten before any of them is stored; not at all where no team is private."""
    if not reaches_private_team(credential):
        return iter
    return partial(remove_content, attribution=load_attribution(credential), max_events=max_events)


def choose_captured_rewrite(team: Team) -> Rewrite:
    """The same for elements of captured bodies."""
    return _remove_captured_content if team.is_private else iter


def _remove_captured_content(chunks: Iterator[bytes]) -> Iterator[bytes]:
    separator = b"["
    for position, text in enumerate(split_elements(chunks)):
        element = parse_element(text, f"element {position}")
        kept = keep_captured_numbers(element) if isinstance(element, dict) else "event_unreadable"
        yield separator + orjson.dumps(kept)
        separator = b","
    yield b"[]" if separator == b"[" else b"]"


def remove_content(
    chunks: Iterator[bytes], attribution: Attribution, *, max_events: int | None = None
) -> Iterator[bytes]:
    """
    Rewrite a body, in chunks, as a JSON array without what private teams' calls said.

    Raises:
        InvalidBody: The body is empty, its array is not closed, or nothing in it can be read.
        TooManyEvents: It has more than `max_events`, or as many `null`: each is parsed while the sender waits.
    """
    separator, is_readable, error = b"[", False, None
    position = 0
    texts = split_elements(chunks)
    for text in texts if max_events is None else take_at_most(max_events, texts):
        element = parse_element(text, f"element {position}")
        if element is None:
            continue  # and it has no position
        position += 1
        if isinstance(element, InvalidEvent):
            error = error or element
        else:
            is_readable = True
        yield separator + _reduce(element, text, attribution)
        separator = b","
    if error is not None and not is_readable:
        raise InvalidBody(error.code.replace("event_", "body_", 1), str(error))
    yield b"[]" if separator == b"[" else b"]"


def _reduce(element: Payload | InvalidEvent, text: bytes, attribution: Attribution) -> bytes:
    if isinstance(element, InvalidEvent):
        return orjson.dumps(element.code)
    if attribution.may_keep_content(find_gateway_team_id(element)):
        return text
    return orjson.dumps(keep_numbers(element), option=orjson.OPT_NON_STR_KEYS)
