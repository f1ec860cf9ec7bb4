"""`manage.py migrate_clickhouse [--plan]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from posthog.clickhouse.migrate import apply_migrations, list_migrations, list_unapplied


class Command(BaseCommand):
    help = "Bring the ClickHouse tables up to date; --plan prints the SQL of every migration instead."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--plan", action="store_true", help="print the SQL, touch nothing")
        parser.add_argument("--check", action="store_true", help="exit 1 where a migration is missing")

    def handle(self, *args: Any, plan: bool, check: bool, **options: Any) -> None:
        if plan:
            for migration in list_migrations():
                self.stdout.write(f"-- {migration.name}\n" + ";\n\n".join(migration.statements) + ";")
        elif check:
            self._check()
        else:
            self._apply()

    def _check(self) -> None:
        missing = [migration.name for migration in list_unapplied()]
        if missing:
            self.stdout.write(f"not applied: {', '.join(missing)}; run manage.py migrate_clickhouse")
            raise SystemExit(1)

    def _apply(self) -> None:
        applied = 0
        for name in apply_migrations():
            applied += 1
            self.stdout.write(f"  applied {name}")
        if not applied:
            self.stdout.write("  ClickHouse is up to date")
