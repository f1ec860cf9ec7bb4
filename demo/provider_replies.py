"""
Choose and build the reply of a model provider from the recorded shapes in `provider_bodies/`.

The path names the API, the model names the file: `MODEL.json` a plain reply, `MODEL.STATUS.json` an error,
`MODEL.sse` and `MODEL.jsonl` a stream. `$ID` becomes a new id per reply, as providers never repeat theirs.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from demo.event_stream import encode_event

BODIES = Path(__file__).parent / "provider_bodies"

API_BY_PATH = {
    "/openai/v1/chat/completions": "openai_chat",
    "/openai/v1/responses": "openai_responses",
    "/openai/v1/embeddings": "openai_embeddings",
    "/anthropic/v1/messages": "anthropic_messages",
    "/deepseek/chat/completions": "deepseek_chat",
}
GEMINI_PATH = re.compile(r"/gemini/(?:v1(?:beta)?/)?models/(?P<model>[^:]+):(?P<verb>\w+)")
BEDROCK_PATH = re.compile(r"/bedrock/model/(?P<model>[^/]+)/(?P<verb>converse|converse-stream)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One provider reply; a stream's frames are sent one write each."""

    status: int = 200
    content_type: str = "application/json"
    frames: tuple[bytes, ...]
    is_stream: bool = False


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """Which API was called, for which model, and how the answer is wanted."""

    api: str
    model: str
    is_stream: bool
    wants_stream_usage: bool


def parse_call(path: str, body: Mapping[str, Any]) -> ProviderCall | None:
    """Read a request as one of the known APIs; None where the path belongs to none."""
    path = unquote(path.partition("?")[0])
    if match := GEMINI_PATH.fullmatch(path):
        is_stream = match["verb"] == "streamGenerateContent"
        return ProviderCall("gemini_generate_content", match["model"], is_stream, True)
    if match := BEDROCK_PATH.fullmatch(path):
        return ProviderCall("bedrock_converse", match["model"], match["verb"] == "converse-stream", True)
    api = API_BY_PATH.get(path)
    if api is None:
        return None
    options = body.get("stream_options") or {}
    return ProviderCall(api, str(body.get("model")), body.get("stream") is True, options.get("include_usage") is True)


def build_reply(path: str, body: Mapping[str, Any]) -> Reply:
    """Answer a request as the provider would; 404 with what is missing where no body was written for it."""
    call = parse_call(path, body)
    if call is None:
        return _refuse(f"no provider API at {path}")
    file = find_body_file(call)
    if file is None:
        return _refuse(f"no {'stream' if call.is_stream else 'body'} for {call.api}, model {call.model}")
    text = file.read_text().replace("$ID", uuid4().hex)
    if file.suffix == ".sse":
        return Reply(content_type="text/event-stream", frames=_split_sse(call, text), is_stream=True)
    if file.suffix == ".jsonl":
        return Reply(content_type="application/vnd.amazon.eventstream", frames=_frame_events(text), is_stream=True)
    return Reply(status=_parse_status(file), frames=(text.encode(),))


def find_body_file(call: ProviderCall) -> Path | None:
    """The file that answers a call; an error file answers plain and streamed calls alike."""
    folder = BODIES / call.api
    model = call.model.replace(":", "_")
    error = next(iter(folder.glob(f"{model}.[45][0-9][0-9].json")), None)
    suffixes = (".sse", ".jsonl") if call.is_stream else (".json",)
    answers = (file for suffix in suffixes if (file := folder / f"{model}{suffix}").exists())
    return error or next(answers, None)


def _parse_status(file: Path) -> int:
    match = re.search(r"\.([45]\d\d)\.json$", file.name)
    return int(match[1]) if match else 200


def _split_sse(call: ProviderCall, text: str) -> tuple[bytes, ...]:
    """OpenAI's chat API sends its usage chunk only where the caller asked for it."""
    frames = (f"{frame}\n\n" for frame in text.split("\n\n") if frame)
    drops_usage = call.api in {"openai_chat", "deepseek_chat"} and not call.wants_stream_usage
    return tuple(frame.encode() for frame in frames if not (drops_usage and '"choices": []' in frame))


def _frame_events(text: str) -> tuple[bytes, ...]:
    events = (json.loads(line) for line in text.splitlines())
    return tuple(encode_event(event["event"], json.dumps(event["payload"]).encode()) for event in events)


def _refuse(reason: str) -> Reply:
    error = {"error": {"type": "not_found_error", "message": f"replay server: {reason}"}}
    return Reply(status=404, frames=(json.dumps(error).encode(),))
