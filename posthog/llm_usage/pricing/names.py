"""
A provider's and a model's name, as gateways and SDKs write them → the catalogue entry that prices the call.

A wrong match is worse than none, so there is no searching inside names: each step below is an exact look-up of one
spelling, and the first hit wins. `gpt-4o` never finds `gpt-4o-mini`, nor `o1` `o1-pro`.

1. The base model that the gateway's administrator named for a deployment, before the deployment's own name.
2. Clean up: spaces, case, `models/`, `publishers/google/models/`; of an ARN, the region and the model id.
3. The provider: the event's; where it names none, or a proxy, a known provider's name before the first `/`.
4. At that provider, each spelling in turn:
   a. as it stands, with and without the provider; without routing words (`converse/`, `invoke/`, `responses/`) or a
      Fireworks account's path;
   b. without OpenRouter's or an AWS region's marks that do not change the price;
   c. `.`, `_`, `@` and `:` all read as `-` (`claude-3.5-sonnet`), where no two entries differ by these alone;
   d. with or without Bedrock's `-v1:0`; without its geography (`eu.`): assumed;
   e. `-latest` and undated names stand for the newest dated entry, a dated name for the undated one: assumed, unless
      every dated entry charges the same.
5. At the providers it resells at list price (Azure → OpenAI, Bedrock and Vertex → Anthropic; OpenRouter, or an
   OpenAI client pointed elsewhere → the vendor before the `/`): the same steps; assumed.
6. Where no provider is known: the entry that bears the bare name; else the vendor that has a model of that name, or
   the price that all hosts of the model share: assumed.

A fine-tune (`ft:gpt-4o-mini-2024-07-18:org::id`) has a price of its own and never takes its base model's. `:free`
is never charged as the paid variant. Self-hosted models have no list price.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple


class Match(NamedTuple):
    """The entry's name, and whether the step that found it presumes a price that the list does not state."""

    name: str
    is_assumed: bool = False


ALIASES: Mapping[str, str] = {
    **dict.fromkeys(("text-completion-openai", "openai_chat", "openai-responses"), "openai"),
    **dict.fromkeys(("claude", "anthropic_messages"), "anthropic"),
    **dict.fromkeys(
        ("aws", "aws_bedrock", "amazon_bedrock", "aws.bedrock", "amazon-bedrock", "aws-bedrock", "amazon"),
        "bedrock",
    ),
    **dict.fromkeys(("bedrock_converse", "bedrock-converse", "converse"), "bedrock"),
    **dict.fromkeys(("google", "google_genai", "google-genai", "google_ai_studio", "gcp.gemini"), "gemini"),
    **dict.fromkeys(("google_ai", "google-ai", "googleai", "google_generativeai", "gcp.gen_ai"), "gemini"),
    **dict.fromkeys(("vertex", "vertexai", "vertex-ai", "google_vertexai", "gcp.vertex_ai"), "vertex_ai"),
    **dict.fromkeys(("google-vertex", "google_vertex", "vertex_ai_beta", "google-vertex-ai"), "vertex_ai"),
    **dict.fromkeys(("azure_openai", "azure-openai", "az.ai.openai", "azure.ai.openai", "azureopenai"), "azure"),
    **dict.fromkeys(("azure_text",), "azure"),
    **dict.fromkeys(("azure_ai_foundry", "az.ai.inference", "azure.ai.inference", "azure-ai"), "azure_ai"),
    **dict.fromkeys(("x-ai", "x_ai", "grok"), "xai"),
    **dict.fromkeys(("mistralai", "mistral_ai", "mistral-ai"), "mistral"),
    **dict.fromkeys(("cohere_chat", "cohere_ai"), "cohere"),
    **dict.fromkeys(("fireworks", "fireworks-ai"), "fireworks_ai"),
    **dict.fromkeys(("together", "togetherai", "together-ai"), "together_ai"),
    **dict.fromkeys(("deepseek-ai", "deep_seek"), "deepseek"),
    **dict.fromkeys(("moonshotai", "moonshot_ai", "kimi"), "moonshot"),
    **dict.fromkeys(("alibaba", "qwen", "alibaba_cloud", "aliyun"), "dashscope"),
    **dict.fromkeys(("perplexity_ai", "perplexityai"), "perplexity"),
    **dict.fromkeys(("open_router", "open-router"), "openrouter"),
    **dict.fromkeys(("z-ai", "z_ai", "zhipu", "zhipuai"), "zai"),
    **dict.fromkeys(("github-copilot", "copilot"), "github_copilot"),
    **dict.fromkeys(("voyageai", "voyage_ai"), "voyage"),
    **dict.fromkeys(("vercel", "vercel-ai-gateway"), "vercel_ai_gateway"),
}
"""A provider as SDKs, gateways and OpenTelemetry spell it → as the catalogue does."""

