"""From a claim as it was sent to one that a case can keep, with all that is wrong with it."""

from datetime import date, datetime

from sangathan_chassis.refusal import Pointer
from sangathan_chassis.sealing import Sealer
from sangathan_registry.api.case_schemas import ClaimIn
from sangathan_registry.api.phones import read_phone
from sangathan_registry.domain.cases import Claim, clean_text, require_something_claimed
from sangathan_registry.domain.particulars import fault, is_timely
from sangathan_registry.queries.phones import index_of


def read_claim(
    sealer: Sealer, sent: ClaimIn, what: str, when: tuple[date | None, datetime]
) -> tuple[Claim, bytes | None, list[Pointer]]:
    """The claim, the blind index of its number, and the faults.

    A number that does not read as an Indian mobile is kept as it was given: people report what they saw.
    """
    faults: list[Pointer] = []
    number = read_phone(sent.phone) if sent.phone is not None else None
    claim = Claim(
        name=clean_text(sent.name, "claim/name", faults),
        phone=number or clean_text(sent.phone, "claim/phone", faults),
        office=clean_text(sent.office, "claim/office", faults),
        place=clean_text(sent.place, "claim/place", faults),
        what=clean_text(what, "what", faults, lines=True) or "",
    )
    require_something_claimed(claim, faults)
    happened_on, now = when
    if happened_on is not None and not is_timely(datetime(*happened_on.timetuple()[:3], tzinfo=now.tzinfo), now):
        faults.append(fault("happened_on"))
    return claim, index_of(sealer, number) if number else None, faults
