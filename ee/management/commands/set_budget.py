"""`set_budget --team ID [--api-key ALIAS] --period P --unit U [--limit N] …`: make a budget, or change it."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ee.budgets.administration import (
    BudgetKey,
    BudgetRefused,
    BudgetTerms,
    InvalidBudget,
    change_budget,
    create_budget,
    find_budget,
    read_terms,
)
from ee.management.chosen import find_destination
from ee.models import Budget
from posthog.decimal_text import format_decimal
from posthog.llm_analytics.audit import find_cli_actor
from posthog.management.commands.create_gateway_credential import find_team


class Command(BaseCommand):
    help = "Make the budget of a team, or of one key of it, or change what is given of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", type=int, required=True, metavar="ID")
        parser.add_argument("--api-key", metavar="ALIAS", help="the gateway's name of a key; default: the whole team")
        parser.add_argument("--period", choices=Budget.Period.values, required=True)
        parser.add_argument("--unit", choices=Budget.Unit.values, required=True)
        parser.add_argument("--limit", metavar="N", help="tokens or US dollars; needed for a new one")
        parser.add_argument("--thresholds", metavar="50,80,100", help="percents that raise an alert; '': none")
        parser.add_argument("--destination", metavar="NAME", help="where alerts are sent to; '': nowhere")
        parser.add_argument("--enabled", choices=("on", "off"))

    def handle(self, *args: Any, **options: Any) -> None:
        team = find_team(options["team"])
        key = BudgetKey(period=options["period"], unit=options["unit"], api_key_alias=options["api_key"])
        changes = _parse_changes(options)
        budget = find_budget(team, key)
        if budget is None and "limit" not in changes:
            raise CommandError("--limit: expected, for there is no such budget yet")
        try:
            if budget is None:
                budget = create_budget(team, key, BudgetTerms(**changes), actor=find_cli_actor())
            else:
                change_budget(budget, replace(read_terms(budget), **changes), actor=find_cli_actor())
        except (InvalidBudget, BudgetRefused) as fault:
            raise CommandError(str(fault)) from fault
        state = "on" if budget.is_enabled else "off"
        self.stdout.write(f"team {team.pk}, {budget}: limit {format_decimal(budget.limit)}, {state}")


def _parse_changes(options: dict[str, Any]) -> dict[str, Any]:
    """The terms that were given, by the name of their field."""
    changes: dict[str, Any] = {}
    if options["limit"] is not None:
        changes["limit"] = _parse_limit(options["limit"])
    if options["thresholds"] is not None:
        changes["thresholds"] = _parse_thresholds(options["thresholds"])
    if options["destination"] is not None:
        changes["destination"] = find_destination(options["destination"]) if options["destination"] else None
    if options["enabled"] is not None:
        changes["is_enabled"] = options["enabled"] == "on"
    return changes


def _parse_limit(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise CommandError(f"--limit: expected a number, got {text!r}") from None


def _parse_thresholds(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part)
    except ValueError:
        raise CommandError(f"--thresholds: expected whole percents, such as 50,80,100, got {text!r}") from None
