"""One line of a gateway's mapping: the team as the gateway names it → our team."""

from django.db import models

from posthog.models.gateway import Gateway
from posthog.models.team import Team


class GatewayTeam(models.Model):
    gateway = models.ForeignKey(Gateway, on_delete=models.CASCADE, related_name="gateway_teams")
    gateway_team_id = models.CharField(
        max_length=200, blank=True, help_text="As the gateway sends it; '' takes calls that carry none."
    )
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="gateway_teams")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "gateway_team_id"], name="gateway_team_mapped_once")]

    def __str__(self) -> str:
        return f"{self.gateway_team_id or '(no team)'} → {self.team_id}"
