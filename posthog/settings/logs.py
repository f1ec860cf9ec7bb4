"""Logs: one JSON object a line, or coloured lines where a person watches the terminal."""

import sys
from typing import Any

import structlog

from posthog.log_lines import PROCESSORS, RENDERERS
from posthog.settings.environment import one_of, setting

LOG_LEVEL = setting(
    "LOG_LEVEL",
    one_of("debug", "info", "warning", "error"),
    default="info",
    about="Least severe line that is written.",
).upper()
LOG_FORMAT = setting(
    "LOG_FORMAT",
    one_of("auto", "json", "console"),
    default="auto",
    about="auto: console on a terminal, else json.",
)
if LOG_FORMAT == "auto":
    LOG_FORMAT = "console" if sys.stderr.isatty() else "json"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": PROCESSORS,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, RENDERERS[LOG_FORMAT]],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {"django": {"handlers": [], "level": LOG_LEVEL, "propagate": True}},
}

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *PROCESSORS,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
