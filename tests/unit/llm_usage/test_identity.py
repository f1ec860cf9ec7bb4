"""The uuids of events and persons."""

import pickle
from uuid import uuid5

import orjson
import pytest

from posthog.llm_usage.identity import EVENT_NAMESPACE, NIL, PERSON_NAMESPACE, derive_event_uuid, derive_person_id


@pytest.mark.parametrize("distinct_id", ["ada", "Ünï", " ", *map(str, range(50))])
def test_person_id_is_a_uuid_of_the_name(distinct_id: str) -> None:
    """Version 5 under upstream's namespace: one distinct id is one person in both."""
    assert derive_person_id(7, distinct_id) == uuid5(PERSON_NAMESPACE, f"7:{distinct_id}")


def test_nobody_is_the_nil_uuid() -> None:
    """An event that names nobody has no person."""
    assert derive_person_id(7, "") == NIL


def test_event_uuid_is_a_uuid_of_what_identifies() -> None:
    """In every respect the one that the standard library makes of the same bytes."""
    uuid = derive_event_uuid(7, "call", "response", 1.5)
    expected = uuid5(EVENT_NAMESPACE, orjson.dumps([7, "call", "response", 1.5]).decode())
    assert (uuid, hash(uuid), str(uuid), uuid.version) == (expected, hash(expected), str(expected), 5)
    assert pickle.loads(pickle.dumps(uuid)) == expected
