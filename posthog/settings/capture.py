"""The doors for PostHog's SDKs: sizes and rates. The inbox behind them is the gateway's (`llm_gateway.py`)."""

from posthog.settings.environment import setting, whole_number

CAPTURE_MAX_BODY_BYTES = setting(
    "CAPTURE_MAX_BODY_BYTES",
    whole_number(1),
    default="20971520",
    about="Largest request of an SDK as received; above it the capture doors answer 413.",
)
CAPTURE_MAX_DECOMPRESSED_BYTES = setting(
    "CAPTURE_MAX_DECOMPRESSED_BYTES",
    whole_number(1),
    default="20971520",
    about="Largest request of an SDK once decompressed; PostHog's own limit.",
)
CAPTURE_MAX_REQUESTS_PER_MINUTE = setting(
    "CAPTURE_MAX_REQUESTS_PER_MINUTE",
    whole_number(0),
    default="6000",
    about="Requests with one project token in a minute, above which the capture doors answer 429; 0: any number.",
)
