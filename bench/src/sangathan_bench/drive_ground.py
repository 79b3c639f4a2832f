"""What stands before a drive begins: its vistaraks with their booths, its form, and the drive itself.

Vistaraks are appointed by sheets through the gateway, so that every replica follows; their booths are put in by COPY,
as a data set's are. Who is there already stays, so that the next run on the same data finds them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx

from sangathan_bench.stage import Stage
from sangathan_bench.tokens import mint
from sangathan_chassis.ids import uuid7
from sangathan_demo.tree import STATE_PATH
from sangathan_embedded.ports import LOOPBACK

VISTARAKS: Final = 20_000
_FIRST_PHONE: Final = 917_000_000_001
_SHEET_ROWS: Final = 1_000
_APPOINTED = """
SELECT a.id, a.person_id, a.path, p.name_en FROM appointments a JOIN persons p ON p.id = a.person_id
WHERE a.office = 'vistarak' AND a.ended_at IS NULL AND p.name_en LIKE 'Vistarak %'
"""
_BEGAN = datetime(2021, 4, 1, tzinfo=UTC)
ANSWERS: Final = ("school", "graduate")


@dataclass(frozen=True, slots=True)
class Vistarak:
    """Who goes out, as the holder of which appointment, and to which booths."""

    person_id: UUID
    appointment_id: UUID
    booths: tuple[UUID, ...]
    token: str = ""

    def headers(self) -> str:
        """The head of this device's requests, as far as it is always the same."""
        return f"authorization: Bearer {self.token}\r\nsangathan-appointment: {self.appointment_id}\r\n"


@dataclass(frozen=True, slots=True)
class Drive:
    """A drive and the form version that its records are answered on."""

    id: UUID
    form_version_id: UUID
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class _Beat:
    """The booths of one mandal that one vistarak is sent to."""

    number: int
    mandal: str
    booths: tuple[tuple[UUID, str], ...]

    @property
    def name(self) -> str:
        """What the vistarak is called, which is how a later run finds them."""
        return f"Vistarak {_letters(self.number)}"

    def row(self) -> str:
        """The line of the sheet that appoints them."""
        return f"+{_FIRST_PHONE + self.number},विस्तारक नमूना,{self.name},vistarak,{self.mandal}"


