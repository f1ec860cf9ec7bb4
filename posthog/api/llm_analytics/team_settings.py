"""
`…/settings/`: how long and how much of a team's calls is kept, and whose days its organization's reports are.

Members read; owners and administrators change. Each change leaves an audit entry.
"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.rest.fields import TrueFalseField
from posthog.api.rest.strict_serializer import StrictSerializer
from posthog.api.rest.team_view import TeamView
from posthog.errors import InvalidTimezone
from posthog.llm_analytics.report_timezone import set_report_timezone
from posthog.llm_analytics.team_administration import RETENTION_MAX_DAYS, set_privacy, set_retention

RETENTION_HELP = "Days after a call that its event is kept; stored events follow it."
PRIVACY_HELP = "true: nothing that is said in calls is kept, from now on; numbers, names and times are."
TIMEZONE_HELP = (
    "Whose days reports are, of all teams of the organization: an IANA name whose offset is a multiple of half an "
    "hour. Days that are closed stay."
)
LONGEST_ZONE_NAME = 64


class SettingsBody(StrictSerializer):
    """What is left out stays as it is."""

    retention_days = serializers.IntegerField(
        required=False, min_value=1, max_value=RETENTION_MAX_DAYS, help_text=RETENTION_HELP
    )
    is_private = TrueFalseField(required=False, help_text=PRIVACY_HELP)
    report_timezone = serializers.CharField(required=False, max_length=LONGEST_ZONE_NAME, help_text=TIMEZONE_HELP)


class SettingsAnswer(serializers.Serializer[Any]):
    retention_days = serializers.IntegerField(help_text=RETENTION_HELP)
    is_private = serializers.BooleanField(help_text=PRIVACY_HELP)
    report_timezone = serializers.CharField(source="organization.report_timezone", help_text=TIMEZONE_HELP)


class SettingsView(TeamView):
    @extend_schema(operation_id="get_settings", responses=SettingsAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """The team's settings, and its organization's report zone."""
        self.parse_query()
        return Response(SettingsAnswer(self.team).data)

    @extend_schema(operation_id="change_settings", request=SettingsBody, responses=SettingsAnswer)
    def patch(self, request: Request, team_id: int) -> Response:
        """Change what is given. Retention comes last: where a store is away, ask for it again, stored events follow."""
        body = self.parse_body(SettingsBody)
        if "report_timezone" in body:
            self._set_report_timezone(body["report_timezone"])
        if body.get("is_private", self.team.is_private) != self.team.is_private:
            set_privacy(self.team, is_private=body["is_private"], actor=self.actor)
        if "retention_days" in body:
            set_retention(self.team, retention_days=body["retention_days"], actor=self.actor)
        return Response(SettingsAnswer(self.team).data)

    def _set_report_timezone(self, name: str) -> None:
        if name == self.team.organization.report_timezone:
            return
        try:
            set_report_timezone(self.team.organization, name, actor=self.actor, now=self.now)
        except InvalidTimezone as fault:
            raise ValidationError({"report_timezone": str(fault).removeprefix("report_timezone: ")}) from fault
