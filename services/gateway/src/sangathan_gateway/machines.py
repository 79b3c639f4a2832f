"""Other systems as callers: a token that stands for one grant of one system, and for no person.

A grant is an appointment lent to a system, so that scope, dates and revocation are those of any appointment. What
differs is here: the token names its one grant, its scope may hold less than was granted, and what belongs to a person
is not for it.
"""

from collections.abc import Sequence
from typing import Final

from sangathan_contracts.offices import Catalogue
from sangathan_gateway.problems import FORBIDDEN, Refused
from sangathan_gateway.tokens import Verified
from sangathan_hierarchy.memory import Appointment

_INSUFFICIENT: Final = b'www-authenticate: Bearer realm="sangathan", error="insufficient_scope", scope="%b"\r\n'


def refuse_own_things(verified: Verified) -> None:
    """Raises Refused where a thing belongs to a person: a system has no inbox, no sessions, and listens to nobody."""
    if verified.grant:
        raise Refused(FORBIDDEN, "This belongs to a person; the token is another system's.")


def held_under(verified: Verified, active: Sequence[Appointment]) -> Sequence[Appointment]:
    """Of what a caller holds, that which the token may stand for: a system's is good for its one grant."""
    if not verified.grant:
        return [held for held in active if not held.granted]
    return [held for held in active if held.granted and held.appointment_id == verified.grant]


def check_scope(verified: Verified, action: str) -> None:
    """Raises Refused (RFC 6750, section 3.1) for what a system has not asked for when it took the token."""
    if verified.grant and action not in verified.scope:
        detail = f"The token's scope lacks {action}: ask for it when you take the token, if it was granted."
        raise Refused(FORBIDDEN, detail, _INSUFFICIENT % action.encode())


def lendable(catalogue: Catalogue, appointment: Appointment) -> frozenset[str]:
    """What may be lent of the appointment's office at present, to a system or to a person."""
    office = catalogue.office(appointment.office)
    return catalogue.may_grant(office) if appointment.granted else catalogue.may_delegate(office)


def fields_shown(catalogue: Catalogue, appointment: Appointment, action: str) -> frozenset[str]:
    """The field classes that the holder sees in this action; a system sees few, whatever the office does."""
    shown = catalogue.fields_shown(catalogue.office(appointment.office), action)
    return shown & catalogue.granted_field_classes if appointment.granted else shown
