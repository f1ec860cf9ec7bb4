"""`…/rejects/`: events that became no row: the list, one, and trying them again."""

from dataclasses import asdict
from typing import Any

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from posthog.api.llm_analytics.answers import Fields
from posthog.api.rest.cursor import decode_cursor, encode_cursor, parse_id
from posthog.api.rest.fields import TrueFalseField
from posthog.api.rest.strict_serializer import NoParameters, StrictSerializer
from posthog.api.rest.team_view import TeamView
from posthog.encryption import Undecryptable
from posthog.llm_analytics.rejected_content import open_content
from posthog.llm_analytics.replay import replay_rejects
from posthog.llm_analytics.team_rejects import count_open_rejects, list_own_rejects, list_unattributed_rejects
from posthog.models import RejectedEvent

STATES = ("open", "replayed", "any")


class RejectsParameters(StrictSerializer):
    reason_code = serializers.CharField(required=False, max_length=64)
    state = serializers.ChoiceField(
        choices=STATES, default="open", help_text="open: not stored yet; replayed: stored since."
    )
    limit = serializers.IntegerField(min_value=1, max_value=500, default=50)
    cursor = serializers.CharField(required=False, max_length=2000, help_text="`next_cursor` of the page before.")


class RejectAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    reason_code = serializers.CharField()
    reason = serializers.CharField()
    gateway = serializers.CharField(source="gateway.name", allow_null=True, default=None)
    batch_id = serializers.UUIDField()
    position = serializers.IntegerField(help_text="In its body, from 0; -1: the body as a whole.")
    event_format = serializers.CharField(help_text="How much of it is kept: nothing, stripped or encrypted.")
    received_at = serializers.DateTimeField()
    rejected_at = serializers.DateTimeField()
    replayed_at = serializers.DateTimeField(allow_null=True, help_text="When it became a row after all.")

    def get_fields(self) -> Fields:
        return super().get_fields() | {"source": serializers.CharField(help_text="gateway, or capture: an SDK's door.")}


class RejectDetailAnswer(RejectAnswer):
    event = serializers.JSONField(
        allow_null=True, help_text="Its numbers and names; null: nothing was kept, or all of it, which is never shown."
    )


class RejectCountAnswer(serializers.Serializer[Any]):
    reason_code = serializers.CharField()
    rejects = serializers.IntegerField()
    gateway = serializers.CharField(allow_null=True, help_text="null: the team's own; else nobody's, of this gateway.")


class RejectsAnswer(serializers.Serializer[Any]):
    rejects = RejectAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="null: this is the last page.")
    open_counts = RejectCountAnswer(many=True)


class ReplayAllBody(StrictSerializer):
    reason_code = serializers.CharField(required=False, max_length=64, help_text="Only those of this reason.")
    is_unattributed = TrueFalseField(
        default=False, help_text="true: those of the team's gateways that are nobody's; they go to whose they are now."
    )


class ReplayAnswer(serializers.Serializer[Any]):
    sent = serializers.IntegerField(help_text="Put into the inbox.")
    waiting = serializers.IntegerField(help_text="Were in the inbox already.")
    not_kept = serializers.IntegerField(help_text="Nothing was kept of them that may be stored.")
    ownerless = serializers.IntegerField(help_text="Nobody can say any more whose they are.")


class RejectsView(TeamView):
    query_serializer = RejectsParameters

    @extend_schema(operation_id="list_rejects", parameters=[RejectsParameters], responses=RejectsAnswer)
    def get(self, request: Request, team_id: int) -> Response:
        """Rejected events, the newest first, and how many there are of each reason."""
        query = self.parse_query()
        shared = [self.team.id, query.get("reason_code"), query["state"]]
        rejects = list_own_rejects(self.team)
        if query["state"] != "any":
            rejects = rejects.filter(replayed_at__isnull=query["state"] == "open")
        if "reason_code" in query:
            rejects = rejects.filter(reason_code=query["reason_code"])
        if "cursor" in query:
            (last_id,) = decode_cursor(query["cursor"], question=shared, parsers=[parse_id])
            rejects = rejects.filter(id__lt=last_id)
        found = list(rejects[: query["limit"] + 1])
        page = found[: query["limit"]]
        answer = {
            "rejects": page,
            "next_cursor": encode_cursor([page[-1].id], question=shared) if len(found) > len(page) else None,
            "open_counts": [asdict(count) for count in count_open_rejects(self.team)],
        }
        return Response(RejectsAnswer(answer).data)


class RejectView(TeamView):
    @extend_schema(operation_id="get_reject", responses=RejectDetailAnswer)
    def get(self, request: Request, team_id: int, reject_id: int) -> Response:
        """One rejected event, with what of it may be shown."""
        self.parse_query()
        reject = find_reject(self, reject_id)
        return Response(RejectAnswer(reject).data | {"event": read_shown_event(reject)})


class RejectReplayView(TeamView):
    @extend_schema(operation_id="replay_reject", request=None, responses=ReplayAnswer)
    def post(self, request: Request, team_id: int, reject_id: int) -> Response:
        """Try one again: it goes back into the inbox, and leaves the rejects when its row is stored."""
        self.parse_body(NoParameters)
        find_reject(self, reject_id)
        chosen = list_own_rejects(self.team).filter(id=reject_id, replayed_at=None)
        replay = replay_rejects(chosen, actor=self.actor, now=self.now, scope=self.team)
        return Response(ReplayAnswer(replay).data)


class RejectsReplayView(TeamView):
    @extend_schema(operation_id="replay_rejects", request=ReplayAllBody, responses=ReplayAnswer)
    def post(self, request: Request, team_id: int) -> Response:
        """Try all open rejects again, or those of one reason."""
        body = self.parse_body(ReplayAllBody)
        own = list_own_rejects(self.team).filter(replayed_at=None)
        chosen = list_unattributed_rejects(self.team) if body["is_unattributed"] else own
        if "reason_code" in body:
            chosen = chosen.filter(reason_code=body["reason_code"])
        replay = replay_rejects(chosen, actor=self.actor, now=self.now, scope=self.team)
        return Response(ReplayAnswer(replay).data)


def find_reject(view: TeamView, reject_id: int) -> RejectedEvent:
    """
    Raises:
        NotFound: The team has none of this id.
    """
    reject = list_own_rejects(view.team).filter(id=reject_id).first()
    if reject is None:
        raise NotFound("reject_id: this team has no rejected event of this id", "reject_unknown")
    return reject


def read_shown_event(reject: RejectedEvent) -> Any:
    """The event without what was said in it; one that is kept whole is for replay alone."""
    if reject.event_format != RejectedEvent.Format.STRIPPED:
        return None
    try:
        text = open_content(reject)
        return None if text is None else orjson.loads(text)
    except (Undecryptable, orjson.JSONDecodeError):
        return None
