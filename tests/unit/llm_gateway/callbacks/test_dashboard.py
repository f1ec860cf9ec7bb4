"""The Grafana dashboard asks for what the callback shows."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Metric

from posthog.llm_gateway.callbacks import meters
from posthog.llm_gateway.callbacks.metrics_endpoint import PROXY, mount_metrics

DASHBOARD = json.loads(Path(meters.__file__).with_name("grafana_dashboard.json").read_text())
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}


def list_queries() -> list[str]:
    panels = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    variables = [variable["query"] for variable in DASHBOARD["templating"]["list"] if variable["type"] == "query"]
    return [*panels, *variables]


def list_families() -> Iterator[Metric]:
    registry = CollectorRegistry()
    meters.Meters(registry=registry)
    return iter(registry.collect())


NAMES = {family.name + suffix for family in list_families() for suffix in SUFFIXES[family.type]}


@pytest.mark.parametrize("query", list_queries())
def test_query_names_an_existing_metric(query: str) -> None:
    """Every name in a query is a series of the callback, every label one of its labels."""
    named = set(re.findall(r"posthog_llm_\w+", query))
    assert named
    assert named <= NAMES
    filtered = set(re.findall(r'(\w+)=~"', query))
    assert filtered <= set(meters.LABELS)


@pytest.mark.parametrize("family", [family.name for family in list_families() if not family.name.endswith("reported")])
def test_metric_is_shown(family: str) -> None:
    """No metric without a panel."""
    assert any(family in query for query in list_queries())


def test_metrics_are_mounted_on_the_proxy() -> None:
    """Where a proxy runs in the process, and only there."""
    mounted: list[tuple[str, Any]] = []
    proxy = SimpleNamespace(app=SimpleNamespace(mount=lambda path, app: mounted.append((path, app))))
    assert mount_metrics({PROXY: proxy})
    assert not mount_metrics({})
    assert [(path, callable(app)) for path, app in mounted] == [("/metrics", True)]


def test_savings_are_shown_whichever_counter_exists() -> None:
    """A counter that never counted has no series, and nothing can be taken from or off no series."""
    (query,) = (query for query in list_queries() if "savings" in query)
    assert query.count("or vector(0))") == query.count("sum(") == 2
