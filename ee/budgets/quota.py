"""
What a gateway that polls is told: may calls of a team, with a key, be made?

What was used of all budgets of a team is kept in the cache for LLM_GATEWAY_QUOTA_MAX_AGE_S, but not past the end of a
period: however many keys and gateways ask, the store is read once. The decision itself is made for each question.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache

from ee.budgets.completeness import list_missing
from ee.budgets.decision import BudgetUse, find_tightest, list_applicable
from ee.budgets.team_budgets import list_budgets
from ee.budgets.usage import read_uses
from posthog.models import Team

CACHE_KEY = "llm_gateway_quota:1:{team_id}"
"""The number is that of the shape of `TeamUse`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamUse:
    """
    What was used of every budget of a team that is switched on.

    Attributes:
        as_of: When it was read, aware UTC.
        valid_until: When it must be read again.
        is_settled: Nothing that is known of waits, is missing or was rejected since the first of the periods began.
    """

    uses: tuple[BudgetUse, ...]
    as_of: datetime
    valid_until: datetime
    is_settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """
    The answer to one question; see `decision.py`.

    Attributes:
        uses: Of the budgets that apply, in the order in which they were made.
        tightest: The one that decides; None: none applies, and everything is allowed.
        is_complete: Every call that is known of is counted, with its usage and price.
    """

    uses: tuple[BudgetUse, ...]
    tightest: BudgetUse | None
    as_of: datetime
    valid_until: datetime
    is_complete: bool

    @property
    def is_allowed(self) -> bool:
        return self.tightest is None or self.tightest.is_allowed


def find_quota(team: Team, *, api_key_alias: str | None, now: datetime) -> Quota:
    """
    Decide, from the cache where that is fresh.

    Args:
        api_key_alias: None: only the team's own budgets apply.
        now: Aware UTC.
    Raises:
        ClickHouseError, RedisError, django.db.Error: A store is away.
    """
    key = CACHE_KEY.format(team_id=team.id)
    kept = cache.get(key)
    if isinstance(kept, TeamUse) and now < kept.valid_until:
        return decide(kept, api_key_alias)
    fresh = read_team_use(team, now=now)
    cache.set(key, fresh, timeout=settings.LLM_GATEWAY_QUOTA_MAX_AGE_S)
    return decide(fresh, api_key_alias)


def read_team_use(team: Team, *, now: datetime) -> TeamUse:
    """Read what was used of the team's budgets."""
    budgets = list_budgets(team).filter(is_enabled=True)
    uses = read_uses(list(budgets), now=now, timeout_s=settings.LLM_GATEWAY_QUOTA_TIMEOUT_S)
    until = now + timedelta(seconds=settings.LLM_GATEWAY_QUOTA_MAX_AGE_S)
    return TeamUse(
        uses=tuple(uses),
        as_of=now,
        valid_until=min([until, *(use.period.end for use in uses)]),
        is_settled=not list_missing(team, uses, now=now),
    )


def decide(known: TeamUse, api_key_alias: str | None) -> Quota:
    """Pure: pick the budgets that apply, and the one that decides."""
    uses = list_applicable(known.uses, api_key_alias)
    return Quota(
        uses=tuple(uses),
        tightest=find_tightest(uses),
        as_of=known.as_of,
        valid_until=known.valid_until,
        is_complete=known.is_settled and not any(use.is_lower_bound for use in uses),
    )
