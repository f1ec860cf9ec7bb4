"""
Request bodies that no honest gateway sends, from recorded ones: cut, bent, nested, blown up, with valid neighbours.

`list_fuzzed_bodies(count, seed=…)` gives the same bodies for the same seed. Each says which calls in it are valid:
those must be stored whenever the body was taken. `bin/bench chaos` sends 10,000 of them, `bin/test` a few hundred.
"""

import gzip
import json
import random
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.captures import list_payloads
from tests.factories import make_payload

BOMB_BYTES = 30_000_000
"""Unfolded size of a gzip bomb; the limit of a test that wants it refused must lie below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FuzzedBody:
    """
    One body to send.

    Attributes:
        kind: What was done to it, for messages.
        encoding: The Content-Encoding; '' for none.
        valid_ids: The `id` of each valid call in it.
        must_be_taken: The valid calls stand apart from what is broken: the body has to be accepted.
    """

    kind: str
    body: bytes
    encoding: str = ""
    valid_ids: tuple[str, ...] = ()
    must_be_taken: bool = False


Bend = Callable[[random.Random, dict[str, Any]], bytes]
"""One payload → the text of a broken one."""


def list_fuzzed_bodies(count: int, *, seed: int, team: str | None = None) -> Iterator[FuzzedBody]:
    """
    Make the bodies.

    Args:
        team: LiteLLM's team id of every call, so that the broken ones are read as far as possible, too.
    """
    chance = random.Random(seed)
    payloads = [_attribute(payload, team) for payload in list_payloads()]
    makers = [_bend_element, _bend_element, _bend_element, _bend_line, _bend_body, _make_bomb]
    weights = [4, 4, 4, 4, 4, 1]
    for number in range(count):
        maker = chance.choices(makers, weights)[0]
        valid = [_make_valid(f"fuzz-{seed}-{number}-{place}", team) for place in range(chance.randint(1, 3))]
        yield maker(chance, chance.choice(payloads), valid)


def _make_valid(call_id: str, team: str | None) -> dict[str, Any]:
    started_at = time.time() - 3600
    payload = make_payload(id=call_id, metadata={"user_api_key_team_id": team})
    return payload | {"startTime": started_at, "endTime": started_at + 1}


def _attribute(payload: dict[str, Any], team: str | None) -> dict[str, Any]:
    """The recorded call as one of this team, an hour ago."""
    started_at = time.time() - 3600
    metadata = payload["metadata"] | {"user_api_key_team_id": team}
    return payload | {"metadata": metadata, "startTime": started_at, "endTime": started_at + 1}


def _bend_element(chance: random.Random, payload: dict[str, Any], valid: list[dict[str, Any]]) -> FuzzedBody:
    """An element of an array that is broken within its own brackets."""
    name, bend = chance.choice(list(CONTAINED.items()))
    elements = [json.dumps(call).encode() for call in valid]
    elements.insert(chance.randint(0, len(elements)), bend(chance, payload))
    return _finish(chance, f"array: {name}", b"[" + b", ".join(elements) + b"]", valid, must_be_taken=True)


def _bend_line(chance: random.Random, payload: dict[str, Any], valid: list[dict[str, Any]]) -> FuzzedBody:
    """A line of several; it may be cut anywhere, for its end is certain. A body that begins with [ is an array."""
    name, bend = chance.choice([*CONTAINED.items(), ("cut", _cut)])
    lines = [json.dumps(call).encode() for call in valid]
    broken = bend(chance, payload).replace(b"\n", b" ")
    lines.insert(chance.randint(int(broken.startswith(b"[")), len(lines)), broken)
    return _finish(chance, f"lines: {name}", b"\n".join(lines), valid, must_be_taken=True)


def _bend_body(chance: random.Random, payload: dict[str, Any], valid: list[dict[str, Any]]) -> FuzzedBody:
    """The body as a whole: cut, or with bytes changed anywhere; what is valid in it nobody can say."""
    body = bytearray(json.dumps([payload, *valid]).encode())
    kind = chance.choice(["cut", "flipped", "inserted", "noise", "unclosed"])
    if kind == "cut":
        del body[chance.randrange(len(body)) :]
    elif kind == "noise":
        body = bytearray(chance.randbytes(chance.randrange(1, 4000)))
    elif kind == "unclosed":
        body = bytearray(b"[" * chance.choice([3, 5000, 200_000]))
    else:
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(body))
            body[at : at + (kind == "flipped")] = chance.randbytes(1)
    return _finish(chance, f"body: {kind}", bytes(body), [], must_be_taken=False)


def _make_bomb(chance: random.Random, payload: dict[str, Any], valid: list[dict[str, Any]]) -> FuzzedBody:
    """Much in little, or gzip that is none."""
    kind = chance.choice(["blanks", "strings", "damaged", "trailing"])
    packed = gzip.compress(json.dumps(valid).encode())
    if kind == "blanks":
        packed = gzip.compress(b"[" + b" " * BOMB_BYTES + b"]", 1)
    elif kind == "strings":
        packed = gzip.compress(b'["' + b"a" * BOMB_BYTES + b'"]', 1)
    elif kind == "damaged":
        at = chance.randrange(10, len(packed))
        packed = packed[:at] + chance.randbytes(1) + packed[at + 1 :]
    else:
        packed += chance.randbytes(9)
    return FuzzedBody(kind=f"gzip: {kind}", body=packed, encoding="gzip")


def _finish(
    chance: random.Random, kind: str, body: bytes, valid: list[dict[str, Any]], *, must_be_taken: bool
) -> FuzzedBody:
    """Every fourth body goes through gzip."""
    is_packed = chance.random() < 0.25
    return FuzzedBody(
        kind=kind,
        body=gzip.compress(body, 1) if is_packed else body,
        encoding="gzip" if is_packed else "",
        valid_ids=tuple(call["id"] for call in valid),
        must_be_taken=must_be_taken,
    )


ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**31, 2**53 + 1, 2**63, 2**64, 10**30, -(10**30), 1e308, 5e-324, -0.0),
    *(float("nan"), float("inf"), float("-inf"), "", " ", "0", "1e400", "-7", "NaN", "١٢", "\x00", "a\x00b"),
    *("\ud800", "\U0010ffff", "é" * 50, "x" * 70_000, "1970-01-01T00:00:00Z", "2099-12-31", "9999-99-99"),
    *([], {}, [[]], [None], [{}], {"": ""}, {"total": 7}, {"total": "x"}, {"a": [1, "2", None]}),
)


def _replace_values(chance: random.Random, payload: dict[str, Any]) -> bytes:
    """Some values, at any depth, become what nobody expects there."""
    bent = json.loads(json.dumps(payload))
    for _ in range(chance.randint(1, 6)):
        _set(chance, bent, deepcopy(chance.choice(ODD_VALUES)))
    return json.dumps(bent).encode()


def _set(chance: random.Random, target: Any, value: Any) -> None:
    """Walk into the value by chance, and replace what is there."""
    while True:
        keys = list(target) if isinstance(target, dict) else list(range(len(target)))
        if not keys:
            return
        key = chance.choice(keys)
        inner = target[key]
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.2:
            target[key] = value
            return
        target = inner


def _drop_keys(chance: random.Random, payload: dict[str, Any]) -> bytes:
    kept = {key: value for key, value in payload.items() if chance.random() < 0.6}
    return json.dumps(kept).encode()


def _nest(chance: random.Random, payload: dict[str, Any]) -> bytes:
    """One value lies at the bottom of many brackets, some further down than a decoder can follow."""
    depth = chance.choice([60, 70, 250, 260, 900, 1100, 20_000])
    opening, closing = chance.choice([(b"[", b"]"), (b'{"a":', b"}")])
    name = chance.choice(list(payload) or ["id"])
    head = json.dumps({key: value for key, value in payload.items() if key != name})[:-1].encode()
    separator = b", " if len(head) > 1 else b""
    deep = opening * depth + b"1" + closing * depth
    return head + separator + json.dumps(name).encode() + b": " + deep + b"}"


def _repeat_keys(chance: random.Random, payload: dict[str, Any]) -> bytes:
    """Keys that stand twice, with other values."""
    pairs = [*payload.items(), *((key, chance.choice(ODD_VALUES)) for key in chance.sample(list(payload), 3))]
    chance.shuffle(pairs)
    return ("{" + ", ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in pairs) + "}").encode()


def _spoil_text(chance: random.Random, payload: dict[str, Any]) -> bytes:
    """Bytes inside a string that are no UTF-8, or no JSON."""
    spoiled = chance.choice([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x00", b"\x01", b"\\x", b"\\u12"])
    text = json.dumps(payload | {"added": "MARK"}).encode()
    return text.replace(b"MARK", b"a" + spoiled + b"b")


def _write_number(chance: random.Random, payload: dict[str, Any]) -> bytes:
    """A number as only a text can write it."""
    number = chance.choice(
        [b"1" * 400, b"1e400", b"-1e400", b"1" * 5000, b"0." + b"0" * 400 + b"1", b"01", b"1.", b"-"]
    )
    name = chance.choice(["prompt_tokens", "response_cost", "startTime", "endTime", "total_tokens"])
    text = json.dumps(payload | {name: "MARK"}).encode()
    return text.replace(b'"MARK"', number)


def _misspell(chance: random.Random, payload: dict[str, Any]) -> bytes:
    """A word that is none, where its element ends is still certain."""
    text = json.dumps(payload).encode()
    return text[:-1] + chance.choice([b', "a": tru}', b', "a"}', b", a: 1}", b", }", b', "a": 1 2}'])


def _no_object(chance: random.Random, payload: dict[str, Any]) -> bytes:
    return chance.choice([b"null", b"7", b'"text"', b"[]", b"[[1], {}]", b"true", b"{}", b"tru", b'""', b"-"])


def _cut(chance: random.Random, payload: dict[str, Any]) -> bytes:
    text = json.dumps(payload).encode()
    return text[: chance.randrange(1, len(text))]


CONTAINED: dict[str, Bend] = {
    "values": _replace_values,
    "keys dropped": _drop_keys,
    "nested": _nest,
    "keys repeated": _repeat_keys,
    "text": _spoil_text,
    "number": _write_number,
    "misspelled": _misspell,
    "no object": _no_object,
}
"""Ways to break an element that leave no doubt where it ends."""
