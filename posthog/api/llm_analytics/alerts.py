"""
`…/alerts/`: what is wrong with the accounting: the list, one with its history, and what people do with it.

An alert about a gateway or a model is seen below every team of its organization, one about a team below that alone.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.answers import Fields
from posthog.api.rest.conflict import Conflict
from posthog.api.rest.cursor import decode_cursor, encode_cursor, parse_moment, parse_uuid
from posthog.api.rest.fields import RatioField
from posthog.api.rest.strict_serializer import NoParameters, StrictSerializer
from posthog.api.rest.team_view import TeamView
from posthog.llm_analytics.alerts.acts import ActRefused, accept, mute, set_owner
from posthog.llm_integrity.finding_texts import describe_finding
from posthog.llm_integrity.findings import CheckName, Severity
from posthog.models import AccountingAlert, AccountingAlertChange, Team, User

ALERT_STATES: list[str] = AccountingAlert.State.values
CHANGE_KINDS: list[str] = AccountingAlertChange.Kind.values
STATE_FILTERS = [*ALERT_STATES, "any"]
CHECKS = [str(check) for check in CheckName]
SEVERITIES = [str(severity) for severity in Severity]


class AlertsParameters(StrictSerializer):
    state = serializers.ChoiceField(
        choices=[*ALERT_STATES, "any"],
        default="open",
        help_text="accepted: declared to be the new normal; resolved: right again.",
    )
    check = serializers.ChoiceField(choices=CHECKS, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=500, default=50)
    cursor = serializers.CharField(required=False, max_length=2000, help_text="`next_cursor` of the page before.")


class AlertSubjectAnswer(serializers.Serializer[Any]):
    """null: the alert is not about one; '' is the gateway or the provider of calls without one."""

    gateway = serializers.CharField(allow_null=True)
    provider = serializers.CharField(allow_null=True)
    model = serializers.CharField(allow_null=True)
    is_stream = serializers.BooleanField(allow_null=True)
    team_id = serializers.IntegerField(allow_null=True)


class AlertTextAnswer(serializers.Serializer[Any]):
    """For a person who has never seen the system."""

    title = serializers.CharField()
    meaning = serializers.CharField()
    evidence = serializers.CharField()
    action = serializers.CharField()
    runbook = serializers.CharField(help_text="Where the project's documents go on.")


class AlertAnswer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    check = serializers.ChoiceField(source="check_name", choices=CHECKS)
    figure = serializers.CharField(help_text="Which count, ratio or flag; '': the check has but one.")
    severity = serializers.ChoiceField(choices=SEVERITIES)
    worst_severity = serializers.ChoiceField(choices=SEVERITIES)
    state = serializers.ChoiceField(choices=ALERT_STATES)
    opened_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField(help_text="When it was last seen to be wrong.")
    resolved_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    muted_until = serializers.DateTimeField(allow_null=True)
    since = serializers.DateTimeField(help_text="Begin of the first hour that is wrong.")
    seen = RatioField(help_text="A share, a ratio or a number of calls: `text.evidence` says which.")
    usual = RatioField(allow_null=True)
    calls = serializers.IntegerField()
    owner = serializers.SerializerMethodField(help_text="E-mail address of who looks after it; null: nobody.")
    events = serializers.SerializerMethodField(help_text="Uuids of a few calls of the first wrong hour.")
    subject = AlertSubjectAnswer()
    text = serializers.SerializerMethodField()

    def get_owner(self, alert: AccountingAlert) -> str | None:
        return alert.owner.email if alert.owner else None

    def get_events(self, alert: AccountingAlert) -> list[UUID]:
        return [UUID(event) for event in alert.evidence.get("events", [])]

    @extend_schema_field(AlertTextAnswer)
    def get_text(self, alert: AccountingAlert) -> dict[str, Any]:
        return dict(AlertTextAnswer(describe_finding(alert.to_finding())).data)


class AlertChangeAnswer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(choices=CHANGE_KINDS)
    actor = serializers.CharField(help_text="Who did it; '': nobody, the checks saw it.")
    details = serializers.DictField(help_text="Figures or names, by kind.")


class AlertDetailAnswer(AlertAnswer):
    changes = serializers.SerializerMethodField()

    @extend_schema_field(AlertChangeAnswer(many=True))
    def get_changes(self, alert: AccountingAlert) -> list[dict[str, Any]]:
        return list(AlertChangeAnswer(alert.changes.order_by("id"), many=True).data)

    def get_fields(self) -> Fields:
        return super().get_fields() | {"evidence": serializers.DictField(help_text="Figures at its opening and worst.")}


class AlertsAnswer(serializers.Serializer[Any]):
    alerts = AlertAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="null: this is the last page.")


class OwnBody(StrictSerializer):
    email = serializers.EmailField(
        required=False,
        allow_null=True,
        help_text="Of a member of the organization; default: whoever asks; null: nobody.",
    )


class MuteBody(StrictSerializer):
    until = serializers.DateTimeField(
        allow_null=True, help_text="Until then nobody is told of it; null: people are told again."
    )


class AlertsView(TeamView):
    query_serializer = AlertsParameters

    @extend_schema(operation_id="list_alerts", parameters=[AlertsParameters], responses=AlertsAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Alerts, the newest first."""
        query = self.parse_query()
        alerts = list_alerts(self.team).order_by("-opened_at", "-id")
        if query["state"] != "any":
            alerts = alerts.filter(state=query["state"])
        if "check" in query:
            alerts = alerts.filter(check_name=query["check"])
        shared = [self.team.id, query["state"], query.get("check")]
        if "cursor" in query:
            opened_at, last_id = decode_cursor(query["cursor"], question=shared, parsers=[parse_moment, parse_uuid])
            alerts = alerts.filter(Q(opened_at__lt=opened_at) | Q(opened_at=opened_at, id__lt=last_id))
        found = list(alerts[: query["limit"] + 1])
        page = found[: query["limit"]]
        ends = [page[-1].opened_at.isoformat(), str(page[-1].id)] if len(found) > len(page) else None
        next_cursor = encode_cursor(ends, question=shared) if ends else None
        return Response(AlertsAnswer({"alerts": page, "next_cursor": next_cursor}).data)


