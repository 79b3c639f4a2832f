"""``/v1/drives/{drive_id}/booth-sheets``: a drive on paper, A4, in Hindi and English, each record with a code."""

import asyncio
import json
from functools import cache
from importlib import resources
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
import typst
from fastapi import Response
from msgspec import Meta

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, below, path_of
from sangathan_chassis.replies import PRIVATE
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.card_faces import fonts, qr_svg
from sangathan_registry.api.described import described
from sangathan_registry.api.paper_codes import text_of
from sangathan_registry.api.parts import ActDep
from sangathan_registry.api.schemas import In, UnitField
from sangathan_registry.commands import print_sheets
from sangathan_registry.commands.print_sheets import BoothSheet, PrintSheets, Sheets
from sangathan_registry.domain.forms import questions_of
from sangathan_registry.domain.paper import grouped
from sangathan_registry.domain.particulars import ACCEPTED

router = edge_router(tags=["drives"])

_PDF: Final = "application/pdf"
_BOOTH: Final = "booth"


class SheetsIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For which booths, and how many records each."""

    unit_id: UnitField
    records: Annotated[int, Meta(description=ACCEPTED["sheets/records"], examples=[12], ge=1, le=40)] = 12


_SHEETS: Final = Body(SheetsIn)
_YES_NO: Final = ({"hi": "हाँ", "en": "Yes"}, {"hi": "नहीं", "en": "No"})
_WORDS: Final = {
    "name": {"hi": "नाम", "en": "Name"},
    "relation": {"hi": "पिता, पति या माता का नाम", "en": "Father's, husband's or mother's name"},
    "phone": {"hi": "मोबाइल", "en": "Mobile"},
    "birth": {"hi": "जन्म वर्ष", "en": "Year of birth"},
    "gender": {"hi": "लिंग", "en": "Gender"},
    "genders": [{"hi": "पुरुष", "en": "Male"}, {"hi": "महिला", "en": "Female"}, {"hi": "अन्य", "en": "Other"}],
    "consent": {
        "hi": "सूचना मुझे पढ़कर सुनाई गई; मैं सहमत हूँ कि मेरा अभिलेख रखा जाए",
        "en": "the notice was read to me; I agree that my record is kept",
    },
    "signature": {"hi": "हस्ताक्षर या अँगूठा", "en": "Signature or thumb"},
    "day": {"hi": "दिनांक", "en": "Date"},
    "page": {"hi": "पृष्ठ", "en": "Page"},
    "version": {"hi": "संस्करण", "en": "version"},
}


@router.post(
    "/v1/drives/{drive_id}/booth-sheets",
    **described("paper.enter", body=SheetsIn, media=(_PDF,), headers=("Link",), refusals=(404,)),
)
async def print_booth_sheets(drive_id: UUID, act: ActDep, cursor: CursorParam = None) -> Response:
    """Print sheets for a booth, or for all booths of a unit: 400 records at a time, and the rest by the Link.

    Each record has a serial that no other has, and a code that names drive, booth, form version and serial; keyed as
    ``serial``, either tells a paper of another booth or one that was misread.
    """
    sent = await _SHEETS.read(act.request)
    purpose = f"booth-sheets:{drive_id}:{sent.unit_id}:{sent.records}"
    codec = act.parts.cursors
    after = path_of(codec.decode(cursor, purpose=purpose)[0], act.work.scope) if cursor else ""
    sheets = await print_sheets.handle(act.work, act.caller, PrintSheets(drive_id, sent.unit_id, sent.records, after))
    headers = {**PRIVATE, "content-disposition": f'attachment; filename="booth-sheets-{drive_id}.pdf"'}
    if sheets.more:
        following = codec.encode([below(sheets.booths[-1].booth["path"], act.work.scope)], purpose=purpose)
        headers["link"] = f'<{act.request.url.path}?{urlencode({"cursor": following})}>; rel="next"'
    return Response(await asyncio.to_thread(draw, sheets), media_type=_PDF, headers=headers)


def draw(sheets: Sheets) -> bytes:
    """The sheets as PDF."""
    data = json.dumps(values_of(sheets), ensure_ascii=False)
    return typst.compile(_template(), font_paths=fonts(), format="pdf", sys_inputs={"data": data})


def values_of(sheets: Sheets) -> dict[str, Any]:
    """What the template is given: words, the form's primary questions, and the booths with their codes."""
    form = sheets.form
    return {
        "words": _WORDS,
        "title": _both(sheets.drive["name_hi"], sheets.drive["name_en"]),
        "form": _both(form["title_hi"], form["title_en"]) | {"version": str(form["version"])} if form else None,
        "questions": _primary(msgspec.json.decode(form["asked"])) if form else [],
        "booths": [_booth(sheet, sheets) for sheet in sheets.booths],
    }


def _primary(definition: Any) -> list[dict[str, Any]]:
    """The questions that need an answer at a booth, and what is chosen from."""
    return [
        {
            "label": question["label"],
            "choices": _YES_NO
            if question["type"] == "boolean"
            else [choice["label"] for choice in question.get("choices") or ()],
        }
        for _, question, _ in questions_of(definition)
        if _BOOTH in (question.get("primary_at") or ())
    ]


def _booth(sheet: BoothSheet, sheets: Sheets) -> dict[str, Any]:
    path = sheet.booth["path"]
    above = sorted((one for one in sheets.names if path.startswith(one)), key=len)
    return {
        "label": _both(sheet.booth["name_hi"], sheet.booth["name_en"]) | {"code": sheet.booth["code"]},
        "above": [_both(*sheets.names[one]) for one in above],
        "records": [{"serial": grouped(paper.serial), "qr": qr_svg(text_of(paper))} for paper in sheet.papers],
    }


def _both(hindi: str, english: str) -> dict[str, str]:
    return {"hi": hindi, "en": english}


@cache
def _template() -> bytes:
    return resources.files("sangathan_registry.api").joinpath("booth_sheet.typ").read_bytes()
