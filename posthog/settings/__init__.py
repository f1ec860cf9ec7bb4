"""
Django's settings, one topic a module; every value comes from the environment or its default.

Importing them needs nothing set and connects to nothing; a bad value raises InvalidSetting.
"""

from posthog.settings.celery import *  # noqa: F403
from posthog.settings.data_stores import *  # noqa: F403
from posthog.settings.encryption import *  # noqa: F403
from posthog.settings.llm_gateway import *  # noqa: F403
from posthog.settings.logs import *  # noqa: F403
from posthog.settings.metrics import *  # noqa: F403
from posthog.settings.web import *  # noqa: F403
