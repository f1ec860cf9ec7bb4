"""What may be kept of a body whose credential reaches a private team."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from posthog.errors import InvalidBody, TooManyEvents
from posthog.llm_analytics.attribution import Attribution, TeamPolicy
from posthog.llm_analytics.private_bodies import remove_content
from posthog.llm_usage.envelope import parse_body
from tests.factories import make_payload

OPEN, PRIVATE = TeamPolicy(team_id=1), TeamPolicy(team_id=2, is_private=True)
SHARED = Attribution(team_id_by_gateway_team_id={"open": 1, "private": 2}, policies={1: OPEN, 2: PRIVATE})
ALL_OPEN = Attribution(team_id_by_gateway_team_id={"open": 1}, policies={1: OPEN})
OWN = Attribution(only_team_id=1, team_id_by_gateway_team_id={"private": 2}, policies={1: OPEN, 2: PRIVATE})
OWN_PRIVATE = Attribution(only_team_id=2, policies={2: PRIVATE})


@pytest.mark.parametrize(
    ("attribution", "gateway_team_id", "may_keep"),
    [
        pytest.param(SHARED, "open", True, id="mapped-to-an-open-team"),
        pytest.param(SHARED, "private", False, id="mapped-to-a-private-team"),
        pytest.param(SHARED, "unknown", False, id="unknown-beside-a-private-team"),
        pytest.param(SHARED, None, False, id="no-team-beside-a-private-team"),
        pytest.param(ALL_OPEN, "unknown", True, id="unknown-among-open-teams"),
        pytest.param(OWN, None, True, id="an-open-teams-own-credential"),
        pytest.param(OWN, "private", False, id="another-teams-call-which-is-private"),
        pytest.param(OWN_PRIVATE, None, False, id="a-private-teams-own-credential"),
    ],
)
def test_content_is_kept_where_no_private_team_can_be_meant(
    attribution: Attribution, gateway_team_id: str | None, may_keep: bool
) -> None:
    """In doubt it goes."""
    assert attribution.may_keep_content(gateway_team_id) is may_keep


def rewrite(body: bytes, attribution: Attribution = SHARED, chunk_bytes: int = 7) -> bytes:
    chunks: Iterator[bytes] = (body[at : at + chunk_bytes] for at in range(0, len(body), chunk_bytes))
    return b"".join(remove_content(chunks, attribution))


def make_call(team: str, **fields: Any) -> dict[str, Any]:
    return make_payload(metadata={"user_api_key_team_id": team}, **fields)


def test_open_teams_call_stays_as_it_was_sent() -> None:
    """Byte for byte, spaces and order of keys included."""
    sent = json.dumps(make_call("open"), indent=1).encode()
    assert rewrite(b"[" + sent + b"]") == b"[" + sent + b"]"


def test_private_teams_call_is_reduced_and_keeps_its_place() -> None:
    """Lines become an array; what is unreadable leaves its code."""
    lines = [json.dumps(make_call("private")), '{"hello": tru}', json.dumps(make_call("open", id="2"))]
    first, unreadable, last = parse_body(rewrite("\n".join(lines).encode()))
    assert isinstance(first, dict)
    assert "hello" not in json.dumps(first)
    assert first["metadata"]["usage_object"]["prompt_tokens"] == 100
    assert str(unreadable) == "element 1: expected an object, got a string"
    assert last == make_call("open", id="2")


@pytest.mark.parametrize("element", [b"null", b"7", b"{}"])
def test_no_more_is_parsed_than_a_body_may_hold(element: bytes) -> None:
    """Each element is parsed while the sender waits: behind the limit nothing is read any more, whatever it is."""
    chunks = iter([b"[" + element + b"," + element, b"," + element, b"," + element + b"]", b"never read"])
    with pytest.raises(TooManyEvents):
        list(remove_content(chunks, SHARED, max_events=2))
    assert next(chunks) == b"never read"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"", "body_empty", id="empty"),
        pytest.param(b"hello", "body_not_json", id="text"),
        pytest.param(b'[{"a": ', "body_cut_short", id="cut-short"),
        pytest.param(b'[{"a": tru}, {"b": "\xff"}]', "body_not_json", id="nothing-readable"),
    ],
)
def test_body_in_which_nothing_can_be_read_is_refused(body: bytes, code: str) -> None:
    """As an open team's is."""
    with pytest.raises(InvalidBody) as refused:
        rewrite(body)
    assert refused.value.code == code


@pytest.mark.parametrize("body", [b"[]", b"[null, null]", b" [ ] "])
def test_empty_batch_stays_one(body: bytes) -> None:
    """No events are no error."""
    assert rewrite(body) == b"[]"


def test_message_counts_elements_without_null() -> None:
    """As its position does, and as an open team's array is counted."""
    with pytest.raises(InvalidBody, match=r"^element 0: expected an object, got a number$"):
        rewrite(b"[null, 7, null]")
