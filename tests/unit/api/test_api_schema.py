"""The OpenAPI document: valid, without warnings, and the same as the copy that clients are made from."""

from pathlib import Path

import yaml
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[3]
COPY = ROOT / "posthog" / "api" / "openapi.yaml"


def test_copy_is_what_the_code_says(tmp_path: Path) -> None:
    """Made anew: `bin/manage spectacular --validate --fail-on-warn --file posthog/api/openapi.yaml`."""
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(made))
    assert made.read_text() == COPY.read_text()


def test_every_operation_names_its_errors() -> None:
    """With a problem document; administrative acts are no exception."""
    document = yaml.safe_load(COPY.read_text())
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len(operations) > 20
    for operation in operations:
        for status in ("400", "401", "403", "404", "default"):
            assert "application/problem+json" in operation["responses"][status]["content"]
