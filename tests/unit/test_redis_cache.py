"""The cache's client."""

from django.core.cache import caches


def test_all_commands_share_one_client() -> None:
    """Of one server; making one takes longer than a command. Nothing is connected to."""
    client = caches["default"]._cache  # type: ignore[attr-defined]  # what Django's backends keep their client in
    assert client.get_client("read") is client.get_client("written", write=True)
