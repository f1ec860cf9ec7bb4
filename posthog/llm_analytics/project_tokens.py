"""Whose project token it is. It names the team and is no secret: web pages carry it, and it opens nothing to read."""

from posthog.errors import ProjectTokenUnknown
from posthog.models import Team

LONGEST_TOKEN = 200


def find_team_of_token(token: str) -> Team:
    """
    Find the team of a request.

    Args:
        token: '' where the request names none.
    Raises:
        ProjectTokenUnknown: No token, or no team has it (401).
    """
    if not token:
        raise ProjectTokenUnknown("project_token_missing", "api_key: expected a project token, got nothing")
    # A NUL is no text for Postgres. The index finds the token by its bytes: there is nothing secret to time.
    is_plausible = len(token) <= LONGEST_TOKEN and "\x00" not in token
    team = Team.objects.filter(api_token=token).first() if is_plausible else None
    if team is None:
        raise ProjectTokenUnknown("project_token_unknown", "api_key: no project has this token")
    return team
