"""
Servers one runs oneself: Ollama, llama.cpp, Text Generation Inference; and plain counts of hosted runtimes.

Ollama's native body counts `prompt_eval_count` and `eval_count` (its OpenAI-compatible route, like vLLM's, has OpenAI's
shape); the last chunk of a stream has them. llama.cpp counts `tokens_evaluated` and `tokens_predicted`.

Source: Ollama API reference (`/api/chat`), llama.cpp server README (`/completion`), TGI `details`.
"""

from posthog.llm_usage.readings.found import IGNORED, Words

WORDS = Words(
    prompt_eval_count="input",
    eval_count="output",
    total_duration=IGNORED,
    load_duration=IGNORED,
    prompt_eval_duration=IGNORED,
    eval_duration=IGNORED,
    done=IGNORED,
    tokens_evaluated="input",
    tokens_predicted="output",
    tokens_cached=IGNORED,
    generated_tokens="output",
    input_token_count="input",
    output_token_count="output",
    generated_token_count="output",
)
