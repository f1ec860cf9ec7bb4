"""What commands of deliveries are about, from their arguments."""

from datetime import date

from django.core.management.base import CommandError, CommandParser

from ee.delivery.outbox import Selection
from ee.models import DeliveryDestination
from posthog.management.commands.create_team import find_organization


def add_selection_arguments(parser: CommandParser) -> None:
    parser.add_argument("--day", default="", metavar="YYYY-MM-DD", help="only this day, of the organization's zone")
    parser.add_argument("--organization", default="", metavar="NAME", help="only this one's; default: all")
    parser.add_argument("--destination", default="", metavar="NAME", help="only this one (its name or id)")


def parse_selection(options: dict[str, str]) -> Selection:
    """
    Raises:
        CommandError: A day that is none, or nothing of that name.
    """
    organization = find_organization(options["organization"]) if options["organization"] else None
    destination = find_destination(options["destination"]) if options["destination"] else None
    return Selection(
        day=parse_day("--day", options["day"]) if options["day"] else None,
        organization_id=organization.id if organization else None,
        destination_id=destination.id if destination else None,
    )


def find_destination(name: str) -> DeliveryDestination:
    """Find the destination of this name, in whichever organization, or by its id where a name is not enough."""
    every = DeliveryDestination.objects.select_related("organization")
    found = list(every.filter(name=name)) or [each for each in every if str(each.id) == name]
    if not found:
        raise CommandError(f"--destination: there is none named {name!r}")
    if len(found) > 1:
        ids = ", ".join(str(each.id) for each in found)
        raise CommandError(f"--destination: several are named {name!r}; give an id instead: {ids}")
    return found[0]


def parse_day(argument: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{argument}: expected YYYY-MM-DD, got {text!r}") from None
