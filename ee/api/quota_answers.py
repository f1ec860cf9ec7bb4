"""
The quota as a gateway reads it: JSON, and what caches and clients may do with it.

Amounts are decimal text, of tokens as of dollars. The ETag is a weak one: it stays as long as the decision and its
figures do, while `as_of` and `retry_after` go on.
"""

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.http import parse_etags

from ee.budgets.decision import BudgetUse
from ee.budgets.quota import Quota
from posthog.api.rest.fields import AmountField

UNKNOWN_MAX_AGE_S = 2
ETAG_CHARACTERS = 32

write_amount = AmountField().to_representation


def answer_quota(request: HttpRequest, quota: Quota, *, now: datetime) -> HttpResponse:
    """200, or 304 where the client has this decision already."""
    body = build_body(quota, now=now)
    etag = make_etag(body)
    is_known = not {etag, "*"}.isdisjoint(parse_etags(request.headers.get("If-None-Match", "")))
    answer: HttpResponse = HttpResponseNotModified() if is_known else JsonResponse(body)
    answer.headers["ETag"] = etag
    if body["retry_after"] is not None:
        answer.headers["Retry-After"] = str(body["retry_after"])
    return _let_keep(answer, _count_seconds(now, quota.valid_until))


def answer_unknown(*, now: datetime) -> HttpResponse:
    """A store is away: nobody is kept from calling because of that."""
    body: dict[str, Any] = {
        "is_known": False,
        "allowed": True,
        **dict.fromkeys(("unit", "limit", "used", "remaining", "resets_at", "retry_after")),
        "is_lower_bound": False,
        "budgets": [],
        "as_of": now.isoformat(),
        "is_complete": False,
    }
    return _let_keep(JsonResponse(body), UNKNOWN_MAX_AGE_S)


def build_body(quota: Quota, *, now: datetime) -> dict[str, Any]:
    """The answer's JSON; the figures at its top are those of the budget that decides."""
    tightest = quota.tightest
    retry_after = None if tightest is None or quota.is_allowed else _count_seconds(now, tightest.period.end)
    return {
        "is_known": True,
        "allowed": quota.is_allowed,
        "unit": tightest and tightest.unit,
        "limit": tightest and write_amount(tightest.limit),
        "used": tightest and write_amount(tightest.used),
        "remaining": tightest and write_amount(tightest.remaining),
        "resets_at": tightest and tightest.period.end.isoformat(),
        "retry_after": retry_after,
        "is_lower_bound": tightest is not None and tightest.is_lower_bound,
        "budgets": [_tell_budget(use) for use in quota.uses],
        "as_of": quota.as_of.isoformat(),
        "is_complete": quota.is_complete,
    }


def make_etag(body: Mapping[str, Any]) -> str:
    """Of everything but the clock's part."""
    lasting = {name: value for name, value in body.items() if name not in ("as_of", "retry_after")}
    digest = hashlib.sha256(orjson.dumps(lasting, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return f'W/"{digest[:ETAG_CHARACTERS]}"'


def _tell_budget(use: BudgetUse) -> dict[str, Any]:
    return {
        "id": str(use.budget_id),
        "api_key_alias": use.api_key_alias,
        "period": use.period.kind,
        "period_start": use.period.start.isoformat(),
        "resets_at": use.period.end.isoformat(),
        "unit": use.unit,
        "limit": write_amount(use.limit),
        "used": write_amount(use.used),
        "remaining": write_amount(use.remaining),
        "allowed": use.is_allowed,
        "is_lower_bound": use.is_lower_bound,
        "unpriced_calls": use.unpriced_calls,
        "unmeasured_calls": use.unmeasured_calls,
    }


def _let_keep(answer: HttpResponse, seconds: int) -> HttpResponse:
    answer.headers["Cache-Control"] = f"private, max-age={seconds}"
    answer.headers["Vary"] = "Authorization"
    return answer


def _count_seconds(start: datetime, end: datetime) -> int:
    """Whole ones, rounded up: who comes again after so many is not too early."""
    return max(math.ceil((end - start).total_seconds()), 0)
