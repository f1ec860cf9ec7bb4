"""
AiEvent: the one currency. A gateway payload and an SDK's capture both become this before anything is counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AiEvent:
    """
    One `$ai_*` event of one team, as an SDK would have sent it.

    Attributes:
        uuid: Derived from what identifies the event; the same event always has the same uuid.
        event: `$ai_generation`, `$ai_embedding`, `$ai_span`, `$ai_trace`, ...
        timestamp: When the call started; aware UTC.
        team_id: Whose event it is.
        distinct_id: Who caused it; '' where nobody is named.
        properties: `$ai_*` properties; `$ai_usage` is the raw usage object, verbatim.
    """

    uuid: UUID
    event: str
    timestamp: datetime
    team_id: int
    distinct_id: str
    properties: Mapping[str, Any]
