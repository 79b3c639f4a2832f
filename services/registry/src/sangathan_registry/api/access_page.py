"""The access file as a page that a person can read, in Hindi or English, without any script or outside resource."""

from base64 import b64encode
from datetime import datetime, timedelta, timezone
from html import escape
from typing import Any, Final

import msgspec

from sangathan_registry.api.access_schemas import AccessFileOut

_INDIA: Final = timezone(timedelta(hours=5, minutes=30))
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("आपके बारे में जो कुछ रखा है", "Everything that is held about you"),
    "made_at": ("इस समय का", "As of"),
    "nothing": ("कुछ नहीं", "Nothing"),
    "records": ("अभिलेख", "Records"),
    "consents": ("सहमतियाँ", "Consents"),
    "grievances": ("शिकायतें और अनुरोध", "Grievances and requests"),
    "reference": ("संख्या", "Number"),
    "kind": ("किस बारे में", "About"),
    "opened_at": ("कब दी", "Filed"),
    "due_at": ("कब तक उत्तर", "To be answered by"),
    "answered_at": ("कब उत्तर मिला", "Answered"),
    "askings": ("पुष्टि के संदेश", "Messages asking to confirm"),
    "confirmed_at": ("कब पुष्टि की", "Confirmed"),
    "confirmed_how": ("कैसे पुष्टि की", "How it was confirmed"),
    "sent_at": ("कब भेजा", "Sent"),
    "sends": ("कितनी बार", "How often"),
    "changes": ("परिवर्तन", "Changes"),
    "note": ("टिप्पणी", "Note"),
    "act": ("क्या हुआ", "What happened"),
    "answers": ("अभियान में दिए उत्तर", "Answers given in a drive"),
    "answer_changes": ("उत्तरों में सुधार", "Corrections of answers"),
    "imports": ("किस सूची से आया", "Lists it came by"),
    "basis": ("किस आधार पर", "On what basis"),
    "receipts": ("अभिलेख कब आया", "When the record came in"),
    "held": ("जो प्राप्त हुआ और स्वीकार नहीं हुआ", "Received and not accepted"),
    "flags": ("जो असामान्य लगा", "What looked odd"),
    "about": ("किसके बारे में", "About"),
    "day": ("दिन", "Day"),
    "seen": ("कितने देखे गए", "How many were seen"),
    "allowed": ("कितने तक सामान्य", "How many are usual"),
    "rule": ("नियम", "Rule"),
    "finding": ("क्या पाया गया", "What was found"),
    "pairs": ("दूसरे अभिलेखों से मिलान", "Comparisons with other records"),
    "cards": ("सदस्यता कार्ड", "Membership cards"),
    "transfers": ("स्थानांतरण", "Transfers"),
    "from_hi": ("किस इकाई से (हिन्दी)", "From unit (Hindi)"),
    "from_en": ("किस इकाई से (अंग्रेज़ी)", "From unit (English)"),
    "to_hi": ("किस इकाई में (हिन्दी)", "To unit (Hindi)"),
    "to_en": ("किस इकाई में (अंग्रेज़ी)", "To unit (English)"),
    "cause": ("कारण", "Cause"),
    "state": ("स्थिति", "State"),
    "asked_office": ("किस दायित्व ने माँगा", "Office that asked"),
    "asked_at": ("कब माँगा", "Asked"),
    "decided_office": ("किस दायित्व ने निर्णय किया", "Office that decided"),
    "photos": ("फ़ोटो", "Photos"),
    "put_at": ("कब रखी गई", "Put on record"),
    "consent_evidence": ("सहमति के हस्ताक्षर और फ़ोटो", "Signatures and photos of consent"),
    "offices": ("दायित्व", "Offices"),
    "looked": ("किसने देखा या बदला", "Who looked or changed something"),
    "elsewhere": ("बाकी यहाँ मिलता है", "The rest is found at"),
    "name_hi": ("नाम (हिन्दी)", "Name (Hindi)"),
    "name_en": ("नाम (अंग्रेज़ी)", "Name (English)"),
    "unit_hi": ("इकाई (हिन्दी)", "Unit (Hindi)"),
    "unit_en": ("इकाई (अंग्रेज़ी)", "Unit (English)"),
    "relation_type": ("संबंध", "Relation"),
    "relation_name": ("संबंधी का नाम", "Relation's name"),
    "gender": ("लिंग", "Gender"),
    "birth_year": ("जन्म का वर्ष", "Year of birth"),
    "birth_date": ("जन्म की तारीख़", "Day of birth"),
    "age_band": ("आयु वर्ग", "Age band"),
    "phone": ("मोबाइल नंबर", "Mobile number"),
    "address": ("पता", "Address"),
    "pin": ("पिन कोड", "PIN code"),
    "epic": ("मतदाता पहचान पत्र संख्या", "Voter's card number"),
    "captured_at": ("कब लिखा गया", "Captured"),
    "created_at": ("अभिलेख कब बना", "Put on record"),
    "changed_at": ("अंतिम परिवर्तन", "Last changed"),
    "received_at": ("कब प्राप्त हुआ", "Received"),
    "source": ("स्रोत", "Source"),
    "status": ("स्थिति", "Status"),
    "purpose": ("उद्देश्य", "Purpose"),
    "notice_version": ("सूचना का संस्करण", "Version of the notice"),
    "language": ("भाषा", "Language"),
    "how": ("कैसे", "How"),
    "given_at": ("कब दी", "Given"),
    "withdrawn_at": ("कब वापस ली", "Taken back"),
    "serial": ("काग़ज़ का क्रमांक", "Serial on paper"),
    "content": ("ब्योरा", "Content"),
    "outcome": ("परिणाम", "Outcome"),
    "reason": ("कारण", "Reason"),
    "decision": ("निर्णय", "Decision"),
    "found_at": ("कब मिला", "Found"),
    "decided_at": ("कब निर्णय हुआ", "Decided"),
    "undone_at": ("कब वापस लिया", "Undone"),
    "number": ("संख्या", "Number"),
    "issued_at": ("कब जारी हुआ", "Issued"),
    "expires_at": ("कब तक मान्य", "Good until"),
    "ended_at": ("कब समाप्त", "Ended"),
    "end_reason": ("समाप्ति का कारण", "Why it ended"),
    "office": ("दायित्व", "Office"),
    "valid_from": ("कब से", "From"),
    "valid_to": ("कब तक", "Until"),
    "at": ("कब", "When"),
    "action": ("क्या", "What"),
    "fields": ("कौन-सी जानकारी", "Which fields"),
}
_SECTIONS: Final = (
    "records",
    "consents",
    "askings",
    "grievances",
    "photos",
    "consent_evidence",
    "answers",
    "answer_changes",
    "changes",
    "offices",
    "cards",
    "transfers",
    "looked",
    "held",
    "flags",
    "pairs",
    "receipts",
    "imports",
)
_STYLE: Final = (
    "body{font-family:system-ui,sans-serif;max-width:44rem;margin:1rem auto;padding:0 1rem;line-height:1.5}"
    "dl{display:grid;grid-template-columns:minmax(8rem,1fr) 2fr;gap:.2rem 1rem}"
    "dl{border-top:1px solid #888;padding-top:.5rem}"
    "dt{color:#444}dd{margin:0;overflow-wrap:anywhere;white-space:pre-line}"
)


