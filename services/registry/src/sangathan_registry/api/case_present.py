"""Shows a case, and what matches its claim, as the caller's field classes allow."""

import msgspec

from sangathan_chassis.sealing import Sealer
from sangathan_registry.api.case_schemas import (
    CaseEvidenceOut,
    CaseOut,
    CaseStatementOut,
    CaseStepOut,
    ClaimOut,
    HolderOut,
    MatchesOut,
    NameMatchOut,
    OfficeMatchOut,
    OtherCaseOut,
    PhoneMatchOut,
)
from sangathan_registry.api.photo_links import photo_link
from sangathan_registry.api.present import CONTACT
from sangathan_registry.api.schemas import EvidenceOut, UnitOut
from sangathan_registry.commands.match_case import Matches
from sangathan_registry.domain.cases import Case, Claim, masked_phone
from sangathan_registry.queries.case_matches import likeness_to
from sangathan_registry.queries.cases import Whole, note_in

_EVIDENCE = ("name", "relation", "birth_year", "phone", "place", "gender", "bits")


class CasePresenter:
    """Shows cases to one caller."""

    def __init__(self, sealer: Sealer, field_classes: frozenset[str]) -> None:
        self._sealer = sealer
        self._contact = CONTACT in field_classes
        self.variant = "c" if self._contact else "o"

    def case(self, case: Case, whole: Whole) -> CaseOut:
        """A case with all that belongs to it."""
        same = ("id", "reference", "unit_id", "happened_on", "worker_id", "opened_by")
        times = ("opened_at", "changed_at", "decided_at", "version")
        return CaseOut(
            **{name: getattr(case, name) for name in (*same, *times)},
            source=case.source,  # type: ignore[arg-type]  # One of the two sources.
            status=case.status.value,
            outcome=case.outcome.value if case.outcome else None,
            claim=self._claim(case.claim) if case.claim else None,
            steps=[CaseStepOut(**{**dict(row), "note": note_in(self._sealer, row)}) for row in whole.steps],
            evidence=[CaseEvidenceOut(**{**dict(row), "sha256": row["sha256"].hex()}) for row in whole.evidence],
            statements=[CaseStatementOut(**dict(row)) for row in whole.statements],
        )

    def _claim(self, claim: Claim) -> ClaimOut:
        phone = claim.phone if self._contact else masked_phone(claim.phone)
        return ClaimOut(name=claim.name, phone=phone, office=claim.office, place=claim.place, what=claim.what)


def matches_out(found: Matches) -> MatchesOut:
    """The matches as evidence."""
    phone = None
    if found.by_phone is not None:
        units = [UnitOut(id=one.unit_id, name_hi=one.name_hi, name_en=one.name_en) for one in found.by_phone]
        phone = PhoneMatchOut(on_record=bool(units), units=units)
    return MatchesOut(
        phone=phone,
        names=[
            NameMatchOut(
                worker_id=one.row["id"],
                unit_id=one.row["unit_id"],
                name_hi=one.row["name_hi"],
                name_en=one.row["name_en"],
                photo=photo_link(found.photos, one.row["id"]),
                evidence=EvidenceOut(**{name: getattr(one.evidence, name) for name in _EVIDENCE}),
            )
            for one in found.alike
        ],
        office=OfficeMatchOut(office=found.office, holders=_holders(found)) if found.office else None,
        other_cases=[msgspec.convert(dict(row), OtherCaseOut) for row in found.same_phone],
    )


def _holders(found: Matches) -> list[HolderOut]:
    claimed = found.case.told.name
    return [
        HolderOut(
            person_id=row["person_id"],
            unit=UnitOut(id=row["unit_id"], name_hi=row["unit_hi"], name_en=row["unit_en"]),
            since=row["valid_from"],
            worker_id=row["worker_id"],
            name_hi=row["name_hi"],
            name_en=row["name_en"],
            photo=photo_link(found.photos, row["worker_id"]),
            likeness=likeness_to(claimed, row),
        )
        for row in found.holders
    ]
