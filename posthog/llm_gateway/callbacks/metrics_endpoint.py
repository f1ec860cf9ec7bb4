"""
`/metrics` on the proxy's own port, as LiteLLM's Prometheus callback mounts it; LiteLLM mounts none for ours.

Where LiteLLM's is there too, the first one mounted answers, and both show the same registry. The proxy guards the
path as it guards its own: whoever scrapes sends a key, unless `require_auth_for_metrics_endpoint` is off.
"""

import importlib
import os
import sys
from collections.abc import MutableMapping
from typing import Any

PROXY = "litellm.proxy.proxy_server"
PATH = "/metrics"
MULTIPROCESS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def mount_metrics(modules: MutableMapping[str, Any] = sys.modules) -> bool:
    """Mount it where a proxy runs in this process; whether one does."""
    proxy = modules.get(PROXY)
    if proxy is None:
        return False
    client = importlib.import_module("prometheus_client")
    proxy.app.mount(PATH, client.make_asgi_app(_find_registry(client)))
    return True


def _find_registry(client: Any) -> Any:
    """All workers' figures where they share a folder, else this process's."""
    if MULTIPROCESS_FOLDER not in os.environ:
        return client.REGISTRY
    registry = client.CollectorRegistry()
    importlib.import_module("prometheus_client.multiprocess").MultiProcessCollector(registry)
    return registry
