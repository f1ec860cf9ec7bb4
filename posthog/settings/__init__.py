"""
Django's settings, one topic a module; every value comes from the environment or its default.

Importing them needs nothing set and connects to nothing; a bad value raises InvalidSetting.
"""

from posthog.settings.budgets import *  # noqa: F403
from posthog.settings.capture import *  # noqa: F403
from posthog.settings.celery import *  # noqa: F403
from posthog.settings.data_stores import *  # noqa: F403
from posthog.settings.encryption import *  # noqa: F403
from posthog.settings.llm_gateway import *  # noqa: F403
from posthog.settings.logs import *  # noqa: F403
from posthog.settings.metrics import *  # noqa: F403
from posthog.settings.outbound_http import *  # noqa: F403
from posthog.settings.provider_reconciliation import *  # noqa: F403
from posthog.settings.report_delivery import *  # noqa: F403
from posthog.settings.rest_framework import *  # noqa: F403
from posthog.settings.usage_report import *  # noqa: F403
from posthog.settings.web import *  # noqa: F403
