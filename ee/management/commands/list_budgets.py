"""`list_budgets [--team ID]`: budgets and what was used of them, as tab-separated lines."""

from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ee.budgets.team_budgets import list_budgets
from ee.budgets.usage import read_uses
from posthog.decimal_text import format_decimal
from posthog.management.commands.create_gateway_credential import find_team

COLUMNS = (
    *("team", "key", "period", "unit", "limit", "used", "remaining", "lower bound", "resets at", "thresholds"),
    *("destination", "state"),
)


class Command(BaseCommand):
    help = "List budgets with what was used in the period that is under way."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", type=int, metavar="ID", help="only this team's")

    def handle(self, *args: Any, team: int | None, **options: Any) -> None:
        budgets = list(list_budgets(None if team is None else find_team(team)))
        self.stdout.write("\t".join(COLUMNS))
        for budget, use in zip(budgets, read_uses(budgets, now=timezone.now()), strict=True):
            cells = (
                str(budget.team_id),
                budget.api_key_alias or "(all)",
                budget.period,
                budget.unit,
                *map(write_amount, (use.limit, use.used, use.remaining)),
                "yes" if use.is_lower_bound else "no",
                use.period.end.isoformat(),
                ",".join(map(str, budget.thresholds)),
                "" if budget.destination is None else budget.destination.name,
                "on" if budget.is_enabled else "off",
            )
            self.stdout.write("\t".join(cells))


def write_amount(amount: Decimal) -> str:
    return format_decimal(amount)
