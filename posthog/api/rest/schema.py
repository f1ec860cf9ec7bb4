"""The OpenAPI document: how one signs in, and the problem documents that every operation may answer with."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

RESOURCE_PREFIXES = ("/api/projects/", "/api/users/")

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "Names what is wrong and the rule."},
        "code": {"type": "string", "description": "Stable, for programs."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["parameter", "detail", "code"],
                "properties": {
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
PROBLEM_ANSWERS = {
    "400": "A parameter or the body breaks its rule, or is unknown.",
    "401": "Neither a session nor a personal API key that opens.",
    "403": "Members of the organization may not do this, or the CSRF token is missing.",
    "404": "There is no such thing in this team, or no such team for this visitor.",
    "405": "The resource does not know the method.",
    "422": "The question costs more time or memory than one may.",
    "503": "A store does not answer right now; ask again.",
    "default": "Any other error.",
}


# The library registers its subclasses in an untyped `__init_subclass__`.
class PersonalAPIKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "posthog.api.rest.personal_api_key_authentication.PersonalAPIKeyAuthentication"
    name = "personalApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "phx_…"}


def keep_resources(endpoints: Iterable[tuple[str, str, str, Any]], **_: Any) -> list[tuple[str, str, str, Any]]:
    """The query API alone; gateways' and SDKs' doors have their own contracts."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(RESOURCE_PREFIXES)]


def close_bodies(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say that bodies take nothing but their members: see `StrictSerializer`, which refuses the rest."""
    for name, schema in result["components"].get("schemas", {}).items():
        if name.endswith("Request") and schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
    return result


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Give every operation its error answers."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    schema = {"$ref": "#/components/schemas/Problem"}
    for path in result["paths"].values():
        for operation in path.values():
            for status, description in PROBLEM_ANSWERS.items():
                answer = {"description": description, "content": {"application/problem+json": {"schema": schema}}}
                operation["responses"].setdefault(status, answer)
    return result
