"""The query API: who may call it, how it answers, how much one question may cost."""

from typing import Any

from posthog.settings.environment import setting, whole_number

LLM_ANALYTICS_QUERY_TIMEOUT_S = setting(
    "LLM_ANALYTICS_QUERY_TIMEOUT_S",
    whole_number(1, 600),
    default="10",
    about="Seconds after which ClickHouse gives up a question of the query API.",
)
LLM_ANALYTICS_MAX_RANGE_DAYS = setting(
    "LLM_ANALYTICS_MAX_RANGE_DAYS",
    whole_number(1, 3660),
    default="400",
    about="Longest range of time, in days, that one question of the query API may span.",
)

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "posthog.api.rest.personal_api_key_authentication.PersonalAPIKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["posthog.api.rest.json_parser.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "posthog.api.rest.problem_details.answer_exception",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "LLM Analytics",
    "DESCRIPTION": (
        "What a team's model calls used and cost. null: nobody reported the figure; 0: it was reported as zero. "
        "Token counts are integers, amounts are US dollars as decimal strings, times are ISO 8601."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "AlertSeverityEnum": "posthog.api.llm_analytics.alerts.SEVERITIES",
        "AlertStateEnum": "posthog.api.llm_analytics.alerts.ALERT_STATES",
        "AlertChangeKindEnum": "posthog.api.llm_analytics.alerts.CHANGE_KINDS",
        "StateEnum": "posthog.api.llm_analytics.report_answers.STATES",
        "KindEnum": "posthog.api.llm_analytics.users.KINDS",
        "DestinationKindEnum": "ee.api.delivery_answers.DESTINATION_KINDS",
        "DeliveryStatusEnum": "ee.api.delivery_answers.DELIVERY_STATUSES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "posthog.api.rest.schema.close_bodies",
        "posthog.api.rest.schema.add_problems",
    ],
    "PREPROCESSING_HOOKS": ["posthog.api.rest.schema.keep_resources"],
}
