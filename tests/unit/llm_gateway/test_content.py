"""What reaches the spool: never a raw key, and without content nothing that was said."""

import json
from typing import Any

import pytest

from posthog.llm_gateway.content import prepare_payload
from posthog.llm_usage.payloads.private import keep_numbers
from tests.factories import make_payload

KEY_HASH = "2179e632e89277f18aa600491b68ad55121fd6caa045e047fdeb426088a5a5f1"


def test_stripped_payload_is_what_a_private_team_keeps() -> None:
    """Counts and names stay, and the server's private mode has nothing left to remove."""
    stripped = prepare_payload(make_payload(messages="SAID"), is_content_kept=False)
    assert "SAID" not in json.dumps(stripped)
    assert stripped["metadata"]["usage_object"]["prompt_tokens"] == 100
    assert keep_numbers(stripped) == stripped


@pytest.mark.parametrize(
    ("fields", "key_hash"),
    [
        pytest.param({}, KEY_HASH, id="accepted"),
        pytest.param({"metadata": {"user_api_key_hash": "sk-raw"}}, None, id="raw-key"),
        pytest.param({"status": "failure", "custom_llm_provider": ""}, None, id="turned-away"),
        pytest.param({"status": "failure"}, None, id="key-as-long-as-a-hash-turned-away"),
        pytest.param(
            {"status": "failure", "error_information": {"llm_provider": "openai"}},
            KEY_HASH,
            id="failed-at-the-provider",
        ),
    ],
)
@pytest.mark.parametrize("is_content_kept", [True, False])
def test_only_hashes_of_accepted_keys_are_spooled(
    fields: dict[str, Any], key_hash: str | None, is_content_kept: bool
) -> None:
    """On a failed sign-in the field can hold the key itself."""
    fields = {"metadata": {"user_api_key_hash": KEY_HASH}} | fields
    prepared = prepare_payload(make_payload(**fields), is_content_kept=is_content_kept)
    assert prepared["metadata"].get("user_api_key_hash") == key_hash


def test_payload_itself_is_left_alone() -> None:
    """LiteLLM's other callbacks see what they would have seen."""
    payload = make_payload(model_map_information={"a": 1}, metadata={"user_api_key_hash": "sk-raw"})
    before = json.dumps(payload)
    prepared = prepare_payload(payload, is_content_kept=True)
    assert json.dumps(payload) == before
    assert "model_map_information" not in prepared
