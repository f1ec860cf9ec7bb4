"""What an event's properties say about its price."""

from datetime import UTC, datetime
from typing import Any

import pytest

from posthog.llm_usage.payloads.litellm import build_ai_event
from posthog.llm_usage.pricing.custom import CustomRates
from posthog.llm_usage.pricing.entry import STANDARD
from posthog.llm_usage.pricing.request import PriceRequest, read_price_request
from tests.factories import make_payload
from tests.unit.llm_usage.pricing.price_list import usd


def test_event_that_says_nothing_asks_for_the_standard_price() -> None:
    """No properties: every default."""
    assert read_price_request({}) == PriceRequest()


def test_names_and_time_are_read() -> None:
    """Model, provider, the deployment's base model, when the call started."""
    at = datetime(2026, 1, 2, tzinfo=UTC)
    properties = {"$ai_model": "my-deployment", "$ai_provider": "azure", "$ai_base_model": "gpt-4o"}
    request = read_price_request(properties, at=at)
    assert (request.model, request.provider, request.base_model) == ("my-deployment", "azure", "gpt-4o")
    assert request.conditions.at == at


@pytest.mark.parametrize(
    ("properties", "tier"),
    [
        pytest.param({"$ai_service_tier": "flex"}, "flex", id="the event's"),
        pytest.param({"$ai_usage": {"service_tier": "batch"}}, "batch", id="the usage's"),
        pytest.param({"$ai_model_parameters": {"service_tier": "priority"}}, "priority", id="as asked for"),
        pytest.param(
            {"$ai_service_tier": "default", "$ai_model_parameters": {"service_tier": "flex"}},
            "default",
            id="the answer before the question",
        ),
    ],
)
def test_service_tier_is_the_answers_else_the_requests(properties: dict[str, Any], tier: str) -> None:
    """A call that asked for flex and was served as default is charged as default."""
    assert read_price_request(properties).conditions.service_tier == tier


@pytest.mark.parametrize(
    ("properties", "region"),
    [
        pytest.param({"$ai_usage": {"inference_geo": "US"}}, "us", id="Anthropic"),
        pytest.param({"$ai_gateway_cost_breakdown": {"data_residency": "eu"}}, "eu", id="OpenAI, by the gateway"),
        pytest.param({"$ai_gateway_cost_breakdown": {"vertex_location": "europe-west4"}}, "regional", id="Vertex"),
        pytest.param({"$ai_gateway_cost_breakdown": {"vertex_location": "global"}}, None, id="Vertex, global"),
    ],
)
def test_region_is_read_where_it_is_surcharged(properties: dict[str, Any], region: str | None) -> None:
    """Each provider says it somewhere else."""
    assert read_price_request(properties).conditions.region == region


def test_fast_mode_is_read_from_the_usage() -> None:
    """Anthropic names the speed that it charges for."""
    assert read_price_request({"$ai_usage": {"speed": "fast"}}).conditions.is_fast
    assert read_price_request({"$ai_usage": {"speed": "standard"}}).conditions == STANDARD


@pytest.mark.parametrize(
    ("properties", "size"),
    [
        pytest.param({"$ai_search_context_size": "Low"}, "low", id="the event's"),
        pytest.param({"$ai_usage": {"search_context_size": "high"}}, "high", id="Perplexity's usage"),
        pytest.param(
            {"$ai_model_parameters": {"web_search_options": {"search_context_size": "high"}}}, "high", id="as asked for"
        ),
        pytest.param({"$ai_model_parameters": {"web_search_options": None}}, "medium", id="the default"),
    ],
)
def test_search_context_size_is_read(properties: dict[str, Any], size: str) -> None:
    """Searches are priced by it."""
    assert read_price_request(properties).search_context_size == size


def test_custom_prices_are_read_and_none_is_none() -> None:
    """PostHog's property names; text counts as a number, junk as not given."""
    properties = {
        "$ai_input_token_price": 1e-06,
        "$ai_output_token_price": "2e-6",
        "$ai_cache_read_token_price": "x",
        "$ai_request_price": 0,
    }
    custom = read_price_request(properties).custom
    assert custom == CustomRates(input=usd("0.000001"), output=usd("0.000002"), request=usd("0"))
    assert read_price_request({"$ai_input_token_price": None}).custom is None


def test_units_are_read() -> None:
    """Seconds of a transcription, images, characters, search units."""
    properties = {
        "$ai_usage": {"type": "duration", "seconds": 9},
        "$ai_output_image_count": 2,
        "$ai_input_character_count": "150",
        "$ai_search_unit_count": -1,
    }
    quantities = read_price_request(properties).quantities
    assert quantities == {"seconds": 9, "output_images": 2, "input_characters": 150}


def test_gateways_figure_goes_before_the_callers() -> None:
    """The caller's stands in where the gateway has none."""
    caller = {"$ai_total_cost_usd": 0.5}
    both = read_price_request(caller | {"$ai_gateway_response_cost": 0.4})
    assert both.given is not None
    assert (both.given.source, both.given.total_cost_usd, both.is_zero_unknown) == ("gateway", usd("0.4"), False)
    fallback = read_price_request(caller | {"$ai_gateway_response_cost": 0.0})
    assert fallback.given is not None
    assert (fallback.given.source, fallback.is_zero_unknown) == ("caller", True)


def test_deployments_base_model_comes_with_the_payload() -> None:
    """The gateway names the map's key that its administrator chose for a deployment."""
    payload = make_payload(
        model="azure/my-deployment",
        custom_llm_provider="azure",
        model_map_information={"model_map_key": "azure/gpt-4o", "model_map_value": None},
    )
    request = read_price_request(build_ai_event(payload, team_id=1).properties)
    assert (request.model, request.base_model) == ("my-deployment", "azure/gpt-4o")
