"""The application needs nothing that only the tests' requirements bring: a fresh bin/start has not got it."""

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[3]
IMPORT_APPLICATION = """
import importlib, pkgutil, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"{name} is not in requirements.txt", name=name)

BLOCKED = set(sys.argv[1].split(","))
ELSEWHERE = tuple(sys.argv[2].split(","))
sys.meta_path.insert(0, Blocker())

import django
django.setup()
import posthog
for module in pkgutil.walk_packages(posthog.__path__, "posthog."):
    if not module.name.startswith(ELSEWHERE):
        importlib.import_module(module.name)
from kombu.transport import get_transport_cls
get_transport_cls("redis")
import gunicorn.app.wsgiapp, gunicorn.workers.gthread, celery.bin.worker, celery.bin.beat
"""
ELSEWHERE = (
    "posthog.llm_gateway",  # runs in the gateway's environment, beside LiteLLM
    # make the price catalogue, with the tests' packages
    "posthog.llm_usage.pricing.genai_map",
    "posthog.llm_usage.pricing.refresh",
    "posthog.management.commands.refresh_prices",
)
"""Modules that the application's environment need not import."""


def list_locked(file: str) -> set[str]:
    """Names of the pinned distributions, normalized."""
    names = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", (ROOT / file).read_text(), re.M)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def list_modules_of_tests_alone() -> list[str]:
    """Top-level modules that only requirements-dev.txt installs."""
    only_tests = list_locked("requirements-dev.txt") - list_locked("requirements.txt")
    return [
        module
        for module, distributions in packages_distributions().items()
        if {re.sub(r"[-_.]+", "-", name).lower() for name in distributions} <= only_tests
    ]


def test_application_imports_with_its_own_requirements_alone() -> None:
    """Every module of ours, the broker's transport, gunicorn and Celery's commands."""
    blocked = list_modules_of_tests_alone()
    assert {"pytest", "hypothesis"} <= set(blocked)
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "posthog.settings", "SECRET_KEY": "s" * 64}
    command = [sys.executable, "-c", IMPORT_APPLICATION, ",".join(blocked), ",".join(ELSEWHERE)]
    outcome = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stderr
