"""Celery: broker, queues and the beat schedule. Names follow Celery's own with the prefix CELERY_."""

from datetime import timedelta
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from celery.schedules import crontab
from kombu import Exchange, Queue

from posthog.settings.data_stores import REDIS_URL

TASKS_FOLDER = Path(__file__).resolve().parents[1] / "tasks"
CELERY_IMPORTS = [f"posthog.tasks.{module.name}" for module in iter_modules([str(TASKS_FOLDER)])]

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "visibility_timeout": 3600}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1

CELERY_TASK_DEFAULT_QUEUE = "celery"
LLM_GATEWAY_QUEUE = "llm_gateway"
USAGE_REPORTS_QUEUE = "usage_reports"
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name), routing_key=name)
    for name in (CELERY_TASK_DEFAULT_QUEUE, LLM_GATEWAY_QUEUE, USAGE_REPORTS_QUEUE)
]
"""A worker started without `-Q` serves them all."""

DRAIN_INBOX_EVERY = timedelta(seconds=5)

CELERY_TASK_ROUTES: dict[str, dict[str, str]] = {
    "posthog.tasks.llm_gateway_*": {"queue": LLM_GATEWAY_QUEUE},
    "posthog.tasks.llm_analytics_usage_report.*": {"queue": USAGE_REPORTS_QUEUE},
    "posthog.tasks.llm_analytics_rollup.*": {"queue": USAGE_REPORTS_QUEUE},
    "posthog.tasks.ai_accounting_check.*": {"queue": USAGE_REPORTS_QUEUE},
    "ee.tasks.report_delivery.*": {"queue": USAGE_REPORTS_QUEUE},
    "ee.tasks.budgets.*": {"queue": USAGE_REPORTS_QUEUE},
    "ee.tasks.provider_reconciliation.*": {"queue": USAGE_REPORTS_QUEUE},
}

CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "drain-the-inbox": {
        "task": "posthog.tasks.llm_gateway_ingestion.drain_inbox",
        "schedule": DRAIN_INBOX_EVERY,
        "options": {"expires": DRAIN_INBOX_EVERY.total_seconds()},
    },
    "llm-analytics-usage-report": {
        "task": "posthog.tasks.llm_analytics_usage_report.send_llm_analytics_usage_reports",
        "schedule": crontab(minute="20"),
    },
    "roll-up-usage": {
        "task": "posthog.tasks.llm_analytics_rollup.roll_up_usage",
        "schedule": crontab(minute="*"),
        "options": {"expires": 60},
    },
    "verify-rollups": {
        "task": "posthog.tasks.llm_analytics_rollup.verify_rollups",
        "schedule": crontab(hour="4", minute="10"),
    },
    "check-ai-accounting": {
        "task": "posthog.tasks.ai_accounting_check.check_ai_accounting",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300},
    },
    "deliver-usage-reports": {
        "task": "ee.tasks.report_delivery.deliver_usage_reports",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300},
    },
    "check-budgets": {
        "task": "ee.tasks.budgets.check_budgets",
        "schedule": crontab(minute="*"),
        "options": {"expires": 60},
    },
    "reconcile-providers": {
        "task": "ee.tasks.provider_reconciliation.reconcile_providers",
        "schedule": crontab(hour="5", minute="30"),
    },
    "report-stuck-claims": {
        "task": "posthog.tasks.llm_gateway_stuck_claims.report_stuck_claims",
        "schedule": crontab(minute="*"),
    },
    "merge-shipper-receipts": {
        "task": "posthog.tasks.llm_gateway_receipts.merge_shipper_receipts",
        "schedule": crontab(minute="25"),
    },
    "remove-old-rejects": {
        "task": "posthog.tasks.llm_gateway_rejects.remove_old_rejects",
        "schedule": crontab(hour="3", minute="40"),
    },
}
