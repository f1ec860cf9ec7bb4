"""The demo gateway's keys: no secrets, behind their proxy on loopback is nothing but the replay server."""

TEAM_BY_KEY: dict[str, str | None] = {
    "sk-demo-alpha": "team-alpha",
    "sk-demo-beta": "team-beta",
    "sk-demo-gamma": "team-gamma",
    "sk-demo-omega": "team-omega",
    "sk-demo-personal": None,
}
"""Team `team-omega` is not mapped to any of ours, `sk-demo-personal` has none: their calls become rejects."""

KEY_BY_TEAM = {team: key for key, team in TEAM_BY_KEY.items()}

UNKNOWN_KEY = "sk-demo-expired"
"""A key that the gateway does not know."""