TRANSPARENT = frozenset(
    {
        "",
        "litellm",
        "litellm_proxy",
        "litellm-proxy",
        "gateway",
        "proxy",
        "custom",
        "custom_openai",
        "unknown",
    }
)
"""Providers that name a gateway, not who served the call."""

SELF_HOSTED = frozenset(
    {
        "ollama",
        "ollama_chat",
        "vllm",
        "hosted_vllm",
        "lm_studio",
        "llamafile",
        "lemonade",
        "xinference",
        "triton",
    }
)

RESOLD: Mapping[str, tuple[str, ...]] = {
    "azure": ("openai",),
    "azure_ai": ("azure", "openai", "anthropic"),
    "bedrock": ("anthropic",),
    "vertex_ai": ("gemini", "anthropic"),
    "gemini": ("vertex_ai",),
}
"""Who charges the same list price for the same model, by who served the call."""

RESELLERS = frozenset({"openrouter", "vercel_ai_gateway"})
VENDOR_PATH_PROVIDERS = RESELLERS | {"openai"}
"""Where `vendor/model` is charged at the vendor's list price; `openai` for clients pointed at a gateway."""

ROUTING_WORDS = (
    "converse/",
    "invoke/",
    "converse_like/",
    "responses/",
    "chat/",
    "text/",
    "openai/deployments/",
)
PATH = re.compile(r"(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/[^/]+/)?models/|foundation-model/")
VENDORS = ("openai", "anthropic", "gemini", "xai", "mistral", "cohere", "deepseek", "moonshot", "perplexity")
"""Whose own model names are tried, in this order, where no provider is known."""

FIREWORKS_PATH = "accounts/fireworks/models/"
SAME_PRICE_MARKS = (":beta", ":thinking", "@default")
ARN = re.compile(
    r"arn:aws[\w-]*:bedrock:(?P<region>[a-z0-9-]+):\d*:(?:foundation-model|inference-profile)/(?P<model>.+)"
)
AWS_REGION = re.compile(r"^(?:us|eu|ap|ca|sa|me|af|il|mx)-[a-z]+(?:-[a-z]+)?-\d/")
GEOGRAPHY = re.compile(r"^(?:us|eu|apac|au|jp|ca|global|us-gov|sa|uk)\.(?=[a-z0-9]+\.)")
BEDROCK_VERSION = re.compile(r"(?:-v\d+)?(?::\d+)+(?::\w+)?$|-v\d+$")
BEDROCK_VENDOR = re.compile(r"^(?:[a-z-]+\.)?anthropic\.")
CONTEXT_SIZE = re.compile(r"(?<=:\d):\d+k$")
MONTH = r"(?:0[1-9]|1[0-2])"
DATE = re.compile(rf"[-@](?:20\d\d-?{MONTH}-?[0-3]\d|{MONTH}-20\d\d|{MONTH}-?[0-3]\d|2[3-9]{MONTH}|00[1-9])$")
"""2024-08-06, 20240806, 08-2024, 0806, 05-06, 2411 and Google's 002, each at the end of a name."""

SEPARATORS = re.compile(r"[._@:]")


def find_provider(provider: str | None) -> str:
    """The catalogue's name of a provider; '' where none is named."""
    name = (provider or "").strip().lower()
    name = name.removeprefix("langchain_").removeprefix("chat_")
    return ALIASES.get(name) or ("vertex_ai" if name.startswith("vertex_ai-") else name)


def fold(name: str) -> str:
    """One spelling for names that differ only in their separators."""
    return SEPARATORS.sub("-", name)


