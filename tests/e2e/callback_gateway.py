"""A real LiteLLM proxy with the PostHog and Prometheus callbacks beside the durable shipper."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, TracebackType

import httpx

from tests.e2e.capture_sink import CaptureSink
from tests.e2e.outage_receiver import OutageReceiver
from tests.e2e.shipper_gateway import KEY, MODEL, SHIPPER_CONFIG, ShipperGateway
from tests.unit.llm_gateway.fakes import remove_marks

CALLBACK_CONFIG = Path(__file__).with_name("callback_gateway.yaml")
API_KEY = "phc_example"
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class CallbackGateway(ShipperGateway):
    """The shipper's gateway with another config, and a call that can carry headers."""

    def __init__(self, python: Path, folder: Path, *, receiver: OutageReceiver, sink: CaptureSink) -> None:
        super().__init__(python, folder, receiver)
        self._callback_spool = folder / "callback-spool"
        variables = {
            "POSTHOG_CALLBACK_HOST": sink.host,
            "POSTHOG_CALLBACK_API_KEY": API_KEY,
            "POSTHOG_CALLBACK_SPOOL_DIR": str(self._callback_spool),
        }
        argv = tuple(str(CALLBACK_CONFIG) if part == str(SHIPPER_CONFIG) else part for part in self._proxy.argv)
        self._proxy = replace(self._proxy, argv=argv, environment={**self._proxy.environment, **variables})

    def call(self, *, model: str = MODEL, is_streamed: bool = False, headers: Mapping[str, str] = NO_HEADERS) -> int:
        """Make one chat call and read its answer to the end; the HTTP status."""
        body = {"model": model, "messages": [{"role": "user", "content": "When is high water?"}], "stream": is_streamed}
        authorized = {"Authorization": f"Bearer {KEY}", **headers}
        url = f"http://127.0.0.1:{self._proxy.port}/v1/chat/completions"
        return httpx.post(url, json=body, headers=authorized, timeout=60).status_code

    def read_metrics(self) -> str:
        """What Prometheus scrapes, with a key."""
        url = f"http://127.0.0.1:{self._proxy.port}/metrics"
        authorized = {"Authorization": f"Bearer {KEY}"}
        return httpx.get(url, headers=authorized, timeout=60, follow_redirects=True).raise_for_status().text

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        super().__exit__(exc_type, exc, traceback)
        remove_marks(self._callback_spool)
