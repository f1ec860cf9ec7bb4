"""
`manage.py import_gateway_log FILE… [--dry-run]`: payloads from files, down the same path as the webhook.

Reads what LiteLLM's file and S3 loggers write and what its webhook posts: JSON, one object a line, gzip.
"""

import gzip
import sys
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import zstandard
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from posthog.errors import InvalidBody
from posthog.llm_analytics.attribution import Attribution, TeamPolicy
from posthog.llm_analytics.gateway_bodies import BodySource, Rejection, read_gateway_body
from posthog.llm_analytics.inbox import IncomingBody, store_body
from posthog.llm_analytics.private_bodies import Rewrite, choose_rewrite
from posthog.llm_usage.rows import Row
from posthog.models import GatewayCredential

GZIP_MAGIC = b"\x1f\x8b"


class Command(BaseCommand):
    help = "Send gateway payloads from files down the webhook's path; --dry-run prints the rows instead."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="JSON, NDJSON or either in gzip; - is stdin")
        parser.add_argument("--dry-run", action="store_true", help="print each row, or its rejection, as a JSON line")
        parser.add_argument("--team-id", type=int, default=1, help="dry run: the team of every row")
        parser.add_argument("--credential", default="", help="id of the gateway credential to import as")

    def handle(self, *args: Any, files: list[str], dry_run: bool, **options: Any) -> None:
        if dry_run:
            self._print_rows(files, team_id=options["team_id"])
        else:
            self._import(files, _get_credential(options["credential"]))

    def _print_rows(self, files: list[str], *, team_id: int) -> None:
        policies = {team_id: TeamPolicy(team_id=team_id)}
        source = BodySource(attribution=Attribution(only_team_id=team_id, policies=policies))
        for name in files:
            for outcome in read_gateway_body(_read_file(name), source):
                self.stdout.write(_dump_outcome(outcome, name))

    def _import(self, files: list[str], credential: GatewayCredential) -> None:
        rewrite = choose_rewrite(credential)
        for number, name in enumerate(files, start=1):
            body = _rewrite_file(name, rewrite)
            incoming = IncomingBody(
                compressed=zstandard.ZstdCompressor().compress(body),
                body_bytes=len(body),
                content_type="application/json",
                user_agent="import_gateway_log",
            )
            batch_id = store_body(incoming, credential=credential, received_at=timezone.now())
            self.stdout.write(f"[{number}/{len(files)}] {name}: stored as batch {batch_id}")
        self.stdout.write("a running worker turns them into rows; `manage.py wait_for_inbox` waits for it")


def _get_credential(credential_id: str) -> GatewayCredential:
    if not credential_id.isdigit():
        raise CommandError("--credential: expected the id of a gateway credential (or use --dry-run)")
    try:
        return GatewayCredential.objects.get(id=int(credential_id))
    except GatewayCredential.DoesNotExist:
        raise CommandError(f"--credential: no gateway credential has the id {credential_id}") from None


def _rewrite_file(name: str, rewrite: Rewrite) -> bytes:
    """The file as it may be stored: without what calls of private teams said."""
    try:
        return b"".join(rewrite(iter([_read_file(name)])))
    except InvalidBody as error:
        raise CommandError(f"{name}: {error}") from None


def _read_file(name: str) -> bytes:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return gzip.decompress(content) if content.startswith(GZIP_MAGIC) else content
    except (OSError, EOFError, zlib.error) as error:
        raise CommandError(f"{name}: {error}") from None


def _dump_outcome(outcome: Row | Rejection, name: str) -> str:
    if isinstance(outcome, Rejection):
        rejection = {
            "file": name,
            "position": outcome.position,
            "code": outcome.code,
            "reason": outcome.reason,
        }
        return orjson.dumps({"rejected": rejection}).decode()
    return orjson.dumps(outcome | _list_computed(outcome), option=orjson.OPT_UTC_Z).decode()


def _list_computed(row: Row) -> Row:
    """The columns that ClickHouse computes itself."""
    dropped_at: datetime = row["timestamp"] + timedelta(days=row["retention_days"])
    status = orjson.loads(row["properties"]).get("$ai_http_status") if row["is_error"] else None
    return {"drop_date": dropped_at.date(), "http_status": status if isinstance(status, str) else ""}
