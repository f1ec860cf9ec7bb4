"""`bin/manage refresh_prices` on the real sources: the gateway's price map and the genai-prices package."""

import io
from pathlib import Path

import orjson
import pytest
from django.core.management import CommandError, call_command

from posthog.llm_usage.pricing.catalogue import CATALOGUE_FILE, build_catalogue


def refresh(output: Path, *arguments: str) -> str:
    """Run for one day, whose prices count as today's; what was printed."""
    out = io.StringIO()
    call_command("refresh_prices", "--output", str(output), "--day", "2026-11-25", *arguments, stdout=out)
    return out.getvalue()


def test_same_sources_give_the_same_file(tmp_path: Path) -> None:
    """Byte for byte, so that a refresh shows what prices changed and nothing else."""
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    refresh(one)
    refresh(other)
    assert one.read_bytes() == other.read_bytes()


def test_shipped_catalogue_is_what_the_command_makes(tmp_path: Path) -> None:
    """From the pinned versions of both packages; nothing in it was written by hand."""
    shipped = orjson.loads(CATALOGUE_FILE.read_bytes())
    day = shipped["sources"][-1]["built_on"]
    refresh(tmp_path / "made.json", "--day", day)
    made = orjson.loads((tmp_path / "made.json").read_bytes())
    assert made["sources"] == shipped["sources"]
    assert made == shipped


def test_made_catalogue_prices_models_of_both_sources(tmp_path: Path) -> None:
    """A current model by the gateway's map, a retired one and OpenRouter's by the other package."""
    refresh(tmp_path / "made.json")
    catalogue = build_catalogue(orjson.loads((tmp_path / "made.json").read_bytes()))
    for provider, model in (
        ("openai", "gpt-4o"),
        ("anthropic", "claude-2"),
        ("openrouter", "anthropic/claude-sonnet-4.5"),
    ):
        assert catalogue.find(provider, model) is not None, model


def test_report_says_what_changed(tmp_path: Path) -> None:
    """Counts, then each entry by name."""
    output = tmp_path / "made.json"
    refresh(output)
    document = orjson.loads(output.read_bytes())
    document["entries"]["gone"] = document["entries"].pop("gpt-4o")
    document["entries"]["o3"]["rates"]["input"] = 1
    output.write_bytes(orjson.dumps(document))
    lines = refresh(output).splitlines()
    assert lines[0].endswith("entries: 1 added, 1 changed, 1 removed")
    assert lines[1:] == ["added gpt-4o", "changed o3", "removed gone"]


def test_comparison_counts_what_both_cover(tmp_path: Path) -> None:
    """The table of the catalogue's docstring; writes nothing."""
    table = refresh(tmp_path / "none.json", "--compare")
    assert table.startswith("| entries with a price")
    assert not (tmp_path / "none.json").exists()


@pytest.mark.parametrize("content", [b"not json", None])
def test_unreadable_map_is_named(tmp_path: Path, content: bytes | None) -> None:
    """The sentence says which file."""
    path = tmp_path / "map.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match="--price-map: .*map.json"):
        refresh(tmp_path / "made.json", "--price-map", str(path))


def test_map_of_no_package_needs_its_version(tmp_path: Path) -> None:
    """The file records what it was made from."""
    path = tmp_path / "map.json"
    path.write_bytes(b"{}")
    with pytest.raises(CommandError, match="--price-map-version"):
        refresh(tmp_path / "made.json", "--price-map", str(path))
    refresh(tmp_path / "made.json", "--price-map", str(path), "--price-map-version", "1.2.3")
    assert orjson.loads((tmp_path / "made.json").read_bytes())["sources"][0]["version"] == "1.2.3"
