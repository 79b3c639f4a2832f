"""What may stand in a worker's record, checked field by field, with a sentence for whoever has to mend it.

The checks run once per record of a sync batch, 5,000 a second, and are written for that: one regular expression per
text, no objects for what is right. A sentence says what would be accepted and never repeats what was sent.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from sangathan_chassis.refusal import Pointer
from sangathan_registry.domain.addresses import LONGEST_ADDRESS, read_address, read_epic, read_pin
from sangathan_registry.domain.age import BANDS, OLDEST_YEAR, wrong_about_age

PhoneReader = Callable[[str], str | None]
"""Gives the E.164 form of a mobile number, or None when it is not one."""

CLOCK_SKEW: Final = timedelta(minutes=10)

_MARKS = " .'\u2019()-"
# Devanagari without its digits and dandas, which stand in no name.
_HINDI: Final = re.compile(f"[\u0900-\u0963\u0970-\u097f\u200c\u200d{_MARKS}]{{1,120}}")
_LATIN: Final = re.compile(f"[A-Za-z\u00c0-\u024f{_MARKS}]{{1,120}}")
_EITHER: Final = re.compile(f"[A-Za-z\u00c0-\u024f\u0900-\u0963\u0970-\u097f\u200c\u200d{_MARKS}]{{1,120}}")
_LETTER: Final = re.compile("[A-Za-z\u00c0-\u024f\u0904-\u0939\u0958-\u0961]")

ACCEPTED: Final = {
    "": "one JSON object with the fields that the API describes",
    "id": "a UUID of version 7 (RFC 9562), made on the device",
    "unit_id": "the id of an open unit inside your scope",
    "name_hi": "a name of at most 120 characters in Devanagari, without digits; or null when there is name_en",
    "name_en": "a name of at most 120 characters in Latin letters, without digits; or null when there is name_hi",
    "relation_type": "father, husband or mother, together with relation_name; or null",
    "relation_name": "a name of at most 120 characters, together with relation_type; or null",
    "gender": "female, male or other; or null",
    "birth_year": "a year of four digits, that of birth_date if both are given; who is not certainly 18 on 1 January"
    " of this year is not recorded; or null with birth_date or age_band",
    "birth_date": "the day of birth (RFC 3339), from 1900 on; who is not 18 yet is not recorded; or null",
    "age_band": f"{', '.join(BANDS[:-1])} or {BANDS[-1]}, where neither birth_date nor birth_year is known; or null",
    "address": f"the address in free lines, of at most {LONGEST_ADDRESS} characters; or null",
    "pin": "a PIN code of six digits, the first not 0; or null",
    "epic": "the number of a voter's card, three letters and seven digits; or null",
    "phone": "an Indian mobile number of ten digits, with or without +91; or null",
    "captured_at": "a time with its zone (RFC 3339) that is not in the future",
    "consent": "the consent that was given: purpose, notice_version, language, how, given_at",
    "consent/purpose": "membership, to be put on record; after that another purpose that the notice asks for",
    "purpose_code": "the code of a purpose that the notice asks for, such as contact",
    "consent/notice_version": "the version of the notice that was read out or shown, in force at given_at",
    "consent/language": "the language of the notice by its code of two or three letters, such as hi",
    "consent/how": "written, spoken or code",
    "confirmation/phone": "the mobile number that the code came to; or null with a link",
    "link": "what stands in the message after #; or null with a phone",
    "code": "the six digits of the newest message",
    "confirmed": "true to confirm what is shown; false to look first",
    "purposes": "the purposes that are confirmed, of those shown; or null for all",
    "confirmation/language": "the language to show the notice in, such as hi; or null for that of the consent",
    "kind": "access, correction, erasure, consent or other",
    "told": "what you ask or complain of, in 5 to 2000 characters",
    "grievance/code": "the six digits of the newest message, with a phone; or null: a link is enough by itself",
    "reference": "the number of a grievance, as it was told when it was filed",
    "secret": "the secret that was told with the number",
    "reply": "what is answered, in Hindi, in English, or in both",
    "reply/hi": "the answer in Hindi, of at most 2000 characters; or null",
    "reply/en": "the answer in English, of at most 2000 characters; or null",
    "found": "for a grievance of the kind not-me: wrong-number, theirs or erased; null for any other",
    "consent/given_at": "a time with its zone (RFC 3339) that is not in the future",
    "form_version_id": "the id of a published version of the drive's form, a UUID; or null without a form",
    "answers": "the answers by the names of the form's questions; or null",
    "evidence": "where the device was, by latitude, longitude and accuracy_m; or null",
    "evidence/latitude": "degrees from -90 to 90",
    "evidence/longitude": "degrees from -180 to 180",
    "evidence/accuracy_m": "metres from 0 to 100000",
    "csv": "a sheet as CSV, with the columns that the API describes",
    "dry_run": "true or false",
    "only_valid": "true or false",
    "finding": "fine, look-into-it or withdrawn",
    "limits": "whole numbers from where on something looks odd, by their names; or null",
    "why": "in words, from 5 to 300 characters, for the audit trail",
    "qr": "the text of a card's QR code, unchanged, of at most 1000 characters",
    "serial": "the serial printed on the paper or the text of its QR code, of at most 120 characters; or null",
    "drive_id": "the id of a drive that covers the unit, a UUID; or null",
    "collected": "how many records the device has collected for the drive so far, by unit id",
    "sent_at": "the device's clock when it sends, with its zone (RFC 3339); sets a wrong clock right",
    "vistarak_id": "the person who collected what is keyed from paper, a UUID",
    "starts_at": "a time with its zone (RFC 3339)",
    "ends_at": "a time with its zone (RFC 3339), later than starts_at",
    "grace_until": "a time with its zone (RFC 3339), not before ends_at",
    "target_per_booth": "a whole number from 0 to 10000",
    "form_id": "the id of a form, a UUID; or null",
    "title": "the words in both languages, as hi and en",
    "definition": "sections with their questions, and purposes, as the API describes",
    "decision": "accepted or dismissed",
    "batch_id": "a UUID that the device gave this batch; or null",
    "device_id": "a UUID by which the device calls itself; or null",
    "records": "1 to 200 records",
    "reason": "consent-withdrawn, left, deceased or recorded-wrongly",
    "purpose": "a sentence of 5 to 300 characters that says why you look",
    "drive/name": "the name of the drive in both languages, as hi and en",
    "sheets/records": "how many records on paper for each booth, a whole number from 1 to 40",
    "ending/valid_to": "a time with its zone (RFC 3339) from now on, before the present end; or null for at once",
    "name": "a name, or its beginning, of at least 2 letters in either script",
    "card": "the membership number of ten digits on a card, or the text of its QR code; or null",
    "place": "words of a unit's name in either language, of 2 to 120 characters; or null",
    "office": "an office in words or as a slug of the catalogue; or null",
    "worker_id": "the id of a worker, a UUID",
    "match": "beginning, for names that begin so; or sound, for names that sound alike in either script",
    "keep": "the id of the record to keep; or null when the two records tell of two people",
    "undoing/reason": "a sentence of 5 to 300 characters that says why the two are not one person",
    "minutes": "for how long, a whole number of minutes from 15 to 60",
    "opening/reason": "a sentence of 10 to 300 characters that says why it cannot wait",
    "opening/phone": "an Indian mobile number of ten digits, with or without +91; or null with worker_id",
    "opening/worker_id": "the id of a worker, a UUID; or null with phone",
    "to_unit_id": "the id of the open unit that is to have the worker, a UUID",
    "cause": "moved-home, recorded-wrongly or own-wish",
    "membership_number": "the ten digits on the membership card, with or without spaces; or null with phone",
    "answer": "agree, decline or take-back",
    "format": "csv, xlsx or json",
    "export_status": "active, for those on record; or withdrawn, for the ids of those who have left it",
    "verdict": "justified or not-justified",
    "note": "what was found, a sentence of 5 to 300 characters; or null",
    "claim": "who the person said to be: a name, a phone, an office, a place, or several of these",
    "claim/name": "the name that was given, of at most 120 characters in either script; or null",
    "claim/phone": "the number that was called from or given, of at most 24 characters; or null",
    "claim/office": "the office that was claimed, in words or as a slug of the catalogue; or null",
    "claim/place": "the booth, village or area that was named, of at most 200 characters; or null",
    "what": "what happened, in 10 to 2000 characters",
    "happened_on": "the day on which it happened (RFC 3339), not in the future; or null",
    "contact": "how you can be reached, of 5 to 200 characters; or null: nobody has to say who they are",
    "step": "looked-at or passed-on",
    "remark": "a remark of at most 1000 characters; or null",
    "outcome": "impostor, one-of-ours, unknown or withdrawn",
    "reasons": "why it was decided so, in 5 to 1000 characters",
    "statement": "a signed statement as it was handed out: three parts with dots between them",
    "person_id": "the id of a person who holds the office of vistarak over this booth, a UUID",
    "valid_from": "a time with its zone (RFC 3339)",
    "valid_to": "a time with its zone (RFC 3339), later than valid_from",
    "limit": "a whole number from 1 to 200",
    "cursor": "the `next` of the page before, unchanged; or null",
}


@dataclass(frozen=True, slots=True)
class Particulars:
    """The personal part of a record, cleaned: NFC, single spaces, phone in E.164, day of birth as YYYY-MM-DD."""

    name_hi: str | None
    name_en: str | None
    relation_type: str | None
    relation_name: str | None
    gender: str | None
    birth_year: int | None
    phone: str | None
    address: str | None = None
    pin: str | None = None
    epic: str | None = None
    birth_date: str | None = None
    age_band: str | None = None


class SentParticulars(Protocol):
    """The same as it was sent: right in type, not yet in content."""

    @property
    def name_hi(self) -> str | None: ...  # noqa: D102

    @property
    def name_en(self) -> str | None: ...  # noqa: D102

    @property
    def relation_type(self) -> str | None: ...  # noqa: D102

    @property
    def relation_name(self) -> str | None: ...  # noqa: D102

    @property
    def gender(self) -> str | None: ...  # noqa: D102

    @property
    def birth_year(self) -> int | None: ...  # noqa: D102

    @property
    def phone(self) -> str | None: ...  # noqa: D102

    @property
    def address(self) -> str | None: ...  # noqa: D102

    @property
    def pin(self) -> str | None: ...  # noqa: D102

    @property
    def epic(self) -> str | None: ...  # noqa: D102

    @property
    def birth_date(self) -> date | None: ...  # noqa: D102

    @property
    def age_band(self) -> str | None: ...  # noqa: D102


def fault(field: str) -> Pointer:
    """The pointer to a field with the sentence that says what it takes."""
    return Pointer(f"/{field}" if field else "", ACCEPTED.get(field) or ACCEPTED[""])


def examine(sent: SentParticulars, *, at: datetime, read_phone: PhoneReader, faults: list[Pointer]) -> Particulars:
    """The cleaned particulars; adds to ``faults`` what cannot be accepted, and then gives what must not be used.

    ``at`` is when the person was recorded: who was not 18 then is refused.
    """
    name_hi = _text(sent.name_hi, "name_hi", _HINDI, faults)
    name_en = _text(sent.name_en, "name_en", _LATIN, faults)
    if sent.name_hi is None and sent.name_en is None:
        faults.append(fault("name_hi"))
    relation_name = _text(sent.relation_name, "relation_name", _EITHER, faults)
    if (sent.relation_type is None) != (sent.relation_name is None):
        faults.append(fault("relation_type"))
    born = sent.birth_date
    if wrong := wrong_about_age(born, sent.birth_year, sent.age_band, at):
        faults.append(fault(wrong))
    return Particulars(
        name_hi,
        name_en,
        sent.relation_type,
        relation_name,
        sent.gender,
        born.year if born else sent.birth_year,
        _read(sent.phone, "phone", read_phone, faults),
        _read(sent.address, "address", read_address, faults),
        _read(sent.pin, "pin", read_pin, faults),
        _read(sent.epic, "epic", read_epic, faults),
        born.isoformat() if born else None,
        sent.age_band,
    )


def is_timely(moment: datetime, now: datetime) -> bool:
    """Whether it is neither in the future, give or take a phone's clock, nor before anybody kept such records."""
    return moment.year >= OLDEST_YEAR and moment <= now + CLOCK_SKEW


def _read(sent: str | None, field: str, read: Callable[[str], str | None], faults: list[Pointer]) -> str | None:
    if sent is None:
        return None
    value = read(sent)
    if value is None:
        faults.append(fault(field))
    return value


def _text(sent: str | None, field: str, shape: re.Pattern[str], faults: list[Pointer]) -> str | None:
    if sent is None:
        return None
    text = " ".join(unicodedata.normalize("NFC", sent).split())
    if shape.fullmatch(text) is None or _LETTER.search(text) is None:
        faults.append(fault(field))
    return text
