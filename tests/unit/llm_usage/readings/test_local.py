"""Counts of servers one runs oneself, and of runtimes that count beside or inside their results."""

from typing import Any

import pytest

from tests.unit.llm_usage.readings.shapes import list_counts, read


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            {"prompt_eval_count": 10, "eval_count": 5, "total_duration": 12_345, "eval_duration": 5, "done": True},
            id="ollama",
        ),
        pytest.param(
            {
                "model": "llama3",
                "message": {"role": "assistant", "content": "Seven"},
                "context": [1, 2],
                "prompt_eval_count": 10,
                "eval_count": 5,
            },
            id="ollama-whole-body",
        ),
        pytest.param(
            {"tokens_evaluated": 10, "tokens_predicted": 5, "tokens_cached": 14, "id_slot": 0}, id="llama-cpp"
        ),
        pytest.param(
            {"inputTextTokenCount": 10, "results": [{"tokenCount": 5, "outputText": "Seven"}]},
            id="titan",
        ),
        pytest.param(
            {"model_id": "granite", "results": [{"generated_token_count": 5, "input_token_count": 10}]},
            id="watsonx",
        ),
        pytest.param(
            {
                "output": ["a", "b"],
                "metrics": {"input_token_count": 10, "output_token_count": 5, "predict_time": 2},
            },
            id="replicate",
        ),
        pytest.param(
            {"generation": "Seven", "prompt_token_count": 10, "generation_token_count": 5}, id="llama-on-bedrock"
        ),
    ],
)
def test_counts_are_found_in_the_body(body: dict[str, Any]) -> None:
    """Without a flag for what stands around them."""
    result = read(body)
    assert (list_counts(result), result.flags) == ({"input": 10, "output": 5, "total": 15}, ())


def test_results_add_up() -> None:
    """Several candidates are all billed."""
    usage = {"inputTextTokenCount": 10, "results": [{"tokenCount": 5}, {"tokenCount": 7}, None]}
    assert list_counts(read(usage)) == {"input": 10, "output": 12, "total": 22}


def test_text_generation_inference_counts_what_it_generated() -> None:
    """In the details of its only answer; the prompt's count is not there."""
    body = [
        {"generated_text": "Seven", "details": {"generated_tokens": 5, "prefill": [], "seed": 7, "tokens": [{"id": 1}]}}
    ]
    result = read(body, provider="huggingface")
    assert (list_counts(result), result.flags) == ({"output": 5, "total": 5}, ())
