"""What makes two findings the same."""

from posthog.llm_analytics.alerts.keys import digest_key
from posthog.llm_integrity.findings import CheckName, FindingKey, Subject

KEY = FindingKey(CheckName.FIELD_VANISHED, Subject("main", "openai", "gpt-4o", False), "input_tokens")


def test_each_part_of_a_key_counts() -> None:
    """Nothing is the same as an empty name."""
    others = [
        KEY._replace(check=CheckName.COUNT_MISSING),
        KEY._replace(figure="output_tokens"),
        *(
            KEY._replace(subject=KEY.subject._replace(**change))
            for change in ({"gateway": ""}, {"gateway": None}, {"model": "gpt"}, {"is_stream": None}, {"team_id": 1})
        ),
    ]
    assert len({digest_key(key) for key in (KEY, *others)}) == len(others) + 1


def test_key_is_short_whatever_the_names() -> None:
    """It is part of an index."""
    assert len(digest_key(KEY._replace(subject=Subject(model="m" * 100_000)))) == 64
