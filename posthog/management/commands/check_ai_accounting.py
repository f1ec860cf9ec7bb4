"""
`check_ai_accounting [--organization NAME] [--dry-run] [--json]`: is the accounting right?

Looks at once, as beat does every five minutes, and prints everything that is wrong with what it means and what to do.
Exit code 0: all is right; 1: something is wrong; 2: it could not be looked at.
"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone

from posthog.clickhouse.client import ClickHouseError
from posthog.llm_analytics.alerts.looking import Look, list_organizations, look_at
from posthog.llm_integrity.finding_texts import describe_finding
from posthog.llm_integrity.findings import Finding
from posthog.management.commands.create_team import find_organization
from posthog.models import Organization

WRONG, UNKNOWN = 1, 2


class Command(BaseCommand):
    help = "Look for figures that are wrong or missing; exit code 1 where there are some, 2 where nobody can tell."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", default="", metavar="NAME", help="only this one's; default: all")
        parser.add_argument("--dry-run", action="store_true", help="open, update and resolve no alert")
        parser.add_argument("--json", action="store_true", help="a JSON line for each finding")

    def handle(self, *args: Any, organization: str, dry_run: bool, **options: Any) -> None:
        try:
            chosen = [_choose(organization)] if organization else list_organizations()
            looks = [look_at(each, now=timezone.now(), is_dry_run=dry_run) for each in chosen]
        except (ClickHouseError, OperationalError) as fault:
            message = f"could not look: {type(fault).__name__}: {str(fault).partition(chr(10))[0]}"
            raise CommandError(message, returncode=UNKNOWN) from fault
        for look in looks:
            for finding in look.open:
                self.stdout.write(json.dumps(to_json(look, finding)) if options["json"] else to_text(look, finding))
        if any(look.open for look in looks):
            raise SystemExit(WRONG)
        if not options["json"]:
            self.stdout.write(f"{len(looks)} organizations looked at, nothing wrong")


def _choose(name: str) -> Organization:
    try:
        return find_organization(name)
    except CommandError as fault:  # its own exit code would say that something is wrong
        raise CommandError(str(fault), returncode=UNKNOWN) from fault


def to_text(look: Look, finding: Finding) -> str:
    """For a person."""
    text = describe_finding(finding)
    return "\n".join(
        [
            f"{finding.severity.upper()} {text.title} ({look.organization.name})",
            f"  {text.meaning}",
            f"  {text.evidence}",
            f"  {text.action}",
            f"  {text.runbook}",
            "",
        ]
    )


def to_json(look: Look, finding: Finding) -> dict[str, Any]:
    """For a script."""
    text = describe_finding(finding)
    return {
        "organization": look.organization.name,
        "check": finding.check,
        "severity": finding.severity,
        "subject": finding.subject._asdict(),
        "figure": finding.figure,
        "seen": finding.seen,
        "usual": finding.usual,
        "calls": finding.calls,
        "since": finding.since.isoformat(),
        "title": text.title,
        "meaning": text.meaning,
        "evidence": text.evidence,
        "action": text.action,
        "runbook": text.runbook,
    }
