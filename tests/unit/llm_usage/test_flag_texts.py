"""Each flag has its words, in one place."""

from posthog.llm_usage import integrity
from posthog.llm_usage.flag_texts import FLAG_TEXTS, describe_flag, describe_flags
from posthog.llm_usage.pricing import flags as price_flags

RECEIVER_FLAGS = {"duplicate_id_different_body"}
"""Flags that only the receiver can raise: they compare two deliveries."""


def list_flags() -> set[str]:
    """Every flag that the code can raise: the text constants of the two modules of flags."""
    constants = {**vars(integrity), **vars(price_flags)}
    return {value for name, value in constants.items() if name.isupper() and isinstance(value, str)}


def test_every_flag_has_words_and_no_words_are_orphaned() -> None:
    """As many texts as flags."""
    assert set(FLAG_TEXTS) == list_flags() | RECEIVER_FLAGS


def test_texts_are_sentences() -> None:
    """Fit for a page: they begin and end like sentences."""
    assert all(text[0].isupper() and text.endswith(".") for text in FLAG_TEXTS.values())


def test_unknown_flag_is_no_error() -> None:
    """A row of later rules can be shown by older code."""
    assert "does not know" in describe_flag("of_tomorrow")
    assert list(describe_flags(["unpriced_model", "of_tomorrow"])) == ["unpriced_model", "of_tomorrow"]
