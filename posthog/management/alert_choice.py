"""What commands of alerts are about, from their arguments."""

from uuid import UUID

from django.core.management.base import CommandError

from posthog.models import AccountingAlert, AlertDestination


def find_alert(text: str) -> AccountingAlert:
    """
    Raises:
        CommandError: There is none of this id.
    """
    try:
        found = AccountingAlert.objects.filter(id=UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"--alert: there is no alert {text!r}")
    return found


def find_alert_destination(name: str) -> AlertDestination:
    """The destination of this name, in whichever organization, or of this id where a name is not enough."""
    every = AlertDestination.objects.select_related("organization")
    found = list(every.filter(name=name)) or [each for each in every if str(each.id) == name]
    if not found:
        raise CommandError(f"--destination: there is none named {name!r}")
    if len(found) > 1:
        ids = ", ".join(str(each.id) for each in found)
        raise CommandError(f"--destination: several are named {name!r}; give an id instead: {ids}")
    return found[0]
