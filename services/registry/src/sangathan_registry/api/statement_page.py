"""Writes a signed statement as a page to print, in Hindi and English side by side, with the signed text beneath it.

Whatever was claimed passes through `html.escape`; the page's policy allows its own style and nothing else.
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

_INDIA: Final = ZoneInfo("Asia/Kolkata")
_STYLE: Final = (
    "body{font:1rem/1.5 'Noto Sans Devanagari',system-ui,sans-serif;margin:0;color:#1b1b1b;background:#fff}"
    "main{max-width:42rem;margin:0 auto;padding:1.5rem;overflow-wrap:anywhere}"
    "h1{font-size:1.4rem;line-height:1.3}h2{font-size:1.1rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #767676;padding:.4rem .6rem;text-align:left;vertical-align:top}"
    "section+section{border-top:1px solid #767676;margin-top:1.5rem}"
    "pre{white-space:pre-wrap;font-size:.75rem}"
    "[role=alert]{border:.2rem solid #a4000f;padding:.5rem .75rem}"
)
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-modals"
)
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "hi": {
        "not-on-record": "इस तिथि को हमारे अभिलेख में नहीं",
        "on-record": "इस तिथि को हमारे अभिलेख में दर्ज कार्यकर्ता",
        "says-not-on-record": "नीचे बताया गया व्यक्ति {day} को हमारे अभिलेख में नहीं था:",
        "says-on-record": "नीचे बताया गया व्यक्ति {day} को हमारे अभिलेख में कार्यकर्ता था:",
        "name": "बताया गया नाम",
        "phone": "बताया गया फ़ोन",
        "office": "बताया गया दायित्व",
        "place": "बताया गया स्थान",
        "worker": "नाम",
        "unit": "इकाई",
        "checked": "जाँच",
        "checked-phone": "यह नंबर पूरे अभिलेख में किसी का नहीं",
        "checked-name_at_unit": "{unit} में इस नाम का कोई नहीं",
        "checked-office": "{unit} में इस नाम का कोई व्यक्ति यह दायित्व नहीं रखता",
        "reference": "मामला संख्या",
        "issued": "जारी किया",
        "verify": "जाँचने के लिए {where} खोलें और नीचे का हस्ताक्षरित पाठ वहाँ चिपकाएँ।",
        "replaced": "बाद के निर्णय ने इस कथन की जगह ले ली है; यह अब मान्य नहीं है।",
    },
    "en": {
        "not-on-record": "Not on our record on this date",
        "on-record": "A worker on our record on this date",
        "says-not-on-record": "The person described below was not on our record on {day}:",
        "says-on-record": "The person named below was on our record as a worker on {day}:",
        "name": "Name given",
        "phone": "Phone given",
        "office": "Office claimed",
        "place": "Place named",
        "worker": "Name",
        "unit": "Unit",
        "checked": "Checked",
        "checked-phone": "Nobody on the whole record has this number",
        "checked-name_at_unit": "Nobody at {unit} has this name",
        "checked-office": "Nobody of this name holds this office at {unit}",
        "reference": "Case number",
        "issued": "Issued by",
        "verify": "To check it, open {where} and paste there the signed text beneath.",
        "replaced": "A later decision has replaced this statement; it stands no more.",
    },
}


def statement_page(claims: Mapping[str, Any], signed: str, *, replaced: bool, where: str) -> str:
    """The page of a statement whose claims these are; ``replaced`` says that it stands no more.

    ``where`` is the address of the page on which anybody checks it.
    """
    sections = "".join(_section(language, claims, where, replaced=replaced) for language in ("hi", "en"))
    return (
        '<!doctype html><html lang="hi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(str(claims.get('reference', '')))}</title><style>{_STYLE}</style></head>"
        f"<body><main>{sections}<pre>{escape(signed)}</pre></main></body></html>"
    )


def _section(language: str, claims: Mapping[str, Any], where: str, *, replaced: bool) -> str:
    words, kind = _WORDS[language], str(claims["kind"])
    day = f"{datetime.fromisoformat(claims['issued_at']).astimezone(_INDIA):%d.%m.%Y}"
    alert = f'<p role="alert">{escape(words["replaced"])}</p>' if replaced else ""
    rows = "".join(
        f"<tr><th>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in _rows(language, words, claims)
    )
    return (
        f'<section lang="{language}"><h1>{escape(words[kind])}</h1>{alert}'
        f"<p>{escape(words[f'says-{kind}'].format(day=day))}</p><table>{rows}</table>"
        f"<p>{escape(words['verify'].format(where=where))}</p></section>"
    )


def _rows(language: str, words: Mapping[str, str], claims: Mapping[str, Any]) -> list[tuple[str, str]]:
    unit = str(claims["unit"][language])
    rows = _worker_rows(language, words, claims["worker"]) if "worker" in claims else []
    claimed, checked = claims.get("claimed", {}), claims.get("checked", {})
    rows += [(words[name], str(value)) for name, value in claimed.items() if value]
    rows += [(words["checked"], words[f"checked-{name}"].format(unit=unit)) for name, done in checked.items() if done]
    issuer = claims.get("issued_by") or {}
    # A statement of an earlier release does not say at which unit its signer holds the office.
    signed_by = ", ".join(part for part in (issuer.get(language), issuer.get("unit", claims["unit"])[language]) if part)
    return [*rows, (words["reference"], str(claims["reference"])), (words["issued"], signed_by)]


def _worker_rows(language: str, words: Mapping[str, str], worker: Mapping[str, Any]) -> list[tuple[str, str]]:
    names = [worker[key] for key in (f"name_{language}", "name_hi", "name_en") if worker[key]]
    return [(words["worker"], str(names[0])), (words["unit"], str(worker["unit"][language]))]
