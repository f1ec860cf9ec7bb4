"""The shipper against the real webhook: what it spools and sends becomes rows, whatever the door asks for."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from posthog.llm_analytics.ingestion import drain_once
from posthog.llm_gateway.transport import HttpTransport, Receiver
from posthog.models import GatewayCredential, GatewayInboxBody
from tests.integration.factories import GatewaySetup, list_ai_events, make_call, make_gateway
from tests.unit.llm_gateway.fakes import Shipper, read_spool, remove_marks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_cache", "ai_events")]


@pytest.fixture
def setup() -> GatewaySetup:
    return make_gateway()


@pytest.fixture(autouse=True)
def no_marks_left(tmp_path: Path) -> Iterator[None]:
    yield
    remove_marks(tmp_path)


def make_shipper(folder: Path, token: str, signing_secret: str = "") -> Shipper:
    """One whose requests go to the application, with the real clock."""
    receiver = Receiver(url="http://testserver/api/llm_gateway/webhook", token=token, signing_secret=signing_secret)
    application = httpx.MockTransport(ask_application)
    post = HttpTransport(receiver, clock=time.time, make_client=lambda: httpx.Client(transport=application))
    return Shipper(folder, post)


def ask_application(request: httpx.Request) -> httpx.Response:
    """Hand a request to Django as it would arrive."""
    headers = dict(request.headers)
    answer = Client().post(request.url.path, request.content, content_type=headers["content-type"], headers=headers)
    return httpx.Response(answer.status_code, headers=dict(answer.items()), content=answer.content)


def test_spooled_events_become_numbered_rows(setup: GatewaySetup, tmp_path: Path) -> None:
    """Each row carries the shipper's id and its sequence; the spool is empty once the inbox has the body."""
    shipper = make_shipper(tmp_path, setup.token)
    for number in (1, 2):
        shipper.works.intake.offer(make_call(number))
    shipper.seal()
    shipper.send()
    assert read_spool(tmp_path) == []
    drain_once(now=timezone.now())
    properties = [json.loads(row["properties"]) for row in list_ai_events(setup.alpha)]
    assert [each["$ai_shipper_sequence"] for each in properties] == [1, 2]
    (shipper_id,) = {each["$ai_shipper_id"] for each in properties}
    assert tmp_path.joinpath(f"lane-{shipper_id}").is_dir()


def test_signed_body_is_let_in(setup: GatewaySetup, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the credential requires a signature the shipper's fits, and without one the events stay."""
    call_command("set_gateway_credential", str(setup.credential.pk), "--signature", "required")
    secret = capsys.readouterr().out.split()[-1]
    unsigned = make_shipper(tmp_path, setup.token)
    unsigned.works.intake.offer(make_call(1))
    unsigned.seal()
    unsigned.send()
    assert (GatewayInboxBody.objects.count(), len(read_spool(tmp_path))) == (0, 1)
    unsigned.die()
    signed = make_shipper(tmp_path, setup.token, secret)
    signed.write()
    signed.send()
    assert (GatewayInboxBody.objects.count(), len(read_spool(tmp_path))) == (1, 0)


def test_revoked_credential_keeps_the_events(setup: GatewaySetup, tmp_path: Path) -> None:
    """403: nothing is given up until somebody makes a new credential."""
    GatewayCredential.objects.update(revoked_at=timezone.now())
    shipper = make_shipper(tmp_path, setup.token)
    shipper.works.intake.offer(make_call(1))
    shipper.seal()
    assert shipper.send() > 0
    assert len(read_spool(tmp_path)) == 1