class AlertView(TeamView):
    @extend_schema(operation_id="get_alert", responses=AlertDetailAnswer)
    def get(self, request: Request, team_id: int, alert_id: UUID) -> Response:
        """One alert with its history, oldest first."""
        self.parse_query()
        return answer_alert(find_alert(self, alert_id))


class AlertOwnView(TeamView):
    @extend_schema(operation_id="own_alert", request=OwnBody, responses=AlertDetailAnswer)
    def post(self, request: Request, team_id: int, alert_id: UUID) -> Response:
        """Say who looks after it."""
        body = self.parse_body(OwnBody)
        alert = find_alert(self, alert_id)
        try:
            return answer_alert(set_owner(alert, self._choose_owner(body), actor=self.actor, now=self.now))
        except ActRefused as refusal:
            raise ValidationError({"email": "expected a member of the alert's organization"}) from refusal

    def _choose_owner(self, body: dict[str, Any]) -> User | None:
        if "email" not in body:
            assert isinstance(self.request.user, User)  # nobody else gets here
            return self.request.user
        if body["email"] is None:
            return None
        owner = User.objects.filter(email__iexact=body["email"]).first()
        if owner is None:
            raise ActRefused("owner_unknown", "email: there is no such user")
        return owner


class AlertMuteView(TeamView):
    @extend_schema(operation_id="mute_alert", request=MuteBody, responses=AlertDetailAnswer)
    def post(self, request: Request, team_id: int, alert_id: UUID) -> Response:
        """Tell nobody of it for a while. That it is right again is told to those who were told of it."""
        until: datetime | None = self.parse_body(MuteBody)["until"]
        alert = find_alert(self, alert_id)
        try:
            return answer_alert(mute(alert, until, actor=self.actor, now=self.now))
        except ActRefused as refusal:
            raise ValidationError({"until": "expected a time to come"}) from refusal


class AlertAcceptView(TeamView):
    @extend_schema(operation_id="accept_alert", request=None, responses=AlertDetailAnswer)
    def post(self, request: Request, team_id: int, alert_id: UUID) -> Response:
        """Declare what it says to be the new normal; what is usual is learned from now on."""
        self.parse_body(NoParameters)
        alert = find_alert(self, alert_id)
        try:
            return answer_alert(accept(alert, actor=self.actor, now=self.now))
        except ActRefused as refusal:
            raise Conflict(str(refusal), refusal.code) from refusal


def list_alerts(team: Team) -> QuerySet[AccountingAlert]:
    """The organization's, without those about its other teams."""
    found = AccountingAlert.objects.filter(Q(team=team) | Q(team=None), organization=team.organization_id)
    return found.select_related("owner")


def find_alert(view: TeamView, alert_id: UUID) -> AccountingAlert:
    """
    Raises:
        NotFound: The team sees none of this id.
    """
    alert = list_alerts(view.team).filter(id=alert_id).first()
    if alert is None:
        raise NotFound("alert_id: this team has no alert of this id", "alert_unknown")
    return alert


def answer_alert(alert: AccountingAlert) -> Response:
    """With its history, oldest first."""
    return Response(AlertDetailAnswer(alert).data)
