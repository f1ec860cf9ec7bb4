"""Django's own checks for production, and the headers that every answer carries."""

import os
import subprocess
import sys

import pytest
from django.test import Client
from pytest_django import Settings

from tests.integration.application import ROOT

HTTPS = {"SITE_URL": "https://posthog.example.com", "SECRET_KEY": "s3cret-" * 10, "DEBUG": "0"}


def test_deployed_as_documented_no_check_complains() -> None:
    """`manage.py check --deploy` has nothing to say, not even a warning."""
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    environ = {**os.environ, **HTTPS}
    checked = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout.strip()) == (0, "System check identified no issues (0 silenced).")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/login", "/nowhere", "/api/llm_gateway/webhook"])
def test_every_answer_has_its_security_headers(path: str) -> None:
    """Nothing is sniffed, framed, or loaded from elsewhere."""
    headers = Client().get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_https_is_kept_to(settings: Settings) -> None:
    """A browser that came once comes by HTTPS alone; a gateway inside the cluster is not redirected."""
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    secure, plain = Client().get("/login", secure=True), Client().get("/login")
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert (plain.status_code, plain.headers["Location"]) == (301, "https://testserver/login")
    assert Client().post("/api/llm_gateway/webhook").status_code == 401
