"""The web process: secret, hosts, middleware, cookies and the headers that keep a browser safe."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

from posthog.settings.environment import (
    FLAG,
    NAMES,
    parse_setting,
    read_env_file,
    secret,
    setting,
    split_url,
)

BASE_DIR = Path(__file__).resolve().parents[2]
SECRETS_FILE = BASE_DIR / ".local" / "secrets.env"
SECRET_KEY_RULE = secret(50)
ONE_YEAR_S = 31_536_000

CONFIGURED_SECRET_KEY = setting(
    "SECRET_KEY",
    SECRET_KEY_RULE,
    default="",
    about="Signs sessions. Unset: the one `bin/start` made in `.local/secrets.env`; the web needs either.",
) or parse_setting(
    f"SECRET_KEY in {SECRETS_FILE.relative_to(BASE_DIR)}",
    read_env_file(SECRETS_FILE).get("SECRET_KEY", ""),
    SECRET_KEY_RULE,
)
"""'' where none is configured: commands and tests then run on a random one, the web refuses to start."""
SECRET_KEY = CONFIGURED_SECRET_KEY or secrets.token_urlsafe(48)

DEBUG = setting("DEBUG", FLAG, default="0", about="1: tracebacks in the browser. Never in production.")
ALLOWED_HOSTS = setting(
    "ALLOWED_HOSTS",
    NAMES,
    default="localhost,127.0.0.1",
    about="Host names the web answers to; SITE_URL's own is always among them.",
)
SITE_ADDRESS: SplitResult = setting(
    "SITE_URL",
    split_url("http", "https", what="the web's address"),
    default="http://127.0.0.1:8000",
    about="Where people find this site. https:// makes cookies secure, redirects HTTP, sends HSTS.",
)
SITE_URL = SITE_ADDRESS.geturl().rstrip("/")
IS_HTTPS = SITE_ADDRESS.scheme == "https"
ALLOWED_HOSTS = list(dict.fromkeys([*ALLOWED_HOSTS, str(SITE_ADDRESS.hostname)]))
CSRF_TRUSTED_ORIGINS = [f"{SITE_ADDRESS.scheme}://{SITE_ADDRESS.netloc}"]

TRUST_PROXY_HEADERS = setting(
    "TRUST_PROXY_HEADERS",
    FLAG,
    default="0",
    about="1: a reverse proxy in front sets X-Forwarded-Proto and appends to X-Forwarded-For; believe it.",
)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY_HEADERS else None

SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^api/llm_gateway/", r"^(batch|capture|i|e)(/|$)"]
"""A gateway inside the cluster may post over plain HTTP: a redirect would lose its events."""
SECURE_HSTS_SECONDS = ONE_YEAR_S if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = False
"""The UI's scripts read the token from the cookie."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "posthog.apps.PostHogConfig",
    "ee.apps.EnterpriseConfig",
]
MIDDLEWARE = [
    "posthog.api.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "posthog.api.content_security.ContentSecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "posthog.urls"
WSGI_APPLICATION = "posthog.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ]
        },
    }
]

AUTH_USER_MODEL = "posthog.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/project"
APPEND_SLASH = False

STATIC_URL = "/static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
"""Static files are served from the package itself: no collectstatic step to forget."""

UI_FOLDER = BASE_DIR / "frontend" / "dist"
"""What `stack/frontend.py` builds; not there in a checkout that was never started."""
STATICFILES_DIRS = [("ui", UI_FOLDER)] if UI_FOLDER.is_dir() else []
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/ui/assets/.+-[A-Za-z0-9_-]{8}\.\w+$"
"""Their names change with their contents: a browser asks for them once."""

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
