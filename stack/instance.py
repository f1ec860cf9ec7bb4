"""The whole stack: environments, stores, migrations, web, worker and beat, in the order that is fastest."""

import os
import secrets

from stack.addresses import build_addresses, list_embedded, load_secrets, take_ports
from stack.application import build_application
from stack.env_file import write_env_file
from stack.environments import GATEWAY
from stack.jobs import Job, build_manage_job
from stack.layout import Layout
from stack.migrations import migrate
from stack.progress import Board, Step
from stack.session import start_frontend, start_installs
from stack.stores import build_stores, list_store_environments, start_stores
from stack.supervisor import Supervisor
from stack.system import LOOPBACK


class Instance:
    """
    One run of the stack.

    Args:
        with_demo: The demo's gateway will run too: its ports are checked, its environment is set up meanwhile,
        and its teams and credential are made.
    """

    def __init__(self, layout: Layout, supervisor: Supervisor, *, with_demo: bool) -> None:
        self.layout = layout
        self.supervisor = supervisor
        self.board = Board(meanwhile=supervisor.check)
        self.welcome = ""
        self.webhook_token = make_webhook_token() if with_demo else ""
        self._pages: Step | None = None
        self._embedded = list_embedded(os.environ)
        servers = ("web", *self._embedded, *(("gateway", "replay") if with_demo else ()))
        self.ports = take_ports(servers, os.environ)
        self._passwords = load_secrets(layout)
        self.addresses = build_addresses(self.ports, self._passwords, os.environ)

    @property
    def url(self) -> str:
        return self.addresses["SITE_URL"]

    def install(self) -> Step | None:
        """Set up what is not up to date. Returns the gateway's installation if there is one, which may go on."""
        environments = list_store_environments(self._embedded) + ([GATEWAY] if self.webhook_token else [])
        self._pages = start_frontend(self.layout, self.supervisor, self.board)
        installs = start_installs(environments, self.layout, self.supervisor, self.board)
        gateway = installs.pop(GATEWAY.name, None)
        self._wait(list(installs.values()))
        return gateway

    def start_stores(self) -> None:
        """Start the stores and migrate."""
        programs = build_stores(self.layout, self.ports, self._passwords)
        self._wait(start_stores(programs, self.supervisor, self.board))
        migrate(self.layout, self.addresses, self.supervisor, self.board)
        write_env_file(self.layout.addresses_file, self.addresses)

    def start_application(self) -> None:
        """Start web, worker and beat; meanwhile make the first user, with --demo its teams too."""
        self._wait([self._pages] if self._pages else [])  # the web process lists its static files when it starts
        host = os.environ.get("WEB_HOST") or LOOPBACK
        programs = build_application(self.layout, self.addresses, host=host, port=self.ports["web"])
        steps = [self.board.add(program.name, self.supervisor.start(program)) for program in programs]
        setup = self._build_setup()
        self._wait([*steps, self.board.add("first organization, teams and user", self.supervisor.start_job(setup))])
        self.welcome = setup.output().strip()

    def _build_setup(self) -> Job:
        """What makes the first user, and before that, for the user to own them, the demo's teams."""
        if not self.webhook_token:
            return build_manage_job(self.layout, self.addresses, "setup_instance")
        environ = {**self.addresses, "POSTHOG_WEBHOOK_TOKEN": self.webhook_token}
        return build_manage_job(self.layout, environ, "setup_demo", "--first-user")

    def _wait(self, steps: list[Step]) -> None:
        if steps:
            self.board.wait(*steps)


def make_webhook_token() -> str:
    """A gateway token made before there is a database to keep its hash, so that the gateway can start at once."""
    return f"phg_{secrets.token_urlsafe(32)}"