def page(file: AccessFileOut, language: str) -> bytes:
    """The whole page in one language, in UTF-8; ids, which tell a person nothing, are left to the other form."""
    parts = [f"<h1>{_word('title', language)}</h1><p>{_word('made_at', language)} {_moment(file.made_at)}</p>"]
    for name in _SECTIONS:
        parts.append(f"<h2>{_word(name, language)}</h2>")
        rows = getattr(file, name)
        parts += [_described(msgspec.structs.asdict(row), language) for row in rows]
        parts += [_pictured(name, row.picture, language) for row in rows if hasattr(row, "picture")]
        parts += [] if rows else [f"<p>{_word('nothing', language)}</p>"]
    places = "".join(f"<li><code>{escape(place)}</code></li>" for place in file.elsewhere)
    parts.append(f"<h2>{_word('elsewhere', language)}</h2><ul>{places}</ul>")
    named = f"<title>{_word('title', language)}</title><style>{_STYLE}</style>"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">{named}'
    body = "".join(parts)
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{body}</body></html>'.encode()


def _described(row: dict[str, Any], language: str) -> str:
    shown = [(name, value) for name, value in row.items() if name in _WORDS and value is not None]
    terms = "".join(f"<dt>{_word(name, language)}</dt><dd>{_value(value)}</dd>" for name, value in shown)
    return f"<dl>{terms}</dl>"


def data_uri(picture: bytes) -> str:
    """A JPEG that stands in the file itself."""
    return f"data:image/jpeg;base64,{b64encode(picture).decode()}"


def _pictured(section: str, uri: str, language: str) -> str:
    return f'<img alt="{_word(section, language)}" src="{escape(uri)}">'


def _value(value: Any) -> str:
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, dict):
        return "<br>".join(f"{escape(str(key))}: {_value(one)}" for key, one in value.items())
    return escape(", ".join(map(str, value)) if isinstance(value, list) else str(value))


def _moment(moment: datetime) -> str:
    return moment.astimezone(_INDIA).strftime("%d-%m-%Y %H:%M")


def _word(name: str, language: str) -> str:
    hindi, english = _WORDS[name]
    return escape(hindi if language == "hi" else english)
