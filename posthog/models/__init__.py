"""The Postgres models, one a file. `ai_events` is not among them: it is ClickHouse DDL."""

from posthog.models.accounting_alert import AccountingAlert
from posthog.models.accounting_alert_change import AccountingAlertChange
from posthog.models.accounting_check import AccountingCheck
from posthog.models.alert_delivery import AlertDelivery
from posthog.models.alert_destination import AlertDestination
from posthog.models.audit_entry import AuditEntry
from posthog.models.backfilled_call import BackfilledCall
from posthog.models.changed_report_hour import ChangedReportHour
from posthog.models.changed_usage_hour import ChangedUsageHour
from posthog.models.client_report_hour import ClientReportHour
from posthog.models.custom_price import CustomPrice
from posthog.models.gateway import Gateway
from posthog.models.gateway_arrival_hour import GatewayArrivalHour
from posthog.models.gateway_credential import GatewayCredential
from posthog.models.gateway_inbox_body import GatewayInboxBody, InboxSource
from posthog.models.gateway_team import GatewayTeam
from posthog.models.organization import Organization
from posthog.models.organization_membership import OrganizationMembership
from posthog.models.organization_usage_report import OrganizationUsageReport
from posthog.models.personal_api_key import PersonalAPIKey
from posthog.models.rejected_event import RejectedEvent
from posthog.models.shipper_receipt import ShipperReceipt
from posthog.models.sign_in_link import SignInLink
from posthog.models.team import Team
from posthog.models.usage_report import UsageReport
from posthog.models.user import User

__all__ = [
    "AccountingAlert",
    "AccountingAlertChange",
    "AccountingCheck",
    "AlertDelivery",
    "AlertDestination",
    "AuditEntry",
    "BackfilledCall",
    "ChangedReportHour",
    "ChangedUsageHour",
    "ClientReportHour",
    "CustomPrice",
    "Gateway",
    "GatewayArrivalHour",
    "GatewayCredential",
    "GatewayInboxBody",
    "GatewayTeam",
    "InboxSource",
    "Organization",
    "OrganizationMembership",
    "OrganizationUsageReport",
    "PersonalAPIKey",
    "RejectedEvent",
    "ShipperReceipt",
    "SignInLink",
    "Team",
    "UsageReport",
    "User",
]
