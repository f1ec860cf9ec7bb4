"""
The caller's headers → event properties and feature flags, as far as they are the caller's to say.

`x-posthog-property-plan: pro` → `plan`; `x-posthog-flag-new-ui: true` → `$feature/new-ui`. What the gateway knows
itself stays the gateway's: attribution, every `$` property but the names that place a call in its trace, and whatever
would be read as a count.
"""

from collections.abc import Mapping

from posthog.llm_gateway.callbacks.request_context import FLAG_PREFIX, PROPERTY_PREFIX
from posthog.llm_usage.readings.otel import PREFIXES as NAMES_OF_USAGE

OWNED_NAMES = frozenset(
    {
        *("product", "ai_product", "billable", "ai_billable", "team", "team_id", "team_alias"),
        *("distinct_id", "token", "api_key", "api_key_alias", "api_key_hash", "gateway"),
    }
)
"""Attribution: who is billed, and for what. Compared without regard to case, `-` as `_`."""
TRACE_NAMES = frozenset(
    {
        *("$ai_trace_id", "$ai_session_id", "$ai_span_id", "$ai_parent_id"),
        *("$ai_trace_name", "$ai_span_name", "$ai_experiment_id", "$ai_prompt_name"),
    }
)
"""The `$` properties that only the caller can know."""
SWITCHES = {"true": True, "false": False}


def read_caller_properties(headers: Mapping[str, str]) -> dict[str, str]:
    """
    The properties that the caller may set.

    Args:
        headers: Lower-case names.
    """
    named = {name.removeprefix(PROPERTY_PREFIX): value for name, value in headers.items() if _is_property(name)}
    return {name: value for name, value in named.items() if is_callers(name)}


def read_feature_flags(headers: Mapping[str, str]) -> dict[str, str | bool]:
    """`$feature/<key>` of each flag: its variant, or whether it is on."""
    flags = {name.removeprefix(FLAG_PREFIX): value for name, value in headers.items() if name.startswith(FLAG_PREFIX)}
    return {f"$feature/{key}": SWITCHES.get(value.lower(), value) for key, value in flags.items() if key}


def is_callers(name: str) -> bool:
    """Whether a property is the caller's to set."""
    if name.startswith("$"):
        return name in TRACE_NAMES
    # OpenTelemetry's names of counts have no `$`; of a call without counts of its own they would be read.
    is_owned = name.lower().replace("-", "_") in OWNED_NAMES or name.lower().startswith(NAMES_OF_USAGE)
    return bool(name) and not is_owned


def _is_property(name: str) -> bool:
    return name.startswith(PROPERTY_PREFIX)
