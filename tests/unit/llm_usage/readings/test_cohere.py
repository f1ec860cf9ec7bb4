"""Cohere: what was read and written, and what is invoiced."""

from tests.unit.llm_usage.readings.shapes import list_counts, read


def test_tokens_are_the_counts_and_billed_units_the_price() -> None:
    """The two differ, and both are kept."""
    result = read(
        {
            "billed_units": {"input_tokens": 3017, "output_tokens": 4627},
            "tokens": {"input_tokens": 15_330, "output_tokens": 8799},
            "cached_tokens": 96,
        },
        provider="cohere",
    )
    assert list_counts(result) == {"input": 15_330, "output": 8799, "total": 24_129, "cache_read_input": 96}
    assert (result.billed_input_tokens, result.billed_output_tokens, result.flags) == (3017, 4627, ())


def test_billed_units_alone_are_the_counts() -> None:
    """An embedding reports nothing else."""
    result = read({"id": "x", "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": 12}}})
    assert list_counts(result) == {"input": 12, "total": 12}


def test_search_units_are_no_tokens() -> None:
    """Reranking is billed by searches."""
    assert list_counts(read({"billed_units": {"search_units": 1}})) == {}
