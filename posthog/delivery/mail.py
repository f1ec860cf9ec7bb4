"""Hands a message to the mail server, or says why not."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from posthog.delivery.failure import DeliveryFailed


def send_message(message: EmailMessage) -> None:
    """
    Raises:
        DeliveryFailed: The mail server is not set, or has not taken it.
    """
    if not settings.EMAIL_HOST:
        raise DeliveryFailed("EMAIL_HOST is not set: there is no mail server to send by")
    try:
        message.send()
    except smtplib.SMTPException as error:
        raise DeliveryFailed(f"The mail server refused: {_say(error)}") from error
    except OSError as error:
        raise DeliveryFailed(f"The mail server does not answer: {type(error).__name__}") from error


def _say(error: smtplib.SMTPException) -> str:
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__}{'' if code is None else f' {code}'}"
