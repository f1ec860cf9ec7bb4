"""Sending usage reports: how often it is tried, and the mail server."""

from posthog.settings.environment import FLAG, PORT, TEXT, setting, whole_number

REPORT_DELIVERY_MAX_ATTEMPTS = setting(
    "REPORT_DELIVERY_MAX_ATTEMPTS",
    whole_number(1, 100),
    default="12",
    about="Attempts to deliver a report after which it is given up: 12 take about a day.",
)

EMAIL_HOST = setting("EMAIL_HOST", TEXT, default="", about="Mail server (SMTP). Unset: e-mail deliveries fail.")
EMAIL_PORT = setting("EMAIL_PORT", PORT, default="587", about="Its port.")
EMAIL_HOST_USER = setting("EMAIL_HOST_USER", TEXT, default="", about="User there; unset: no sign-in.")
EMAIL_HOST_PASSWORD = setting("EMAIL_HOST_PASSWORD", TEXT, default="", about="That user's password.")
EMAIL_USE_TLS = setting("EMAIL_USE_TLS", FLAG, default="1", about="1: STARTTLS, as on port 587.")
EMAIL_USE_SSL = setting(
    "EMAIL_USE_SSL", FLAG, default="0", about="1: TLS from the start, as on port 465; EMAIL_USE_TLS=0."
)
EMAIL_TIMEOUT = setting(
    "EMAIL_TIMEOUT_S", whole_number(1, 600), default="20", about="Seconds to wait for the mail server."
)
DEFAULT_FROM_EMAIL = setting("DEFAULT_FROM_EMAIL", TEXT, default="llm-accounting@localhost", about="Sender of e-mails.")
