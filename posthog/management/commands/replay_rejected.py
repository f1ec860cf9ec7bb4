"""`replay_rejected --id N… | --reason CODE | --team ID | --all [--dry-run]`: rejected events, tried again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.llm_analytics.audit import find_cli_actor
from posthog.llm_analytics.replay import Replay, find_rejects, replay_rejects


class Command(BaseCommand):
    help = "Send rejected events down the path again; each stays among the rejects until its row is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--id", type=int, action="append", default=[], metavar="N", help="this one; repeatable")
        parser.add_argument("--reason", default="", metavar="CODE", help="all of this reason, e.g. team_unknown")
        parser.add_argument("--team", type=int, metavar="ID", help="all of this team")
        parser.add_argument("--all", action="store_true", help="all there are")
        parser.add_argument("--dry-run", action="store_true", help="count only")

    def handle(self, *args: Any, reason: str, team: int | None, dry_run: bool, **options: Any) -> None:
        ids: list[int] = options["id"]
        if not (ids or reason or team is not None or options["all"]):
            raise CommandError("expected --id, --reason, --team or --all")
        chosen = find_rejects(ids=ids, reason_code=reason, team_id=team)
        replay = replay_rejects(chosen, actor=find_cli_actor(), now=timezone.now(), is_dry_run=dry_run)
        self.stdout.write(describe(replay, is_dry_run=dry_run))


def describe(replay: Replay, *, is_dry_run: bool) -> str:
    """One line for people; what is not there is not mentioned."""
    parts = [f"{replay.sent} {'would be sent' if is_dry_run else 'sent'} to the inbox"]
    parts += [f"{replay.waiting} wait there already"] if replay.waiting else []
    parts += [f"{replay.not_kept} cannot be: nothing of the event was kept"] if replay.not_kept else []
    parts += [f"{replay.ownerless} cannot be: their credential is gone"] if replay.ownerless else []
    return "; ".join(parts)
