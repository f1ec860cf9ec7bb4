"""The names that gateways, SDKs and providers use → the entry that prices the call; on the shipped catalogue."""

import pytest

from posthog.llm_usage.pricing.catalogue import MAX_NAME_CHARS, load_catalogue
from posthog.llm_usage.pricing.names import Match, Named, NameIndex, find_provider, strip_date

SONNET = "claude-sonnet-4-5-20250929"
BEDROCK_SONNET = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"


def find(provider: str | None, model: str | None, base_model: str | None = None) -> tuple[str, bool] | None:
    found = load_catalogue().find(provider, model, base_model)
    return None if found is None else (found[0].name, found[1])


@pytest.mark.parametrize(
    ("provider", "model", "entry"),
    [
        pytest.param("openai", "gpt-4o", "gpt-4o", id="plain"),
        pytest.param(None, "gpt-4o", "gpt-4o", id="no provider"),
        pytest.param("openai", " GPT-4O ", "gpt-4o", id="upper case, spaces"),
        pytest.param("OpenAI", "openai/gpt-4o", "gpt-4o", id="provider in the name"),
        pytest.param(None, "openai/gpt-4o", "gpt-4o", id="provider only in the name"),
        pytest.param("litellm", "anthropic/claude-sonnet-4-5", "claude-sonnet-4-5", id="a gateway is no provider"),
        pytest.param("openai", "gpt-4o-2024-08-06", "gpt-4o-2024-08-06", id="dated, listed"),
        pytest.param("openai", "gpt-4o-mini", "gpt-4o-mini", id="a longer name is another model"),
        pytest.param("openai", "o1-pro", "o1-pro", id="a suffix is another model"),
        pytest.param("anthropic", SONNET, SONNET, id="Anthropic's dates"),
        pytest.param("anthropic", "claude-3-5-sonnet-latest", "anthropic/claude-3-5-sonnet", id="-latest"),
        pytest.param("anthropic", "claude-3.5-sonnet", "anthropic/claude-3-5-sonnet", id="a dot for a dash"),
        pytest.param("anthropic", "claude-3-5-sonnet-20241022", "anthropic/claude-3-5-sonnet", id="covers its dates"),
        pytest.param("bedrock", f"bedrock/{BEDROCK_SONNET}", BEDROCK_SONNET, id="Bedrock's geography"),
        pytest.param(None, f"bedrock/converse/{BEDROCK_SONNET}", BEDROCK_SONNET, id="Bedrock's route"),
        pytest.param("aws.bedrock", BEDROCK_SONNET.removesuffix("-v1:0"), BEDROCK_SONNET, id="no version"),
        pytest.param(
            "bedrock",
            "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/" + BEDROCK_SONNET,
            BEDROCK_SONNET,
            id="ARN of a profile",
        ),
        pytest.param(
            "vertex_ai", "vertex_ai/claude-sonnet-4-5@20250929", "vertex_ai/claude-sonnet-4-5@20250929", id="Vertex's @"
        ),
        pytest.param(
            "vertex_ai-anthropic_models", "claude-sonnet-4-5", "vertex_ai/claude-sonnet-4-5", id="the map's family"
        ),
        pytest.param("vertex_ai", "publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro", id="Vertex's path"),
        pytest.param("google", "models/gemini-2.5-pro", "gemini/gemini-2.5-pro", id="Gemini's path"),
        pytest.param("azure", "azure/gpt-4o", "azure/gpt-4o", id="Azure"),
        pytest.param("azure", "eu/gpt-4o-2024-08-06", "azure/eu/gpt-4o-2024-08-06", id="Azure's data zone"),
        pytest.param("groq", "openai/gpt-oss-120b", "groq/openai/gpt-oss-120b", id="a vendor inside a host's name"),
        pytest.param(
            "openrouter", "anthropic/claude-sonnet-4.5", "openrouter/anthropic/claude-sonnet-4.5", id="OpenRouter"
        ),
        pytest.param("x-ai", "grok-4-latest", "xai/grok-4-0709", id="-latest of the only dated one"),
    ],
)
def test_listed_model_is_found_by_any_of_its_names(provider: str | None, model: str, entry: str) -> None:
    """Nothing about the price is presumed."""
    assert find(provider, model) == (entry, False)


