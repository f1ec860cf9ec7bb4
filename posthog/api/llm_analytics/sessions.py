"""`GET …/sessions/`: sessions page by page; their traces are those of `traces/?session_id=…`."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.event_groups import GroupAnswer, GroupsAnswer, GroupsParameters, GroupsView


class SessionAnswer(GroupAnswer):
    """The calls of one session: of the events that name it."""

    session_id = serializers.CharField()
    traces = serializers.IntegerField(help_text="How many traces have events of it.")


class SessionsAnswer(GroupsAnswer):
    sessions = SessionAnswer(many=True)


class SessionsView(GroupsView):
    @extend_schema(operation_id="list_sessions", parameters=[GroupsParameters], responses=SessionsAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Sessions, the latest begun first. Sums are of their events in the range that fit the filters."""
        return Response(SessionsAnswer(self.answer_page("session_id", "sessions")).data)
