"""The Postgres models, one a file. `ai_events` is not among them: it is ClickHouse DDL."""

from posthog.models.audit_entry import AuditEntry
from posthog.models.backfilled_call import BackfilledCall
from posthog.models.custom_price import CustomPrice
from posthog.models.gateway import Gateway
from posthog.models.gateway_credential import GatewayCredential
from posthog.models.gateway_inbox_body import GatewayInboxBody
from posthog.models.gateway_team import GatewayTeam
from posthog.models.organization import Organization
from posthog.models.organization_membership import OrganizationMembership
from posthog.models.rejected_event import RejectedEvent
from posthog.models.shipper_receipt import ShipperReceipt
from posthog.models.sign_in_link import SignInLink
from posthog.models.team import Team
from posthog.models.usage_report import UsageReport
from posthog.models.user import User

__all__ = [
    "AuditEntry",
    "BackfilledCall",
    "CustomPrice",
    "Gateway",
    "GatewayCredential",
    "GatewayInboxBody",
    "GatewayTeam",
    "Organization",
    "OrganizationMembership",
    "RejectedEvent",
    "ShipperReceipt",
    "SignInLink",
    "Team",
    "UsageReport",
    "User",
]
