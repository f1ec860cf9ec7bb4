"""Custom authentication of the demo's LiteLLM proxy: known keys with their teams, without a database."""

from litellm.proxy._types import ProxyException, UserAPIKeyAuth

from demo.gateway.team_keys import TEAM_BY_KEY


async def authenticate(request: object, api_key: str) -> UserAPIKeyAuth:
    """Name the team, user and alias behind a key; LiteLLM awaits this for every request."""
    name = api_key.removeprefix("Bearer ")
    if name not in TEAM_BY_KEY:
        raise ProxyException(message="unknown key", type="auth_error", param="api_key", code=401)
    team = TEAM_BY_KEY[name]
    return UserAPIKeyAuth(
        api_key=name,
        key_alias=name.removeprefix("sk-"),
        team_id=team,
        team_alias=team and team.replace("-", " ").title(),
        user_id=f"user-{name.rpartition('-')[2]}",
    )
