"""Setting and removing a team's own prices; each act leaves an audit entry."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from posthog.decimal_text import format_decimal
from posthog.llm_analytics.audit import record_act
from posthog.models import CustomPrice, Team
from posthog.models.custom_price import RATE_FIELDS

TOKENS_PER_MTOK = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceKey:
    """
    Which calls a price is for; there is one of each.

    Attributes:
        provider: None: every provider.
        valid_from: None: since ever.
    """

    model_pattern: str
    provider: str | None = None
    valid_from: datetime | None = None


def find_team_price(team: Team, key: PriceKey) -> CustomPrice | None:
    """The price of exactly these calls; None: there is none."""
    return CustomPrice.objects.filter(
        team=team, model_pattern=key.model_pattern, provider=key.provider, valid_from=key.valid_from
    ).first()


@transaction.atomic
def set_team_price(team: Team, key: PriceKey, usd_per_mtok: dict[str, Decimal], *, actor: str) -> CustomPrice:
    """
    Let these rates hold instead of those that were set of the same calls; stored calls keep their cost.

    Args:
        usd_per_mtok: Token rate (a key of RATE_FIELDS) → US dollars per million tokens.
    """
    rates = {RATE_FIELDS[name]: None for name in RATE_FIELDS}
    given = {RATE_FIELDS[name]: amount / TOKENS_PER_MTOK for name, amount in usd_per_mtok.items()}
    price, _ = CustomPrice.objects.update_or_create(
        team=team,
        model_pattern=key.model_pattern,
        provider=key.provider,
        valid_from=key.valid_from,
        defaults={**rates, **given},
    )
    record_act(
        "team_price_set",
        actor=actor,
        target=f"price {price.pk}",
        scope=team,
        details={"price": str(price), **{name: format_decimal(amount) for name, amount in usd_per_mtok.items()}},
    )
    return price


@transaction.atomic
def remove_team_price(price: CustomPrice, *, actor: str) -> None:
    """Let it hold no more; stored calls keep their cost."""
    target, details = f"price {price.pk}", {"price": str(price)}
    record_act("team_price_removed", actor=actor, target=target, scope=price.team, details=details)
    price.delete()
