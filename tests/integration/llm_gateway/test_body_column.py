"""A row of the inbox goes in as it was made, its body as bytes, and its body comes out again."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from posthog.llm_analytics.body_column import FIELDS, insert_body, read_bodies
from posthog.models import GatewayInboxBody, InboxSource
from tests.integration.factories import make_gateway

pytestmark = pytest.mark.django_db

EVERY_BYTE = bytes(range(256)) * 64


def make_row() -> GatewayInboxBody:
    return GatewayInboxBody(credential=make_gateway().credential, received_at=timezone.now(), body_bytes=5)


@pytest.mark.parametrize("compressed", [b"", EVERY_BYTE, bytearray(EVERY_BYTE)])
def test_every_field_is_what_it_was(compressed: bytes | bytearray) -> None:
    """Those with a default, too; and the row knows its id."""
    row = make_row()
    row.content_type, row.user_agent, row.pending_ranges = "application/json", "%s 'é'", [[0, 5]]
    insert_body(row, compressed)
    stored = GatewayInboxBody.objects.get(id=row.id)
    assert bytes(stored.body) == compressed
    names = [field.attname for field in FIELDS if field.attname != "body"]
    assert {name: getattr(stored, name) for name in names} == {name: getattr(row, name) for name in names}


def test_what_the_table_refuses_is_djangos_error() -> None:
    """The webhook answers 503 to those, whoever wrote the statement."""
    row = make_row()
    row.source = InboxSource.CAPTURE
    with pytest.raises(IntegrityError, match="inbox_body_has_one_owner"), transaction.atomic():
        insert_body(row, b"")
    assert not GatewayInboxBody.objects.exists()


def test_bodies_come_out_as_they_went_in() -> None:
    """To their rows, in the rows' order."""
    first, second = (
        GatewayInboxBody(team=make_gateway().alpha, source=InboxSource.CAPTURE, body_bytes=5) for _ in "12"
    )
    insert_body(first, EVERY_BYTE)
    insert_body(second, b"")
    rows = list(GatewayInboxBody.objects.defer("body").order_by("-id"))
    assert [(row.id, row.body) for row in read_bodies(rows)] == [(second.id, b""), (first.id, EVERY_BYTE)]


def test_row_that_is_gone_has_no_body() -> None:
    """Its team was deleted after it was claimed; those beside it are done all the same."""
    row, gone = make_row(), GatewayInboxBody(id=0)
    insert_body(row, EVERY_BYTE)
    assert read_bodies([gone, row]) == [row]
