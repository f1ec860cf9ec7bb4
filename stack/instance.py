"""The whole stack: environments, stores, migrations, web, worker and beat, in the order that is fastest."""

import os

from stack.addresses import build_addresses, list_embedded, load_secrets, take_ports
from stack.application import build_application
from stack.env_file import write_env_file
from stack.environments import GATEWAY
from stack.jobs import build_manage_job
from stack.layout import Layout
from stack.migrations import migrate
from stack.progress import Board, Step
from stack.session import start_installs
from stack.stores import build_stores, list_store_environments, start_stores
from stack.supervisor import Supervisor
from stack.system import LOOPBACK

PROGRAM_LABELS = {"web": "web", "worker": "worker", "beat": "beat"}


class Instance:
    """
    One run of the stack.

    Args:
        with_gateway: The demo's gateway will run too: its ports are checked and its environment is set up
        meanwhile.
    """

    def __init__(self, layout: Layout, supervisor: Supervisor, *, with_gateway: bool) -> None:
        self.layout = layout
        self.supervisor = supervisor
        self.board = Board()
        self.welcome = ""
        self._embedded = list_embedded(os.environ)
        servers = ("web", *self._embedded, *(("gateway", "replay") if with_gateway else ()))
        self.ports = take_ports(servers, os.environ)
        self._passwords = load_secrets(layout)
        self.addresses = build_addresses(self.ports, self._passwords, os.environ)
        self._with_gateway = with_gateway

    @property
    def url(self) -> str:
        return self.addresses["SITE_URL"]

    def set_up_stores(self) -> Step | None:
        """Install, start the stores, migrate. Returns the gateway's installation, which may go on."""
        environments = list_store_environments(self._embedded) + ([GATEWAY] if self._with_gateway else [])
        installs = start_installs(environments, self.layout, self.supervisor, self.board)
        gateway = installs.pop(GATEWAY.name, None)
        self.board.wait(*installs.values()) if installs else None
        programs = build_stores(self.layout, self.ports, self._passwords)
        steps = start_stores(programs, self.supervisor, self.board)
        self.board.wait(*steps) if steps else None
        migrate(self.layout, self.addresses, self.supervisor, self.board)
        write_env_file(self.layout.addresses_file, self.addresses)
        return gateway

    def start_application(self) -> None:
        """Start web, worker and beat, and make the first organization, team and user."""
        host = os.environ.get("WEB_HOST") or LOOPBACK
        programs = build_application(self.layout, self.addresses, host=host, port=self.ports["web"])
        steps = [self.board.add(PROGRAM_LABELS[program.name], self.supervisor.start(program)) for program in programs]
        first_user = build_manage_job(self.layout, self.addresses, "setup_instance")
        steps.append(self.board.add("first organization, team and user", self.supervisor.start_job(first_user)))
        self.board.wait(*steps)
        self.welcome = first_user.output().strip()
