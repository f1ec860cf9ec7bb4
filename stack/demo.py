"""The demo: replayed providers behind a real LiteLLM proxy, sample calls through it, and their report."""

from stack.child import Program
from stack.instance import Instance
from stack.sample_calls import SampleCalls
from stack.system import LOOPBACK, answers_ok

READY_PATH = "/health/liveliness"
STOP_TIMEOUT_S = 30.0
"""The gateway sends its last events before it ends: 3 s as a rule, 25 s at most (demo/run_gateway.py)."""


class Demo:
    """One demo beside a stack that is coming up."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def start_gateway(self) -> None:
        """Start the gateway, which takes longest to be ready; `run` waits for it."""
        instance = self._instance
        instance.board.add("LiteLLM proxy", instance.supervisor.start(self._build_gateway()))

    def run(self) -> None:
        """Make the sample calls, which wait for the gateway, and print the report of the day to stdout."""
        instance = self._instance
        SampleCalls(instance.layout, instance.addresses, instance.supervisor, instance.board).run()

    def _build_gateway(self) -> Program:
        """Replay server and proxy as one program; the token goes by the environment, where `ps` does not show it."""
        layout, ports = self._instance.layout, self._instance.ports
        options = ["--gateway-python", str(layout.gateway_python), "--log-folder", str(layout.log("gateway").parent)]
        options += ["--gateway-port", str(ports["gateway"]), "--replay-port", str(ports["replay"])]
        options += ["--webhook-url", f"http://{LOOPBACK}:{ports['web']}/api/llm_gateway/webhook"]
        return Program(
            name="demo",
            command=(str(layout.app_python), "-m", "demo.run_gateway", *options),
            environ={"POSTHOG_WEBHOOK_TOKEN": self._instance.webhook_token},
            stop_timeout_s=STOP_TIMEOUT_S,
            is_sender=True,
            is_ready=lambda: answers_ok(ports["gateway"], READY_PATH),
        )
