"""
`…/credentials/`: what gateways prove themselves with: list, make, rotate, revoke.

For owners and administrators. A token is in the answer that makes it and nowhere else; each act leaves an audit entry.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.answers import Fields
from posthog.api.rest.conflict import Conflict
from posthog.api.rest.strict_serializer import NoParameters, StrictSerializer
from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.credential_administration import (
    create_credential,
    require_signature,
    revoke_credential,
    rotate_credential,
)
from posthog.llm_analytics.gateway_administration import ensure_gateway, ensure_team_gateway
from posthog.llm_analytics.queries.answer_completeness import list_gateways
from posthog.llm_analytics.team_credentials import list_team_credentials
from posthog.models import Gateway, GatewayCredential

ROUTINGS = ("team", "mapping")
SIGNATURES = ("off", "optional", "required")
LONGEST_OVERLAP_H = 8760


class CredentialAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    gateway_id = serializers.UUIDField()
    gateway = serializers.CharField(source="gateway.name")
    routing = serializers.SerializerMethodField(
        help_text="team: all its events are this team's; mapping: the gateway's mapping decides."
    )
    token_prefix = serializers.CharField(help_text="The first characters of its token.")
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="null: never.")
    revoked_at = serializers.DateTimeField(allow_null=True)
    previous_valid_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when the token before the last rotation opens."
    )
    is_signature_required = serializers.BooleanField()

    def get_fields(self) -> Fields:
        return super().get_fields() | {"label": serializers.CharField()}

    def get_routing(self, credential: GatewayCredential) -> str:
        return "mapping" if credential.team_id is None else "team"


class CredentialTokenAnswer(CredentialAnswer):
    token = serializers.CharField(help_text="Shown once.")


class NewCredentialAnswer(CredentialTokenAnswer):
    signing_secret = serializers.CharField(allow_null=True, help_text="Shown once; null: bodies are not signed.")


class CredentialsAnswer(serializers.Serializer[Any]):
    credentials = CredentialAnswer(many=True)


class CredentialBody(StrictSerializer):
    gateway_id = serializers.UUIDField(
        required=False, help_text="Default: the gateway that stands for this team's senders."
    )
    gateway_name = serializers.CharField(
        required=False,
        max_length=200,
        help_text="Instead of an id: of the organization; made where there is none. For routing team alone.",
    )
    routing = serializers.ChoiceField(
        choices=ROUTINGS, default="team", help_text="mapping: needs a `gateway_id` that is mapped to this team."
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Default: never.")
    signature = serializers.ChoiceField(
        choices=SIGNATURES,
        default="off",
        help_text="Whether bodies are signed (HMAC); optional: unsigned ones are taken, too.",
    )

    def get_fields(self) -> Fields:
        return super().get_fields() | {"label": serializers.CharField(max_length=200, help_text="Who will use it.")}


class RotationBody(StrictSerializer):
    overlap_hours = serializers.IntegerField(
        min_value=0, max_value=LONGEST_OVERLAP_H, default=24, help_text="How long the old token still opens."
    )


class CredentialsView(TeamView):
    is_administrative = True

    @extend_schema(operation_id="list_credentials", responses=CredentialsAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Every credential whose events may be this team's, revoked ones included, the newest first."""
        self.parse_query()
        return Response(CredentialsAnswer({"credentials": list_team_credentials(self.team)}).data)

    @extend_schema(operation_id="create_credential", request=CredentialBody, responses={201: NewCredentialAnswer})
    @transaction.atomic
    def post(self, request: Request, team_id: int) -> Response:
        """Make a credential; its token and signing secret are in this answer and nowhere else."""
        body = self.parse_body(CredentialBody)
        expires_at = body.get("expires_at")
        if expires_at is not None and expires_at <= self.now:
            raise ValidationError({"expires_at": "expected a time to come"})
        credential, token = create_credential(
            self._choose_gateway(body),
            label=body["label"],
            actor=self.actor,
            team=self.team if body["routing"] == "team" else None,
            expires_at=expires_at,
        )
        secret = None
        if body["signature"] != "off":
            secret = require_signature(credential, actor=self.actor, is_required=body["signature"] == "required")
        return answer_secrets(credential, status=201, token=token, signing_secret=secret)

    def _choose_gateway(self, body: dict[str, Any]) -> Gateway:
        if "gateway_name" in body:
            return self._ensure_named_gateway(body)
        if body["routing"] == "team" and "gateway_id" not in body:
            return ensure_team_gateway(self.team)
        if "gateway_id" not in body:
            raise ValidationError({"gateway_id": "expected with routing mapping"})
        chosen = list_gateways(self.team).filter(id=body["gateway_id"])
        if body["routing"] == "mapping":
            chosen = chosen.filter(gateway_teams__team=self.team)
        gateway = chosen.first()
        if gateway is None:
            raise ValidationError({"gateway_id": "expected a gateway that reports calls of this team"})
        return gateway

    def _ensure_named_gateway(self, body: dict[str, Any]) -> Gateway:
        if "gateway_id" in body:
            raise ValidationError({"gateway_name": "expected nothing beside a gateway_id"})
        if body["routing"] == "mapping":
            raise ValidationError({"gateway_name": "expected with routing team alone"})
        return ensure_gateway(self.team.organization, body["gateway_name"])


class CredentialView(TeamView):
    is_administrative = True

    @extend_schema(operation_id="get_credential", responses=CredentialAnswer)
    def get(self, request: Request, team_id: int, credential_id: int) -> Response:
        """One credential."""
        self.parse_query()
        return Response(CredentialAnswer(find_credential(self, credential_id)).data)


class CredentialRotationView(TeamView):
    is_administrative = True

    @extend_schema(operation_id="rotate_credential", request=RotationBody, responses=CredentialTokenAnswer)
    def post(self, request: Request, team_id: int, credential_id: int) -> Response:
        """Give it a new token, in this answer and nowhere else; the old one opens until the overlap is over."""
        body = self.parse_body(RotationBody)
        credential = find_credential(self, credential_id)
        if credential.revoked_at is not None:
            raise Conflict("credential_id: it is revoked; make another", "credential_revoked")
        ends_at = self.now + timedelta(hours=body["overlap_hours"])
        token = rotate_credential(credential, actor=self.actor, previous_valid_until=ends_at)
        return answer_secrets(credential, status=200, token=token)


class CredentialRevocationView(TeamView):
    is_administrative = True

    @extend_schema(operation_id="revoke_credential", request=None, responses=CredentialAnswer)
    def post(self, request: Request, team_id: int, credential_id: int) -> Response:
        """Close it for good; a second time changes nothing."""
        self.parse_body(NoParameters)
        credential = find_credential(self, credential_id)
        revoke_credential(credential, actor=self.actor, now=self.now)
        return Response(CredentialAnswer(credential).data)


def find_credential(view: TeamView, credential_id: int) -> GatewayCredential:
    """
    Raises:
        NotFound: The team has none of this id.
    """
    credential = list_team_credentials(view.team).filter(id=credential_id).first()
    if credential is None:
        raise NotFound("credential_id: this team has no credential of this id", "credential_unknown")
    return credential


def answer_secrets(credential: GatewayCredential, *, status: int, **shown_once: str | None) -> Response:
    """An answer that no cache may keep."""
    shown = CredentialAnswer(credential).data | shown_once
    return Response(shown, status=status, headers={"Cache-Control": "no-store"})
