"""
Rebuild the price catalogue from LiteLLM's price map and the `genai-prices` package.

The map is a JSON file inside the `litellm` package: this environment's, else the gateway's. Neither this command nor
the application imports litellm. The same sources and day give the same file, byte for byte. Needs the packages of
requirements-dev.txt and the gateway's environment; `bin/test` makes both.
"""

from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from genai_prices.data import providers

from posthog.llm_usage.pricing.catalogue import CATALOGUE_FILE, build_catalogue
from posthog.llm_usage.pricing.comparison import compare_coverage
from posthog.llm_usage.pricing.genai_map import list_models
from posthog.llm_usage.pricing.litellm_map import Document, convert_price_map
from posthog.llm_usage.pricing.refresh import build_document, encode_document

PRICE_MAP = "litellm/model_prices_and_context_window_backup.json"
GATEWAY_PACKAGES = ".local/env/gateway/lib/python3*/site-packages"


class Command(BaseCommand):
    help = "Rebuild the price catalogue that ships with the package; prints what changed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--price-map", type=Path, help="LiteLLM's price map; default: the installed package's")
        parser.add_argument("--price-map-version", help="the litellm version it is from; default: its package's")
        parser.add_argument("--day", type=date.fromisoformat, help="whose prices count as today's; default: today")
        parser.add_argument("--output", type=Path, default=CATALOGUE_FILE)
        parser.add_argument("--compare", action="store_true", help="write nothing, print what the sources cover")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["price_map"] or find_price_map()
        price_map = _read_price_map(path)
        today = options["day"] or datetime.now(UTC).date()
        if options["compare"]:
            self._compare(price_map, today)
            return
        versions = {
            "litellm": options["price_map_version"] or _find_version(path),
            "genai-prices": version("genai-prices"),
        }
        document = build_document(price_map, providers, versions=versions, today=today)
        build_catalogue(document)
        self._write(document, options["output"])

    def _write(self, document: Document, output: Path) -> None:
        before = orjson.loads(output.read_bytes())["entries"] if output.exists() else {}
        output.write_bytes(encode_document(document))
        self._report(before, document["entries"])

    def _report(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        changed = [name for name in after.keys() & before.keys() if after[name] != before[name]]
        added, removed = after.keys() - before.keys(), before.keys() - after.keys()
        self.stdout.write(f"{len(after)} entries: {len(added)} added, {len(changed)} changed, {len(removed)} removed")
        for verb, names in (("added", added), ("changed", changed), ("removed", removed)):
            for name in sorted(names) if before else ():
                self.stdout.write(f"{verb} {name}")

    def _compare(self, price_map: Mapping[str, Mapping[str, Any]], today: date) -> None:
        models = ((f"{provider}/{model.id}", document) for provider, model, document in list_models(providers, today))
        for what, one, other in compare_coverage(convert_price_map(price_map).items(), models):
            self.stdout.write(f"| {what:<33} | {one:<19,} | {other:<12,} |")


def find_price_map() -> Path:
    """The price map of the litellm in this environment, else of the gateway's that `bin/start` makes."""
    try:
        return Path(str(distribution("litellm").locate_file(PRICE_MAP)))
    except PackageNotFoundError:
        for packages in Path(settings.BASE_DIR).glob(GATEWAY_PACKAGES):
            return packages / PRICE_MAP
        raise CommandError("litellm is not installed here: name its price map with --price-map") from None


def _read_price_map(path: Path) -> dict[str, dict[str, Any]]:
    try:
        price_map: dict[str, dict[str, Any]] = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise CommandError(f"--price-map: {path}: {error}") from None
    return price_map


def _find_version(path: Path) -> str:
    """The version of the package that the file lies in."""
    for found in path.resolve().parent.parent.glob("litellm-*.dist-info"):
        return found.name.removeprefix("litellm-").removesuffix(".dist-info")
    raise CommandError("the price map lies in no installed package: name its version with --price-map-version")
