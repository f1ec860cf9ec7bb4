"""The settings as a whole: safe without an environment, stopped by name where a value is bad."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from celery.schedules import crontab
from django.conf import settings

from posthog.celery import app
from posthog.settings.data_stores import to_database
from posthog.settings.environment import REGISTERED, parse_setting, split_url

ROOT = Path(__file__).resolve().parents[3]
NO_VALUE = "?!"
"""Neither a number, a flag, a word, an address, a name for SQL, a file nor long enough for a secret."""
FREE_RULES = {"text", "names separated by commas"}
TRY_EACH = """
import importlib, os, sys
from posthog import settings
from posthog.errors import InvalidSetting
topics = [m for n, m in sorted(sys.modules.items()) if n.startswith("posthog.settings.") and "environment" not in n]
for line in sys.stdin.read().splitlines():
    name, _, value = line.partition("=")
    os.environ[name] = value
    for topic in topics:
        try:
            importlib.reload(topic)
        except InvalidSetting as refused:
            print(refused)
    del os.environ[name]
"""


def run_python(*arguments: str, stdin: str = "", **environ: str) -> "subprocess.CompletedProcess[str]":
    """Python in the checkout, with nothing of this process's environment but the path."""
    return subprocess.run(
        [sys.executable, *arguments],
        input=stdin,
        env={"PATH": os.environ["PATH"], **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_setting_says_what_it_is_for() -> None:
    """The table of settings has no empty cell but defaults."""
    assert [name for name, known in REGISTERED.items() if not known.about or not known.rule] == []


def test_bad_value_of_every_setting_is_refused_by_name() -> None:
    """Each costs one sentence that begins with the setting's name; only free text takes anything."""
    strict = [name for name, known in REGISTERED.items() if known.rule not in FREE_RULES]
    tried = run_python("-c", TRY_EACH, stdin="\n".join(f"{name}={NO_VALUE}" for name in strict))
    assert tried.stderr == ""
    assert [line.partition(":")[0] for line in tried.stdout.splitlines()] == strict


def test_bad_value_stops_a_command_with_one_sentence() -> None:
    """No traceback: what is wrong, and exit code 2."""
    stopped = run_python("manage.py", "list_settings", CLICKHOUSE_PORT="native")
    assert (stopped.returncode, stopped.stdout) == (2, "")
    assert stopped.stderr == "CLICKHOUSE_PORT: expected a whole number from 1 to 65535, got 'native'\n"


def test_web_refuses_to_start_without_a_secret() -> None:
    """A random secret would differ from worker to worker and sign everybody out."""
    code = "from django.conf import settings; settings.CONFIGURED_SECRET_KEY = ''; import posthog.wsgi"
    stopped = run_python("-c", code, DJANGO_SETTINGS_MODULE="posthog.settings")
    assert stopped.returncode == 1
    assert "InvalidSetting: SECRET_KEY: the web needs a secret" in stopped.stderr


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(
            "postgres://me:p%40ss@db.example.com:5433/usage?sslmode=require",
            ("usage", "me", "p@ss", "db.example.com", 5433, "require"),
            id="tcp",
        ),
        pytest.param(
            "postgresql:///usage?host=/run/postgres", ("usage", "", "", "/run/postgres", "", None), id="socket"
        ),
    ],
)
def test_database_url_becomes_djangos_entry(url: str, expected: tuple[object, ...]) -> None:
    """The URL says what libpq would be told; the password is decoded."""
    rule = split_url("postgres", "postgresql", what="the address of a Postgres database")
    entry = to_database(parse_setting("DATABASE_URL", url, rule))
    seen = [entry[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")]
    assert (*seen, entry["OPTIONS"].get("sslmode")) == expected


def test_https_site_hardens_cookies_and_transport() -> None:
    """SITE_URL alone decides: no second switch to forget."""
    code = (
        "from posthog import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS,"
        "'llm.example.com' in s.ALLOWED_HOSTS)"
    )
    assert run_python("-c", code, SITE_URL="https://llm.example.com").stdout.split() == [
        *("True", "True", "True", "31536000", "True"),
    ]


def test_every_scheduled_task_exists_and_is_routed() -> None:
    """Beat sends names: one that no worker knows would be dropped in silence."""
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled <= set(app.tasks)
    assert {app.amqp.router.route({}, name)["queue"].name for name in scheduled} == {"llm_gateway", "usage_reports"}


def test_usage_reports_are_refreshed_every_hour() -> None:
    """Midnight is at another hour in every zone; half hours past it, too."""
    entry = settings.CELERY_BEAT_SCHEDULE["llm-analytics-usage-report"]
    assert entry["schedule"] == crontab(minute="20")
    assert settings.CELERY_TIMEZONE == "UTC"


def test_inbox_is_drained_without_a_doorbell() -> None:
    """A lost doorbell costs seconds: beat rings anyway."""
    entry = settings.CELERY_BEAT_SCHEDULE["drain-the-inbox"]
    assert entry["schedule"] <= timedelta(seconds=10)
