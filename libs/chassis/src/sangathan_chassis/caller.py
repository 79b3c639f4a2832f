"""Who is asking, as the gateway vouched for it."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.assertion import Claims
from sangathan_chassis.scope import Scope


@dataclass(frozen=True, slots=True)
class Viewing:
    """The appointment that a caller looks through, whose it is, and the office that allows the caller to."""

    appointment_id: UUID
    person_id: UUID
    office: str


@dataclass(frozen=True, slots=True)
class Caller:
    """The person, the appointment they act under, and what it gives for this one action."""

    person_id: UUID | None
    session_id: UUID | None
    appointment_id: UUID | None
    office: str
    unit_id: UUID | None
    action: str
    scope: Scope
    field_classes: frozenset[str]
    request_id: str
    tree_version: int
    assurance: str
    viewing: Viewing | None = None
    """Set when the caller looks through another's eyes: office, range and field classes are then what those see."""

    @classmethod
    def from_claims(cls, claims: Claims) -> "Caller":
        """Reads the assertion's claims; empty strings mean absent."""
        person = _uuid(claims.sub)
        return cls(
            person_id=person,
            session_id=_uuid(claims.sid),
            appointment_id=_uuid(claims.apt),
            office=claims.off,
            unit_id=_uuid(claims.unit),
            action=claims.act,
            scope=Scope(claims.lo, claims.hi, person),
            field_classes=frozenset(claims.fc),
            request_id=claims.rid,
            tree_version=claims.tv,
            assurance=claims.acr,
            viewing=Viewing(UUID(claims.va), UUID(claims.vp), claims.vo) if claims.va else None,
        )

    @property
    def person(self) -> UUID:
        """The person's id; raises ValueError on a public route, where nobody is vouched for."""
        if self.person_id is None:
            msg = "a public request has no person"
            raise ValueError(msg)
        return self.person_id

    @property
    def eyes(self) -> UUID:
        """The person whose own rows are meant: the one looked through, else the caller."""
        return self.viewing.person_id if self.viewing else self.person

    @property
    def own_office(self) -> str:
        """The office that the caller answers for, on the audit trail."""
        return self.viewing.office if self.viewing else self.office


def _uuid(text: str) -> UUID | None:
    return UUID(text) if text else None
