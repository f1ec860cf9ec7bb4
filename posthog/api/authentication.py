"""
Signing in and out: by e-mail address and password, or by a one-time link.

A link's page only shows a button; pressing it (POST) uses the link up. What fetches links ahead of people
(mail scanners, chat previews) therefore burns none.
"""

import structlog
from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from redis import RedisError

from posthog.api.client_address import get_client_address
from posthog.api.sign_in_limit import SignInLimit
from posthog.llm_analytics.first_user import has_users
from posthog.models import SignInLink, User

log = structlog.get_logger(__name__)

BACKEND = f"{ModelBackend.__module__}.{ModelBackend.__qualname__}"
WRONG = "This e-mail address and password do not belong together."
TOO_MANY = "Too many attempts. Wait 15 minutes, or ask for a sign-in link."
UNAVAILABLE = "Signing in with a password is not possible right now. Try again in a minute."


class PasswordForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form; on POST sign in and go where the visitor wanted to."""
    if request.user.is_authenticated:
        return redirect(_next_path(request))
    form = PasswordForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _render_form(request, form, status=200)
    try:
        return _check_password(request, form)
    except RedisError:
        log.exception("sign_in_limit_unavailable")
        return _refuse(request, form, UNAVAILABLE, status=503)


def _check_password(request: HttpRequest, form: PasswordForm) -> HttpResponse:
    email, password = form.cleaned_data["email"], form.cleaned_data["password"]
    limit = SignInLimit(email=email, address=get_client_address(request))
    if limit.is_reached():
        log.warning("sign_in_limit_reached")
        return _refuse(request, form, TOO_MANY, status=429)
    user = authenticate(request, username=email, password=password)
    if user is None:
        limit.count_failure()
        return _refuse(request, form, WRONG, status=403)
    limit.forget()
    login(request, user)
    log.info("signed_in", user_id=user.pk, way="password")
    return redirect(_next_path(request))


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET: ask for a press of the button. POST: use the link up and sign in."""
    now = timezone.now()
    if request.method == "GET":
        link = SignInLink.objects.find_open(token, now=now)
        return _render_link(request, link.user if link else None)
    user = SignInLink.objects.consume(token, now=now)
    if user is None:
        return _render_link(request, None)
    login(request, user, backend=BACKEND)
    log.info("signed_in", user_id=user.pk, way="link")
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect(settings.LOGIN_URL)


def _next_path(request: HttpRequest) -> str:
    """Where the visitor was going; only ever on this site."""
    path = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        path, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return path if is_ours else settings.LOGIN_REDIRECT_URL


def _refuse(request: HttpRequest, form: PasswordForm, reason: str, *, status: int) -> HttpResponse:
    form.add_error(None, reason)
    return _render_form(request, form, status=status)


def _render_form(request: HttpRequest, form: PasswordForm, *, status: int) -> HttpResponse:
    context = {"form": form, "next": _next_path(request), "is_first_run": not has_users()}
    return render(request, "posthog/sign_in.html", context, status=status)


def _render_link(request: HttpRequest, user: User | None) -> HttpResponse:
    status = 200 if user else 410
    return render(request, "posthog/sign_in_by_link.html", {"link_user": user}, status=status)
