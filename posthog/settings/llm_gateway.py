"""The gateway's door and the inbox behind it: sizes, batches, retries."""

from posthog.settings.environment import TEXT, one_of, setting, whole_number

LLM_GATEWAY_MAX_BODY_BYTES = setting(
    "LLM_GATEWAY_MAX_BODY_BYTES",
    whole_number(1),
    default="104857600",
    about="Largest request body as received; above it the webhook answers 413.",
)
LLM_GATEWAY_MAX_DECOMPRESSED_BYTES = setting(
    "LLM_GATEWAY_MAX_DECOMPRESSED_BYTES",
    whole_number(1),
    default="536870912",
    about="Largest request body once decompressed.",
)
LLM_GATEWAY_PARSE_AT_DOOR_BYTES = setting(
    "LLM_GATEWAY_PARSE_AT_DOOR_BYTES",
    whole_number(0),
    default="1048576",
    about="Bodies up to this size are checked before the answer; larger ones by the worker.",
)
LLM_GATEWAY_DRAIN_MAX_BODIES = setting(
    "LLM_GATEWAY_DRAIN_MAX_BODIES",
    whole_number(1),
    default="64",
    about="Most bodies that one drain of the inbox claims.",
)
LLM_GATEWAY_DRAIN_MAX_BYTES = setting(
    "LLM_GATEWAY_DRAIN_MAX_BYTES",
    whole_number(1),
    default="33554432",
    about="Most decompressed bytes that one drain claims (one body is always taken).",
)
LLM_GATEWAY_MAX_ATTEMPTS = setting(
    "LLM_GATEWAY_MAX_ATTEMPTS",
    whole_number(1, 1000),
    default="8",
    about="Failed attempts after which a body is halved, and again, until the event at fault is alone.",
)
LLM_GATEWAY_CLAIM_LEASE_S = setting(
    "LLM_GATEWAY_CLAIM_LEASE_S",
    whole_number(1, 86400),
    default="300",
    about="Seconds after which a claimed body is free again: its worker is taken for dead.",
)
LLM_GATEWAY_REJECT_RETENTION_DAYS = setting(
    "LLM_GATEWAY_REJECT_RETENTION_DAYS",
    whole_number(1, 36500),
    default="30",
    about="Days that rejected events are kept for replay.",
)
LLM_GATEWAY_REJECT_CONTENT = setting(
    "LLM_GATEWAY_REJECT_CONTENT",
    one_of("stripped", "encrypted"),
    default="stripped",
    about="What is kept of a rejected event: its numbers and names, or all of it, encrypted.",
)
LLM_GATEWAY_MAX_EVENTS_PER_BODY = setting(
    "LLM_GATEWAY_MAX_EVENTS_PER_BODY",
    whole_number(1),
    default="100000",
    about="Most events of one body; above it the webhook answers 413.",
)
LLM_GATEWAY_MAX_JSON_DEPTH = setting(
    "LLM_GATEWAY_MAX_JSON_DEPTH",
    whole_number(16, 1000),
    default="1000",
    about="Most levels on which an event may be nested; a deeper one is a reject, and a body of nothing else a 400.",
)
LLM_GATEWAY_MAX_BODIES_PER_MINUTE = setting(
    "LLM_GATEWAY_MAX_BODIES_PER_MINUTE",
    whole_number(0),
    default="6000",
    about="Bodies of one credential in a minute, above which the webhook answers 503; 0: any number.",
)
LLM_GATEWAY_SIGNATURE_WINDOW_S = setting(
    "LLM_GATEWAY_SIGNATURE_WINDOW_S",
    whole_number(1, 86400),
    default="300",
    about="Seconds by which a signature's timestamp may differ from this clock.",
)
LLM_GATEWAY_ADMIN_KEY = setting(
    "LLM_GATEWAY_ADMIN_KEY",
    TEXT,
    default="",
    about="Opens the gateway's own API for `reconcile_gateway`, where `set_gateway_access` stored no key.",
)
