"""`list_audit_entries [--team ID] [--limit N]`: what administrators did, newest first, one JSON object a line."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from posthog.models import AuditEntry


class Command(BaseCommand):
    help = "Print the newest audit entries as JSON lines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", type=int, metavar="ID")
        parser.add_argument("--limit", type=int, default=100, metavar="N")

    def handle(self, *args: Any, team: int | None, limit: int, **options: Any) -> None:
        entries = AuditEntry.objects.order_by("-at", "-id")
        if team is not None:
            entries = entries.filter(team_id=team)
        for entry in entries[: max(limit, 0)]:
            self.stdout.write(json.dumps(to_json(entry), ensure_ascii=False))


def to_json(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "target": entry.target,
        "team": entry.team_id,
        "details": entry.details,
    }
