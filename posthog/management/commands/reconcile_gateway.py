"""
`reconcile_gateway --gateway NAME [--start T] [--end T] [--dry-run]`: the gateway's own spend log against ours.

Per hour (UTC): calls in the gateway's spend log, and of these received, back-filled and missing; events that the log
does not hold; the share that we hold; then each missing and surplus call by its id. Without --dry-run the missing
ones are back-filled. Exit code 1 where something is missing afterwards, for cron.
"""

import json
import sys
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.encryption import Undecryptable
from posthog.llm_analytics.backfill import Backfill, InboxBusy, wait_for_arrived
from posthog.llm_analytics.gateway_books import BooksUnavailable, SpendLog
from posthog.llm_analytics.gateway_reconciliation import compare_with_books, find_access
from posthog.management.commands.create_gateway_credential import find_gateway
from posthog.management.commands.gateway_completeness import DEFAULT_RANGE, parse_moment
from posthog.management.reconciliation_report import Report, list_lines, to_json
from posthog.models import Gateway, GatewayCredential, GatewayInboxBody

DEFAULT_LAG_S = 600


class Command(BaseCommand):
    help = "Compare a LiteLLM gateway's own spend log with what was received, and back-fill what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--gateway", required=True, metavar="NAME")
        parser.add_argument("--start", type=parse_moment, metavar="T", help="ISO 8601, UTC; default: a day before end")
        parser.add_argument("--end", type=parse_moment, metavar="T", help="ISO 8601, UTC, exclusive; default: now")
        parser.add_argument("--dry-run", action="store_true", help="back-fill nothing")
        parser.add_argument("--lag-s", type=int, default=DEFAULT_LAG_S, metavar="N", help="calls that ended later wait")
        parser.add_argument(
            "--credential", default="", metavar="ID", help="to back-fill as; default: the gateway's own"
        )
        parser.add_argument("--timeout-s", type=float, default=60.0, metavar="N", help="to wait for the inbox")
        parser.add_argument("--format", choices=("table", "json"), default="table")

    def handle(self, *args: Any, gateway: str, **options: Any) -> None:
        found = find_gateway(gateway)
        try:
            report = reconcile(found, choose_credential(found, options["credential"]), options)
        except (BooksUnavailable, InboxBusy, Undecryptable) as error:
            raise CommandError(str(error)) from None
        lines = [json.dumps(to_json(report))] if options["format"] == "json" else list_lines(report)
        self.stdout.write("\n".join(lines))
        if report.left:
            sys.exit(1)


def reconcile(gateway: Gateway, credential: GatewayCredential, options: dict[str, Any]) -> Report:
    """Compare and, unless it is a dry run, back-fill."""
    now = timezone.now()
    end: datetime = options["end"] or now
    start: datetime = options["start"] or end - DEFAULT_RANGE
    is_dry_run: bool = options["dry_run"]
    if not is_dry_run:
        wait_for_arrived(gateway, timeout_s=options["timeout_s"])
    is_final = not GatewayInboxBody.objects.filter(credential__gateway=gateway).exists()
    spend_log = SpendLog(find_access(gateway, default_key=settings.LLM_GATEWAY_ADMIN_KEY))
    settled_before = now - timedelta(seconds=options["lag_s"])
    backfill = Backfill(credential, now=now)
    report = Report(gateway=gateway.name, is_final=is_final or not is_dry_run)
    with closing(spend_log):
        hours = compare_with_books(gateway, spend_log, start=start, end=end, settled_before=settled_before)
        for hour, compared in hours:
            report.add(hour, compared, list(backfill.list_fillable(compared.missing)))
    if not is_dry_run:
        filled = backfill.fill(report.fillable, timeout_s=options["timeout_s"])
        report.filled = frozenset(call.request_id for call in filled)
    return report


def choose_credential(gateway: Gateway, credential_id: str) -> GatewayCredential:
    """The one named, else the gateway's own: not revoked, of the gateway rather than of one team."""
    credentials = GatewayCredential.objects.select_related("gateway", "team").filter(gateway=gateway)
    if credential_id:
        named = credentials.filter(id=int(credential_id)).first() if credential_id.isdecimal() else None
        if named is None:
            raise CommandError(f"--credential: {gateway.name} has no credential {credential_id!r}")
        return named
    open_ones = credentials.filter(revoked_at=None).order_by("id")
    candidates = list(open_ones.filter(team=None)[:1] or open_ones)
    if len(candidates) != 1:
        raise CommandError(f"--credential: {gateway.name} has {len(candidates) or 'no'} open ones; name one")
    return candidates[0]
