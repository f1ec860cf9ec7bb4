"""
Servers one runs oneself: Ollama, llama.cpp, Text Generation Inference; and plain counts of hosted runtimes (watsonx,
Replicate, Titan), some of which count in the results.

Ollama's native body counts `prompt_eval_count` and `eval_count` (its OpenAI-compatible route, like vLLM's, has OpenAI's
shape); the last chunk of a stream has them. llama.cpp counts `tokens_evaluated` and `tokens_predicted`.

Source: Ollama API reference (`/api/chat`), llama.cpp server README (`/completion`), TGI `details`, watsonx.ai
`results`, Replicate `metrics`, Bedrock's model parameters of Titan.
"""

from posthog.llm_usage.readings.found import IGNORED, Words, read_each

RESULT = Words(tokenCount="output", generated_token_count="output", input_token_count="input", seed=IGNORED)

WORDS = Words(
    prompt_eval_count="input",
    eval_count="output",
    total_duration=IGNORED,
    load_duration=IGNORED,
    prompt_eval_duration=IGNORED,
    eval_duration=IGNORED,
    done=IGNORED,
    context=IGNORED,
    tokens_evaluated="input",
    tokens_predicted="output",
    tokens_cached=IGNORED,
    timings=IGNORED,
    generation_settings=IGNORED,
    id_slot=IGNORED,
    generated_tokens="output",
    prefill=IGNORED,
    seed=IGNORED,
    results=read_each(RESULT),
    predict_time=IGNORED,
    input_token_count="input",
    output_token_count="output",
    generated_token_count="output",
)