def strip_date(name: str) -> str | None:
    """The name without its release date or release number; None where it has none."""
    undated = DATE.sub("", name)
    return undated if undated and undated != name else None


class Named(NamedTuple):
    """
    An entry as far as its name goes.

    Attributes:
        price: Whatever tells prices apart: two entries that equal in it charge alike.
        aliases: Other names of the model at this provider.
        covers_dates: Whether its price is stated for all dated forms of its names.
    """

    name: str
    provider: str
    price: object
    aliases: tuple[str, ...] = ()
    covers_dates: bool = False


class NameIndex:
    """Every name under which an entry can be found."""

    def __init__(self, entries: Iterable[Named]) -> None:
        self._full: dict[str, tuple[str, str]] = {}
        self._exact: dict[tuple[str, str], str] = {}
        self._folded: dict[tuple[str, str], list[str]] = {}
        self._unversioned: dict[tuple[str, str], list[str]] = {}
        self._undated: dict[tuple[str, str], list[str]] = {}
        self._by_bare_name: dict[str, list[str]] = {}
        self._prices: dict[str, object] = {}
        self._covering_dates: set[str] = set()
        self.providers: set[str] = set()
        for entry in entries:
            self._add(entry)

    def _add(self, entry: Named) -> None:
        name, provider = entry.name, entry.provider
        if provider in SELF_HOSTED:
            return
        self._prices[name] = entry.price
        self.providers.add(provider)
        if entry.covers_dates:
            self._covering_dates.add(name)
        local = name.lower().removeprefix(f"{provider}/")
        if local != name.lower():
            self._full[name.lower()] = (provider, name)
        for spelling in {local, local.removeprefix(FIREWORKS_PATH), *entry.aliases}:
            if spelling == local != name.lower() or (provider, spelling) not in self._exact:
                self._exact[provider, spelling] = name
            folded = fold(spelling)
            unversioned = fold(BEDROCK_VERSION.sub("", spelling)) if provider == "bedrock" else folded
            undated = strip_date(unversioned)
            self._by_bare_name.setdefault(spelling, []).append(name)
            self._folded.setdefault((provider, folded), []).append(name)
            if unversioned != folded:
                self._unversioned.setdefault((provider, unversioned), []).append(name)
            if undated is not None:
                self._undated.setdefault((provider, undated), []).append(name)

    def find(self, provider: str | None, model: str | None, base_model: str | None = None) -> Match | None:
        """The entry that prices this model at this provider; None rather than a guess."""
        for candidate in (base_model, model):
            match = self._find_model(find_provider(provider), candidate) if candidate else None
            if match is not None:
                return match
        return None

    def _find_model(self, provider: str, model: str) -> Match | None:
        name = _clean(model)
        full = self._full.get(name)
        if full is not None and (provider in TRANSPARENT or provider == full[0]) and "/" in name:
            return Match(full[1])
        provider, name = self._split_provider(provider, name)
        if name.startswith("ft:"):
            return self._find_fine_tune(name)
        if provider in SELF_HOSTED:
            return None
        if provider not in TRANSPARENT:
            match = self._find_at(provider, name) or self._find_resold(provider, name)
            if match is not None or provider in self.providers:
                return match
        return self._find_anywhere(name, is_provider_named=provider not in TRANSPARENT)

    def _split_provider(self, provider: str, name: str) -> tuple[str, str]:
        """Take the provider off the model's name; with no provider of the event's own, let the name decide."""
        while "/" in name and (provider, name) not in self._exact:
            prefix, rest = name.split("/", 1)
            known = find_provider(prefix)
            is_known = known in self.providers or known in SELF_HOSTED or known in RESELLERS
            if known == provider or prefix in TRANSPARENT:
                name = rest
            elif provider in TRANSPARENT and is_known:
                provider, name = known, rest
            else:
                break
        return provider, name

    def _find_fine_tune(self, name: str) -> Match | None:
        found = self._exact.get(("openai", ":".join(name.split(":")[:2])))
        return Match(found) if found else None

    def _find_at(self, provider: str, name: str) -> Match | None:
        spellings = tuple(_list_spellings(name))
        for spelling, is_assumed in spellings:
            found = self._exact.get((provider, spelling)) or self._find_folded(provider, spelling)
            if found is not None:
                return Match(found, is_assumed)
        for spelling, is_assumed in spellings:
            match = self._find_other_date(provider, fold(BEDROCK_VERSION.sub("", spelling)))
            if match is not None:
                return Match(match.name, match.is_assumed or is_assumed)
        return None

    def _find_folded(self, provider: str, spelling: str) -> str | None:
        """The entry of this spelling but for separators, or for a version that one of the two leaves out."""
        folded = fold(spelling)
        names = self._folded.get((provider, folded)) or self._unversioned.get((provider, folded))
        if not names and provider == "bedrock":
            names = self._folded.get((provider, fold(BEDROCK_VERSION.sub("", spelling))))
        return names[0] if names and self._charge_alike(names) else None

    def _charge_alike(self, names: Sequence[str]) -> bool:
        return all(self._prices[name] == self._prices[names[0]] for name in names)

    def _find_other_date(self, provider: str, name: str) -> Match | None:
        """`-latest` and undated names: the newest dated entry; a dated name: the undated one."""
        undated = strip_date(name)
        if undated is not None:
            found = self._find_folded(provider, undated)
            return Match(found, is_assumed=found not in self._covering_dates) if found else None
        family = name.removesuffix("-latest")
        if family != name:
            found = self._find_folded(provider, family)
            if found is not None:
                return Match(found)
        dated = self._undated.get((provider, family))
        if dated:
            newest = max(dated, key=_get_date)
            return Match(newest, is_assumed=not self._charge_alike(dated))
        found = self._find_folded(provider, f"{family}-latest")
        return Match(found) if found else None

    def _find_resold(self, provider: str, name: str) -> Match | None:
        for vendor, spelling in _list_resold(provider, name):
            match = self._find_at(vendor, spelling)
            if match is not None:
                return Match(match.name, is_assumed=True)
        return None

    def _find_anywhere(self, name: str, *, is_provider_named: bool) -> Match | None:
        for spelling, is_assumed in _list_spellings(name):
            names = self._by_bare_name.get(spelling, ())
            bare = [found for found in names if found.lower() == spelling]
            if bare:
                return Match(bare[0], is_assumed or is_provider_named)
        for vendor in VENDORS:
            match = self._find_at(vendor, name)
            if match is not None:
                return Match(match.name, is_assumed=True)
        names = self._by_bare_name.get(name, ())
        return Match(names[0], is_assumed=True) if names and self._charge_alike(names) else None