@pytest.mark.parametrize(
    ("provider", "model", "entry"),
    [
        pytest.param("openai", "gpt-4o-2099-01-01", "gpt-4o", id="a date that is not listed"),
        pytest.param("unheard-of", "gpt-4o", "gpt-4o", id="a provider nobody knows"),
        pytest.param("azure_ai", "gpt-4-0613", "azure/gpt-4-0613", id="the same vendor's other door"),
    ],
)
def test_presumed_price_is_marked(provider: str, model: str, entry: str) -> None:
    """A price that the list states for another name of the model."""
    assert find(provider, model) == (entry, True)


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        pytest.param("azure", "azure/my-deployment", id="a deployment's own name"),
        pytest.param("openrouter", "openai/gpt-4o:free", id="a free variant is not the paid one"),
        pytest.param("mistral", "mistral-large-1907", id="another date of a model whose dates differ in price"),
        pytest.param("ollama", "llama3", id="self-hosted"),
        pytest.param("hosted_vllm", "gpt-4o", id="self-hosted under a known name"),
        pytest.param(None, "nobody-knows", id="unknown"),
        pytest.param("openai", "", id="empty"),
        pytest.param(None, None, id="nothing"),
        pytest.param("openai", "x" * (MAX_NAME_CHARS + 1), id="longer than any name"),
        pytest.param(
            "bedrock", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc", id="opaque ARN"
        ),
    ],
)
def test_no_match_is_better_than_a_wrong_one(provider: str | None, model: str | None) -> None:
    """Nobody states the price."""
    assert find(provider, model) is None


@pytest.mark.parametrize("base_model", ["gpt-4o", "azure/gpt-4o", "AZURE/GPT-4o"])
def test_base_model_goes_before_the_deployments_name(base_model: str) -> None:
    """The administrator says what is behind the name."""
    assert find("azure", "my-deployment", base_model) == ("azure/gpt-4o", False)
    assert find("azure", "gpt-4o-mini", base_model) == ("azure/gpt-4o", False)


def test_unlisted_base_model_leaves_the_models_own_name() -> None:
    """A base model without a price does not hide one."""
    assert find("azure", "gpt-4o", "nobody-knows") == ("azure/gpt-4o", False)


def make_index(*names: str, **fields: object) -> NameIndex:
    return NameIndex(Named(name, "acme", price=fields.get(name)) for name in names)


def test_fine_tune_never_takes_its_base_models_price() -> None:
    """A fine-tune is dearer than its base; without an entry of its own it has no price."""
    assert find("openai", "ft:gpt-4o-mini-2024-07-18:org::abc") == ("ft:gpt-4o-mini-2024-07-18", False)
    assert find("openai", "ft:gpt-unheard-of:org::abc") is None


def test_undated_name_is_the_newest_dated_one() -> None:
    """Assumed where the dates differ in price, certain where they do not."""
    same = make_index("m-2024-01-01", "m-2025-01-01")
    assert same.find("acme", "m") == Match("m-2025-01-01", is_assumed=False)
    index = NameIndex([Named("m-2024-01-01", "acme", price=1), Named("m-2025-01-01", "acme", price=2)])
    assert index.find("acme", "m-latest") == Match("m-2025-01-01", is_assumed=True)


def test_separators_do_not_match_where_they_tell_prices_apart() -> None:
    """Two entries that differ by a dot alone, at different prices: no guess."""
    index = NameIndex([Named("m-1.5", "acme", price=1), Named("m-1-5", "acme", price=2)])
    assert index.find("acme", "m_1_5") is None
    assert index.find("acme", "m-1.5") == Match("m-1.5", is_assumed=False)


@pytest.mark.parametrize(
    ("spelling", "provider"),
    [
        ("amazon-bedrock", "bedrock"),
        ("gcp.vertex_ai", "vertex_ai"),
        ("az.ai.openai", "azure"),
        (" Google ", "gemini"),
        ("mistralai", "mistral"),
        ("kimi", "moonshot"),
        (None, ""),
        ("acme", "acme"),
    ],
)
def test_provider_has_many_spellings(spelling: str | None, provider: str) -> None:
    """SDKs, gateways and OpenTelemetry each have their own."""
    assert find_provider(spelling) == provider


@pytest.mark.parametrize(
    ("name", "undated"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("claude-3-haiku-20240307", "claude-3-haiku"),
        ("command-r-08-2024", "command-r"),
        ("mistral-large-2411", "mistral-large"),
        ("gemini-1.5-pro-002", "gemini-1.5-pro"),
        ("llama-3.3-70b", None),
        ("gpt-4o", None),
    ],
)
def test_dates_come_in_many_forms(name: str, undated: str | None) -> None:
    """Sizes and versions are no dates."""
    assert strip_date(name) == undated
