"""Budgets: how long a gateway may rely on an answer, and how long it waits for one."""

from posthog.settings.environment import setting, whole_number

LLM_GATEWAY_QUOTA_MAX_AGE_S = setting(
    "LLM_GATEWAY_QUOTA_MAX_AGE_S",
    whole_number(1, 300),
    default="5",
    about="Seconds that what was used of budgets is kept for gateways that poll, and that an answer is good for.",
)
LLM_GATEWAY_QUOTA_TIMEOUT_S = setting(
    "LLM_GATEWAY_QUOTA_TIMEOUT_S",
    whole_number(1, 60),
    default="2",
    about="Seconds after which ClickHouse gives up a sum for budgets; the gateway is then told to let calls pass.",
)