def _clean(model: str) -> str:
    name = model.strip().lower()
    arn = ARN.fullmatch(name)
    if arn is not None:
        return f"{arn['region']}/{arn['model']}"
    return PATH.sub("", name, count=1) if PATH.match(name) else name


def _list_resold(provider: str, name: str) -> Iterator[tuple[str, str]]:
    """Vendor and the model's name there."""
    if "/" in name and provider in VENDOR_PATH_PROVIDERS and ":free" not in name:
        vendor, rest = name.split("/", 1)
        yield find_provider(vendor), rest
    for vendor in RESOLD.get(provider, ()):
        if provider == "bedrock":
            yield vendor, BEDROCK_VERSION.sub("", BEDROCK_VENDOR.sub("", AWS_REGION.sub("", name)))
        else:
            yield vendor, name


def _list_spellings(name: str) -> Iterator[tuple[str, bool]]:
    """Spellings in the order of trust, each with whether it presumes a price."""
    yield name, False
    for word in ROUTING_WORDS:
        if name.startswith(word):
            name = name.removeprefix(word)
            yield name, False
    if name.startswith(FIREWORKS_PATH):
        yield name.removeprefix(FIREWORKS_PATH), False
    for mark in SAME_PRICE_MARKS:
        if name.endswith(mark):
            name = name.removesuffix(mark)
            yield name, False
    for pattern in (CONTEXT_SIZE, AWS_REGION):
        stripped = pattern.sub("", name, count=1)
        if stripped != name:
            name = stripped
            yield name, False
    local = GEOGRAPHY.sub("", name, count=1)
    if local != name:
        yield local, True


def _get_date(name: str) -> str:
    found = DATE.search(fold(BEDROCK_VERSION.sub("", name.lower())))
    return re.sub(r"\D", "", found[0]) if found else ""
