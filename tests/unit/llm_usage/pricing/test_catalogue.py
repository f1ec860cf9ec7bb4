"""The catalogue that ships: complete, light to load, quick to search."""

import subprocess
import sys

from posthog.llm_usage.pricing.catalogue import (
    CATALOGUE_FILE,
    MAX_REMEMBERED_NAMES,
    PriceCatalogue,
    build_catalogue,
    load_catalogue,
)
from posthog.llm_usage.pricing.entry import CallConditions
from tests.unit.llm_usage.pricing.price_list import CATALOGUE


def test_shipped_catalogue_names_its_sources() -> None:
    """Two packages, their versions and licences."""
    sources = load_catalogue().sources
    assert [source.get("package") for source in sources] == ["litellm", "genai-prices", None]
    assert all(source["licence"] == "MIT" for source in sources[:2])


def test_every_shipped_entry_can_be_charged() -> None:
    """Each entry's rates can be worked out, in each of its tiers, above all thresholds."""
    for entry in load_catalogue().entries.values():
        for tier in (None, *entry.document.get("tiers", {})):
            rates = entry.resolve(10**9, CallConditions(service_tier=tier))
            assert rates.input is None or rates.input >= 0


def test_loading_imports_neither_package() -> None:
    """The sources are data: a worker pays for a file, not for litellm."""
    program = (
        "import sys; from posthog.llm_usage.pricing.catalogue import load_catalogue; load_catalogue();"
        "print(sorted({'litellm', 'genai_prices', 'django', 'httpx'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_loaded_once() -> None:
    """One catalogue per process."""
    assert load_catalogue() is load_catalogue()


def test_memory_of_names_is_bounded() -> None:
    """Clients choose model names: past the bound the memory starts again."""
    catalogue: PriceCatalogue = build_catalogue({"entries": {"m": {"provider": "acme", "rates": {"input": 1e-06}}}})
    for number in range(MAX_REMEMBERED_NAMES + 5):
        assert catalogue.find("acme", f"unknown-{number}") is None
    assert len(catalogue._found) <= MAX_REMEMBERED_NAMES
    assert catalogue.find("acme", "m") is not None


def test_find_says_whether_the_price_is_presumed() -> None:
    """The entry, and the step's doubt."""
    found = CATALOGUE.find("azure", "gpt-4o")
    assert found is not None
    assert (found[0].name, found[1]) == ("gpt-4o", True)


def test_catalogue_lies_beside_its_module() -> None:
    """It ships with the package."""
    assert CATALOGUE_FILE.is_file()
