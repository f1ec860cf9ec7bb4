"""An HTTP request that a receiver must answer with 2xx, or the delivery has failed."""

from posthog.delivery.failure import DeliveryFailed
from posthog.outbound_http import OutboundAnswer, OutboundFailed, OutboundRefused, OutboundRequest, send_outbound


def require_success(request: OutboundRequest) -> None:
    """
    Raises:
        DeliveryFailed: It was not sent, not answered, or answered with another status. What the answer said is not
            repeated: it is the receiver's, and would be shown to others.
    """
    try:
        answer = send_outbound(request)
    except (OutboundRefused, OutboundFailed) as error:
        raise DeliveryFailed(str(error)) from error
    if not answer.is_success:
        hint = "; redirects are not followed" if 300 <= answer.status < 400 else ""
        raise DeliveryFailed(f"The receiver answered {answer.status}{hint}", retry_after_s=_find_retry_after(answer))


def _find_retry_after(answer: OutboundAnswer) -> float | None:
    """Seconds; the header's other form, a date, is not used by the receivers known."""
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
