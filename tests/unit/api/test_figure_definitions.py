"""The definitions that the UI shows."""

from posthog.api.figure_definitions import DEFINITIONS
from posthog.llm_analytics.queries.figures import FIGURES


def test_definitions_are_of_figures_that_there_are() -> None:
    """By the names that answers have."""
    assert set(DEFINITIONS) <= set(FIGURES)


def test_every_definition_has_words() -> None:
    """A label and a sentence."""
    assert all(each["label"] and each["definition"].endswith(".") for each in DEFINITIONS.values())
