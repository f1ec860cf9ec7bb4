"""Signing in by password and by one-time link, signing out, and what is refused."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from posthog.models import SignInLink, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_cache")]

EMAIL, PASSWORD = "ada@example.com", "a long enough password"


@pytest.fixture
def user() -> User:
    return User.objects.create_user(EMAIL, PASSWORD)


def send(client: Client, **fields: str) -> Any:
    return client.post("/login", {"email": EMAIL, "password": PASSWORD, **fields})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_page_asks_for_a_sign_in() -> None:
    """A stranger learns nothing and comes back to where he wanted to go."""
    answer = Client().get("/usage?day=2026-04-01")
    assert (answer.status_code, answer["Location"]) == (302, "/login?next=/usage%3Fday%3D2026-04-01")


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize("email", [EMAIL, "ADA@Example.com"])
def test_password_signs_in(email: str) -> None:
    """Whatever the case of the address typed."""
    client = Client()
    answer = send(client, email=email, next="/usage?day=2026-04-01")
    assert (answer.status_code, answer["Location"]) == (302, "/usage?day=2026-04-01")
    assert is_signed_in(client)


@pytest.mark.usefixtures("user")
@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "javascript:alert(1)"])
def test_sign_in_never_leads_elsewhere(elsewhere: str) -> None:
    """A link to our sign-in page cannot send a visitor to another site."""
    assert send(Client(), next=elsewhere)["Location"] == "/project"


@pytest.mark.parametrize(
    ("email", "password"),
    [pytest.param(EMAIL, "wrong", id="wrong-password"), pytest.param("bob@example.com", PASSWORD, id="nobody")],
)
def test_wrong_pair_is_refused_in_the_same_words(user: User, email: str, password: str) -> None:
    """The answer does not tell which addresses exist."""
    client = Client()
    answer = send(client, email=email, password=password)
    assert answer.status_code == 403
    assert "do not belong together" in answer.content.decode()
    assert not is_signed_in(client)


def test_inactive_user_is_refused(user: User) -> None:
    """Somebody who left."""
    User.objects.update(is_active=False)
    assert send(Client()).status_code == 403


@pytest.mark.usefixtures("user")
def test_guessing_ends_after_five_attempts() -> None:
    """The sixth is not even checked; another visitor's network is not shut out."""
    for _ in range(5):
        assert send(Client(), password="wrong").status_code == 403
    assert send(Client()).status_code == 429
    assert Client(REMOTE_ADDR="203.0.113.9").post("/login", {"email": EMAIL, "password": PASSWORD}).status_code == 302


@pytest.mark.usefixtures("user")
def test_no_password_is_checked_while_guesses_cannot_be_counted(settings: Settings) -> None:
    """Unlimited guesses would be worse than a minute without sign-ins."""
    backend = settings.CACHES["default"]["BACKEND"]
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/0"}}
    client = Client()
    assert send(client).status_code == 503
    assert not is_signed_in(client)


def make_link(*options: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("sign_in_link", "--email", EMAIL, *options)
    return "/" + capsys.readouterr().out.strip().split("/", 3)[3]


@pytest.mark.usefixtures("user")
def test_link_signs_in_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Looking at it uses it up for nobody; pressing the button does."""
    path = make_link(capsys=capsys)
    looked = Client().get(path)
    assert (looked.status_code, EMAIL in looked.content.decode()) == (200, True)
    first, second = Client(), Client()
    assert first.post(path).status_code == 302
    assert is_signed_in(first)
    assert second.post(path).status_code == 410
    assert not is_signed_in(second)


@pytest.mark.usefixtures("user")
def test_old_link_is_dead(capsys: pytest.CaptureFixture[str]) -> None:
    """An hour, or as long as the command says."""
    path = make_link("--valid-minutes", "5", capsys=capsys)
    link = SignInLink.objects.get()
    assert timedelta(minutes=4) < link.expires_at - timezone.now() <= timedelta(minutes=5)
    SignInLink.objects.update(expires_at=timezone.now())
    assert Client().post(path).status_code == 410


def test_link_is_stored_as_a_hash(user: User, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reads the database cannot sign in with what stands there."""
    token = make_link(capsys=capsys).rpartition("/")[2]
    assert token not in repr(SignInLink.objects.values().get())


def test_signing_out_ends_the_session(user: User) -> None:
    """By POST: another site's image must not sign anybody out."""
    client = Client()
    client.force_login(user)
    assert client.get("/logout").status_code == 405
    assert client.post("/logout")["Location"] == "/login"
    assert not is_signed_in(client)


def test_form_needs_its_token(user: User) -> None:
    """Another site cannot sign a visitor in as somebody else."""
    client = Client(enforce_csrf_checks=True)
    assert send(client).status_code == 403
    page = client.get("/login").content.decode()
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert send(client, csrfmiddlewaretoken=token).status_code == 302


def test_pages_are_fenced_in() -> None:
    """Nothing inline, nothing from elsewhere, no frame, no cache."""
    answer = Client().get("/login")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff")
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert " style=" not in answer.content.decode()
