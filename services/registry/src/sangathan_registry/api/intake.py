"""From what was sent to what the commands take: checked particulars and consent, or all faults at once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from sangathan_chassis.refusal import MALFORMED_INPUT, Pointer, Refusal
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.paper_codes import read_paper
from sangathan_registry.api.phones import read_phone
from sangathan_registry.api.schemas import RecordIn, WorkerIn
from sangathan_registry.domain.consent import Consent, examine_consent
from sangathan_registry.domain.drive import Evidence
from sangathan_registry.domain.notices import Notices
from sangathan_registry.domain.paper import MisreadError
from sangathan_registry.domain.particulars import CLOCK_SKEW, Particulars, examine, fault, is_timely
from sangathan_registry.domain.sync import SentCapture, SentRecord

NO_SHIFT = timedelta()
_RECORD = Body(RecordIn)
_MISREAD = Pointer("/serial", "this was misread: scan the code again, or key P and the ten digits beside it")
_encode = msgspec.json.Encoder().encode


def examine_worker(
    sent: WorkerIn, notices: Notices, *, now: datetime, taken_by: UUID
) -> tuple[Particulars, Consent, list[Pointer]]:
    """The particulars and consent of one worker, with whatever is wrong."""
    faults: list[Pointer] = []
    particulars = examine(sent, at=now, read_phone=read_phone, faults=faults)
    consent = examine_consent(sent.consent, now=now, taken_by=taken_by, faults=faults)
    if not faults and not notices.in_force(consent.notice_version, consent.language, consent.given_at):
        faults.append(fault("consent/notice_version"))
    return particulars, consent, faults


def read_record(
    raw: bytes, notices: Notices, *, now: datetime, taken_by: UUID, shift: timedelta = NO_SHIFT
) -> SentRecord:
    """One record of a batch; never raises, whatever was sent. ``shift`` sets the device's clock right."""
    try:
        sent = _RECORD.attempt(raw)
    except Refusal as refusal:
        errors = [Pointer("", refusal.detail)] if refusal.type is MALFORMED_INPUT else list(refusal.errors)
        return SentRecord(raw, errors=errors, raw=raw)
    if isinstance(sent, list):
        return SentRecord(raw, id=_readable(raw, "id"), unit_id=_readable(raw, "unit_id"), errors=sent, raw=raw)
    faults: list[Pointer] = []
    if sent.id.version != 7:
        faults.append(fault("id"))
    captured_at, given_at = _shifted(sent.captured_at, shift), _shifted(sent.consent.given_at, shift)
    if not is_timely(captured_at, now):
        faults.append(fault("captured_at"))
    particulars = examine(sent, at=captured_at, read_phone=read_phone, faults=faults)
    consent = examine_consent(
        msgspec.structs.replace(sent.consent, given_at=given_at), now=now, taken_by=taken_by, faults=faults
    )
    capture = _capture(sent, faults)
    # The canonical form: the same record with other blanks or another order of fields is the same body.
    body = _encode(sent)
    return SentRecord(
        body,
        sent.id,
        sent.unit_id,
        captured_at,
        particulars,
        consent,
        faults,
        capture=capture,
        raw=raw,
        notice_known=bool(faults) or notices.in_force(consent.notice_version, consent.language, given_at),
    )


def shift_of(sent_at: datetime | None, now: datetime) -> timedelta:
    """How wrong the device's clock is; what a slow network explains is none of the clock's doing."""
    if sent_at is None or abs(now - sent_at) <= CLOCK_SKEW:
        return NO_SHIFT
    return now - sent_at


def _shifted(moment: datetime, shift: timedelta) -> datetime:
    try:
        return moment + shift
    except OverflowError:
        return moment


def _capture(sent: RecordIn, faults: list[Pointer]) -> SentCapture:
    content = {name: value for name in ("answers", "evidence") if (value := getattr(sent, name)) is not None}
    place = Evidence(*msgspec.structs.astuple(sent.evidence)) if sent.evidence else None
    serial, paper = None, None
    if sent.serial:
        try:
            serial, paper = read_paper(sent.serial)
        except MisreadError:
            faults.append(_MISREAD)
    encoded = _encode(content) if content else None
    return SentCapture(sent.form_version_id, encoded, sent.answers, serial, place, paper)


def _readable(raw: bytes, field: str) -> UUID | None:
    try:
        value: Any = msgspec.json.decode(raw)
        return UUID(value[field])
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError, TypeError, KeyError, AttributeError):
        return None
