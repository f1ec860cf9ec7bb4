"""`list_provider_reconciliations [--provider P] [--organization NAME] [--limit N | --id ID]`: kept comparisons."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ee.models import ProviderReconciliation
from ee.reconciliation.history import list_reconciliations, write_amount
from posthog.llm_usage.pricing.names import find_provider
from posthog.management.commands.create_team import find_organization

COLUMNS = (
    *("id", "compared at", "provider", "organization", "source", "start", "end", "lowest agreement", "threshold"),
    "state",
)
LINE_COLUMNS = ("day", "model", "kind", "theirs", "ours", "agreement", "causes")
DEFAULT_LIMIT = 50


class Command(BaseCommand):
    help = "List comparisons with providers' books, the newest first; with --id what differed in one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--provider", default="", metavar="NAME", help="only this one's")
        parser.add_argument("--organization", default="", metavar="NAME", help="only this one's")
        parser.add_argument("--limit", type=int, default=DEFAULT_LIMIT, metavar="N", help="the newest so many")
        parser.add_argument("--id", type=parse_id, metavar="ID", help="the lines of this one that differ")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["id"] is not None:
            self._list_lines(options["id"])
            return
        organization = find_organization(options["organization"]) if options["organization"] else None
        found = list_reconciliations(organization=organization, provider=find_provider(options["provider"]))
        self.stdout.write("\t".join(COLUMNS))
        for each in found[: max(options["limit"], 0)]:
            self.stdout.write("\t".join(list_cells(each)))

    def _list_lines(self, reconciliation_id: UUID) -> None:
        reconciliation = ProviderReconciliation.objects.filter(id=reconciliation_id).first()
        if reconciliation is None:
            raise CommandError(f"--id: there is none {reconciliation_id}")
        self.stdout.write("\t".join(LINE_COLUMNS))
        for line in reconciliation.lines.exclude(causes=[]).order_by("day", "model", "kind"):
            amounts = (write_amount(amount) or "" for amount in (line.theirs, line.ours, line.agreement))
            cells = (line.day.isoformat(), line.model or "(no model)", line.kind, *amounts, ",".join(line.causes))
            self.stdout.write("\t".join(cells))


def list_cells(each: ProviderReconciliation) -> tuple[str, ...]:
    return (
        str(each.id),
        each.compared_at.isoformat(timespec="seconds"),
        each.provider,
        "(all)" if each.organization is None else each.organization.name,
        each.source,
        each.start.isoformat(),
        each.end.isoformat(),
        write_amount(each.lowest_agreement) or "",
        write_amount(each.threshold) or "",
        "agrees" if each.is_agreed else "disagrees",
    )


def parse_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandError(f"--id: expected an id of this list, got {text[:50]!r}") from None