async def vistaraks(stage: Stage, count: int) -> list[Vistarak]:
    """So many of the drive's vistaraks, from all over the state, appointed, assigned, and with a token."""
    beats = list(_beats(stage))
    wanted = beats[:: max(1, len(beats) // count)][:count]
    appointed = await _appointed(stage)
    missing = [beat for beat in wanted if beat.name not in appointed]
    if missing:
        await _appoint(stage, missing)
        appointed = await _appointed(stage)
        await _assign(stage, [(beat, appointed[beat.name]) for beat in missing])
    tokens = await mint(stage, (appointed[beat.name]["person_id"] for beat in wanted))
    return [
        Vistarak(row["person_id"], row["id"], tuple(unit_id for unit_id, _ in beat.booths), token)
        for beat, token in zip(wanted, tokens, strict=True)
        for row in [appointed[beat.name]]
    ]


async def begin_drive(stage: Stage) -> Drive:
    """A drive of ten days over every booth of the state that ends tomorrow, on a form published for it."""
    state = stage.truth.level("state")
    who = stage.truth.state_it_in_charge
    now = datetime.now(UTC)
    ends = now + timedelta(days=1)
    [token] = await mint(stage, [UUID(who.person_id)])
    async with _as(stage, token, who.appointment_id) as http:
        form = await _post(
            http, "/v1/forms", unit_id=state.unit.unit_id, title=_words("अभियान", "Drive"), definition=_form()
        )
        await _post(http, f"/v1/forms/{form['id']}/publications")
        drive = await _post(
            http,
            "/v1/drives",
            unit_id=state.unit.unit_id,
            name=_words("बूथ विस्तार", "Booth drive"),
            form_id=form["form_id"],
            starts_at=(ends - timedelta(days=11)).isoformat(),
            ends_at=ends.isoformat(),
            grace_until=(ends + timedelta(days=30)).isoformat(),
            target_per_booth=20,
        )
    return Drive(UUID(drive["id"]), UUID(form["id"]), ends - timedelta(days=11), now)


def _form() -> dict[str, Any]:
    choices = [{"id": one, "label": _words("विकल्प", one.title())} for one in ANSWERS]
    questions: list[dict[str, Any]] = [
        {"id": "education", "label": _words("शिक्षा", "Education"), "type": "choice", "choices": choices},
        {"id": "subject", "label": _words("विषय", "Subject"), "type": "text"},
        {"id": "household", "label": _words("घर के सदस्य", "Household"), "type": "integer"},
        {"id": "smartphone", "label": _words("स्मार्टफ़ोन", "Smartphone"), "type": "boolean"},
        {"id": "joined_on", "label": _words("कब से", "Since when"), "type": "date"},
        {"id": "skills", "label": _words("कौशल", "Skills"), "type": "choices", "choices": choices},
    ]
    questions[0]["primary_at"] = ["booth"]
    questions[1] |= {"primary_at": ["booth"], "condition": {"question": "education", "is": ["graduate"]}}
    return {"sections": [{"label": _words("परिचय", "About"), "questions": questions}]}


def _words(hindi: str, english: str) -> dict[str, str]:
    return {"hi": hindi, "en": english}


def _beats(stage: Stage) -> Iterator[_Beat]:
    """All booths of the state, each mandal's dealt out to its vistaraks, so many in all as a drive has."""
    booths: dict[str, list[tuple[UUID, str]]] = defaultdict(list)
    for row in stage.units():
        if row["level"] == "booth" and row["path"].startswith(STATE_PATH):
            booths[row["path"][:-1].rpartition(".")[0] + "."].append((UUID(row["id"]), row["path"]))
    total, before, number = sum(map(len, booths.values())), 0, 0
    share = min(1.0, VISTARAKS / total)
    for mandal, there in sorted(booths.items()):
        many = max(1, round((before + len(there)) * share) - round(before * share))
        before += len(there)
        for turn in range(many):
            yield _Beat(number, mandal, tuple(there[turn::many]))
            number += 1


async def _appoint(stage: Stage, beats: Sequence[_Beat]) -> None:
    who = stage.truth.level("state").sign_in
    [token] = await mint(stage, [UUID(who.person_id)])
    async with _as(stage, token, who.appointment_id) as http:
        for first in range(0, len(beats), _SHEET_ROWS):
            rows = [beat.row() for beat in beats[first : first + _SHEET_ROWS]]
            sheet = "\n".join(["phone,name_hi,name_en,office,unit", *rows])
            done = await _post(http, "/v1/appointment-imports", csv=sheet)
            if done["rejected"]:
                raise RuntimeError(f"vistaraks were not appointed: {done['rejects'][:3]}")


async def _appointed(stage: Stage) -> dict[str, asyncpg.Record]:
    connection = await asyncpg.connect(stage.admin_url("identity"))
    try:
        return {row["name_en"]: row for row in await connection.fetch(_APPOINTED)}
    finally:
        await connection.close()


async def _assign(stage: Stage, sent: Sequence[tuple[_Beat, asyncpg.Record]]) -> None:
    rows = [
        (uuid7(), row["id"], row["person_id"], unit_id, path, _BEGAN, _BEGAN)
        for beat, row in sent
        for unit_id, path in beat.booths
    ]
    columns = ("id", "appointment_id", "person_id", "unit_id", "path", "valid_from", "created_at")
    connection = await asyncpg.connect(stage.admin_url("registry"))
    try:
        await connection.copy_records_to_table("assignments", records=rows, columns=columns)
        await connection.execute("ANALYZE assignments")
    finally:
        await connection.close()


def _as(stage: Stage, token: str, appointment_id: str) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {token}", "sangathan-appointment": appointment_id}
    return httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{stage.port}", headers=headers, timeout=60, trust_env=False)


async def _post(http: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    reply = await http.post(path, json=body, headers={"idempotency-key": str(uuid7())})
    if not reply.is_success:
        raise RuntimeError(f"POST {path} was not taken: {reply.status_code} {reply.text[:500]}")
    return dict(reply.json())


def _letters(number: int) -> str:
    """The number in letters, since a name has no digits."""
    return "".join(chr(ord("A") + int(digit)) for digit in str(number))
