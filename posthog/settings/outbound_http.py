"""Requests to addresses that a person typed in: webhooks, other PostHog instances."""

from posthog.settings.environment import FLAG, NAMES, setting, whole_number

OUTBOUND_HTTP_INTERNAL_HOSTS = setting(
    "OUTBOUND_HTTP_INTERNAL_HOSTS",
    NAMES,
    default="",
    about="Hosts (`host` or `host:port`) that webhooks may reach although their addresses are private, by http:// too.",
)
OUTBOUND_HTTP_REQUIRE_HTTPS = setting(
    "OUTBOUND_HTTP_REQUIRE_HTTPS",
    FLAG,
    default="1",
    about="0: webhooks may go to any public host by http://, for everybody on the way to read.",
)
OUTBOUND_HTTP_TIMEOUT_S = setting(
    "OUTBOUND_HTTP_TIMEOUT_S",
    whole_number(1, 600),
    default="20",
    about="Seconds that one such request may take from its connection to the end of the answer.",
)
OUTBOUND_HTTP_MAX_ANSWER_BYTES = setting(
    "OUTBOUND_HTTP_MAX_ANSWER_BYTES",
    whole_number(0, 64 << 20),
    default="65536",
    about="Bytes of the answer that are read; the rest is left unread.",
)
