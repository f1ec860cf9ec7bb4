"""The usage reports: when a day that is over is closed."""

from posthog.settings.environment import setting, whole_number

LLM_ANALYTICS_REPORT_CLOSE_AFTER_HOURS = setting(
    "LLM_ANALYTICS_REPORT_CLOSE_AFTER_HOURS",
    whole_number(0, 24 * 60),
    default="24",
    about="Hours after its end that a day's usage report stays open for late events; then it is closed.",
)
LLM_ANALYTICS_REPORT_CLOSE_LATEST_HOURS = setting(
    "LLM_ANALYTICS_REPORT_CLOSE_LATEST_HOURS",
    whole_number(0, 24 * 90),
    default="72",
    about="Hours after its end at which it is closed even if events are known to be missing; they are named.",
)
