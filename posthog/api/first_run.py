"""
`/setup`: makes the first user of an instance that has none, signs them in and leads them to connecting a gateway.

Whoever comes first owns the instance, as in PostHog itself: open it before others can reach it, or let
`bin/manage setup_instance` make the first user, as `bin/start` does. With a user there is no such page.
"""

from typing import Any

import structlog
from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from posthog.api.authentication import BACKEND
from posthog.llm_analytics.first_user import FirstUser, FirstUserExists, create_first_user, has_users
from posthog.models import Organization, Team, User

log = structlog.get_logger(__name__)

LONGEST_NAME = 200


class FirstUserForm(forms.Form):
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 8 characters, none of the common ones.",
    )
    organization = forms.CharField(max_length=LONGEST_NAME, help_text="Who the teams belong to.")
    team = forms.CharField(
        label="First team", max_length=LONGEST_NAME, help_text="Whose calls are counted together; more can follow."
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        if Organization.objects.exists():  # somebody made them by command: they get an owner
            del self.fields["organization"], self.fields["team"]
        self._focus()

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        try:
            validate_password(password, User(email=self.cleaned_data.get("email", "")))
        except ValidationError as fault:
            raise forms.ValidationError(list(fault.messages)) from fault
        return password

    def _focus(self) -> None:
        """The first field that is wrong, else the first."""
        name = next(iter(self.errors), next(iter(self.fields)))
        self.fields[name].widget.attrs["autofocus"] = True


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """Show the form; on POST make the user and go to where the first gateway is connected."""
    if has_users():
        return redirect(settings.LOGIN_URL)
    form = FirstUserForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return render(request, "posthog/first_run.html", {"form": form})
    try:
        user = create_first_user(FirstUser(**{"organization": "", "team": "", **form.cleaned_data}))
    except FirstUserExists:
        return redirect(settings.LOGIN_URL)
    login(request, user, backend=BACKEND)
    log.info("first_user_created", user_id=user.pk)
    return redirect(_find_start(user))


def _find_start(user: User) -> str:
    team = Team.objects.filter(organization__memberships__user=user).order_by("id").first()
    return reverse("ui") if team is None else reverse("ui_screen", args=[f"{team.id}/settings/gateways"])
