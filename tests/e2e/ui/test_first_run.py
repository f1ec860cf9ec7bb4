"""The first visitor of an instance without users makes one, on a stack of its own, in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.started_stack import StartedStack, started_stack
from tests.e2e.ui.looking import look_at, require_clean, require_screenshots

EMAIL, PASSWORD = "ada@example.com", "a long enough one"
EMPTY = (
    "from posthog.models import Organization, User; User.objects.all().delete(); Organization.objects.all().delete()"
)


@pytest.fixture(scope="module")
def empty_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartedStack]:
    """Without the user that `bin/start` makes, as after `migrate` on real servers."""
    with started_stack(tmp_path_factory.mktemp("first_run") / "stack") as stack:
        stack.manage("shell", "-c", EMPTY)
        yield stack


@pytest.fixture(scope="module")
def seen(empty_stack: StartedStack) -> Any:
    return look_at(empty_stack, "first_run", user=None, email=EMAIL, password=PASSWORD)


def test_first_user_comes_to_connecting_a_gateway(seen: Any, empty_stack: StartedStack) -> None:
    """Signed in, in the team that was made with them."""
    (team,) = empty_stack.query_postgres("SELECT id, name FROM posthog_team")
    made = seen["made"]
    assert made == {"path": f"/project/{team['id']}/settings/gateways", "who": EMAIL, "team": "Search"}


def test_weak_password_is_named_at_its_field(seen: Any) -> None:
    """It has the focus, and what else was typed stays."""
    refused = seen["refused"]
    assert "too common" in refused["fault"]
    assert (refused["focused"], refused["kept"]) == ("password", "Acme")


def test_page_is_closed_once_there_is_a_user(seen: Any) -> None:
    """It leads to signing in, which no longer offers it."""
    assert seen["again"] == {"offers": 0, "closed": "/login"}


def test_nothing_is_refused_and_axe_finds_no_serious_violation(seen: Any) -> None:
    """Both pages in both themes; the narrow screen is not exceeded."""
    require_clean(seen)


@pytest.mark.usefixtures("seen")
@pytest.mark.parametrize("name", ["first-run", "sign-in", "sign-in-first-run"])
def test_screenshots_are_written(name: str) -> None:
    """For people to look at."""
    require_screenshots(name)
