"""What an administrator decides about a team: its gateways' ids, its retention, its privacy, its events' end."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from posthog.llm_analytics.audit import record_act
from posthog.llm_analytics.team_events import count_team_events, delete_team_rows, rewrite_retention
from posthog.models import Gateway, GatewayInboxBody, GatewayTeam, RejectedEvent, Team

RETENTION_MAX_DAYS = 32767
"""What `ai_events.retention_days`, an Int16, can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """
    What went with a team's events.

    Attributes:
        events: Rows of `ai_events`, duplicates included.
    """

    events: int
    rejects: int
    waiting_bodies: int


@transaction.atomic
def map_gateway_team(gateway: Gateway, gateway_team_id: str, team: Team, *, actor: str) -> GatewayTeam:
    """Let the gateway's id (''; calls that carry none) stand for the team; it stood for another or none before."""
    before = GatewayTeam.objects.filter(gateway=gateway, gateway_team_id=gateway_team_id).first()
    line, _ = GatewayTeam.objects.update_or_create(
        gateway=gateway, gateway_team_id=gateway_team_id, defaults={"team": team}
    )
    details = {"gateway_team_id": gateway_team_id, "before": before.team_id if before else None, "after": team.id}
    record_act("gateway_team_mapped", actor=actor, target=f"gateway {gateway.id}", scope=team, details=details)
    return line


@transaction.atomic
def unmap_gateway_team(gateway: Gateway, gateway_team_id: str, *, actor: str) -> bool:
    """Let the gateway's id stand for no team; False where it stood for none."""
    line = GatewayTeam.objects.filter(gateway=gateway, gateway_team_id=gateway_team_id).first()
    if line is None:
        return False
    details = {"gateway_team_id": gateway_team_id, "before": line.team_id, "after": None}
    record_act("gateway_team_unmapped", actor=actor, target=f"gateway {gateway.id}", scope=line.team, details=details)
    line.delete()
    return True


@transaction.atomic
def set_privacy(team: Team, *, is_private: bool, actor: str) -> None:
    """Decide whether anything that is said may be stored of calls that arrive from now on."""
    before, team.is_private = team.is_private, is_private
    team.save(update_fields=["is_private"])
    _record("team_privacy_changed", team, actor, before=before, after=is_private)


def set_retention(team: Team, *, retention_days: int, actor: str) -> int:
    """
    Keep the team's events so many days after their call, those that are stored already included.

    Returns:
        How many stored rows were written again with their new end.
    Raises:
        ClickHouseError: The new retention holds for new events; for stored ones call this again.
    """
    with transaction.atomic():
        before, team.retention_days = team.retention_days, retention_days
        team.save(update_fields=["retention_days"])
        _record("team_retention_changed", team, actor, before=before, after=retention_days)
    return rewrite_retention(team.id, retention_days)


def delete_team_events(team: Team, *, actor: str, now: datetime) -> Deletion:
    """
    Delete everything that was received for the team until now; the stored daily reports stay.

    First the moment is written down, so that no delivery that still waits adds an event behind the deletion's
    back; then what is stored goes. A drain that had begun before may still write: `is_drain_running` says so, and
    `delete_late_writings` takes that away, too. A crash in between leaves a part: run it again.

    Raises:
        ClickHouseError: Rows may remain; run it again.
    """
    events = count_team_events(team.id)
    with transaction.atomic():
        team.events_deleted_before = now
        team.save(update_fields=["events_deleted_before"])
        own_bodies = GatewayInboxBody.objects.filter(Q(credential__team=team) | Q(team=team), received_at__lt=now)
        waiting_bodies, _ = own_bodies.filter(claimed_at=None).delete()
        rejects, _ = RejectedEvent.objects.filter(team=team, received_at__lt=now).delete()
        _record("team_events_deleted", team, actor, events=events, rejects=rejects, waiting_bodies=waiting_bodies)
    delete_team_rows(team.id, ingested_before=now)
    return Deletion(events=events, rejects=rejects, waiting_bodies=waiting_bodies)


def delete_late_writings(team: Team, *, before: datetime) -> int:
    """
    Delete the rows and rejects that drains wrote after `delete_team_events`, of what arrived until then.

    Returns:
        The rejects among them.
    """
    rejects, _ = RejectedEvent.objects.filter(team=team, received_at__lt=before).delete()
    delete_team_rows(team.id, ingested_before=before)
    return rejects


def is_drain_running(*, begun_before: datetime) -> bool:
    """Whether a worker holds bodies that it claimed, and read the teams for, before the moment (aware UTC)."""
    return GatewayInboxBody.objects.filter(claimed_at__lt=begun_before).exists()


def _record(action: str, team: Team, actor: str, **details: int | bool) -> None:
    record_act(action, actor=actor, target=f"team {team.id}", scope=team, details=details)
