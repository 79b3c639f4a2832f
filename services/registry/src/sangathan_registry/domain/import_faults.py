"""What may be wrong with a row of an import, in words for whoever corrects the list, in Hindi and English."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sangathan_registry.domain.particulars import ACCEPTED


class Reason(StrEnum):
    """Why a row was not accepted."""

    INVALID = "invalid"
    UNIT_UNKNOWN = "unit-unknown"
    TOO_WIDE = "too-wide"
    SHORTENED = "shortened"
    OLD_FONT = "old-font"
    OTHER_BODY = "other-body"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Fault:
    """A column of a row with what it would accept; never repeats what stood there."""

    column: str
    reason: Reason
    hi: str
    en: str


ACCEPTED_HI: Final = {
    "name_hi": "देवनागरी में अधिकतम 120 अक्षरों का नाम, बिना अंकों के",
    "name_en": "रोमन अक्षरों में अधिकतम 120 अक्षरों का नाम, बिना अंकों के",
    "relation_type": "father, husband या mother, और साथ में संबंधी का नाम",
    "relation_name": "संबंधी का नाम, अधिकतम 120 अक्षर, बिना अंकों के",
    "gender": "पुरुष, महिला या अन्य; या खाली",
    "birth_year": "चार अंकों का जन्म वर्ष; इस वर्ष 1 जनवरी को 18 वर्ष पूरे होना निश्चित हो",
    "birth_date": "जन्म तिथि, जैसे 31-01-1980; 18 वर्ष से कम आयु वालों को दर्ज नहीं किया जाता",
    "age_band": "आयु वर्ग, जैसे 35-44",
    "age": "वर्षों में आयु, 18 से 120",
    "phone": "दस अंकों का भारतीय मोबाइल नंबर, +91 के साथ या बिना; या खाली",
    "address": "पता; या खाली",
    "pin": "छह अंकों का पिन कोड, पहला अंक 0 नहीं; या खाली",
    "epic": "मतदाता पहचान पत्र का क्रमांक, तीन अक्षर और सात अंक; या खाली",
    "office": "दायित्व का नाम, अधिकतम 120 अक्षर",
    "office_from": "दिनांक, जैसे 31-01-2022; या खाली",
    "office_to": "दिनांक, जैसे 31-01-2024; या खाली",
    "own_id": "आपकी अपनी पहचान संख्या, अधिकतम 80 अक्षर",
}
ACCEPTED_EN: Final = {
    "age": "an age in years, from 18 to 120",
    "gender": "male, female or other, or the same in Hindi; or nothing",
    "relation_type": "father, husband or mother, together with the name",
    "birth_date": "a day such as 31-01-1980; who is not 18 yet is not recorded",
    "office": "an office in words, of at most 120 characters",
    "office_from": "a day such as 31-01-2022; or nothing",
    "office_to": "a day such as 31-01-2024; or nothing",
    "own_id": "your own number for the row, of at most 80 characters",
}


def invalid(column: str, field: str, english: str = "") -> Fault:
    """A cell that cannot stand in the field."""
    en = ACCEPTED_EN.get(field) or (english or ACCEPTED[field]).replace("null", "nothing")
    return Fault(column, Reason.INVALID, f"स्वीकार्य: {ACCEPTED_HI.get(field, 'जैसा API बताता है')}", f"takes {en}")


def shortened(column: str) -> Fault:
    """A number that a spreadsheet has shortened to 9.8E+09."""
    return Fault(
        column,
        Reason.SHORTENED,
        "स्प्रेडशीट ने अंक छोटे कर दिए हैं; कॉलम को टेक्स्ट बनाकर पूरा नंबर लिखें",
        "the spreadsheet has shortened this number; make the column text and write all its digits",
    )


def old_font(column: str) -> Fault:
    """A name that looks typed in Kruti Dev in a column that is not."""
    return Fault(
        column,
        Reason.OLD_FONT,
        "यह कृति देव में टाइप किया लगता है; कॉलम को kruti_dev में बताएँ या नाम यूनिकोड में लिखें (ऐसा कोई कॉलम न हो तो [])",
        "this looks typed in Kruti Dev; name the column in kruti_dev or write it in Unicode ([] if no column is so)",
    )


def unknown_unit(column: str, within: str, alike: Sequence[str] = ()) -> Fault:
    """A unit that does not exist, or lies outside, which nobody can tell apart."""
    hi, en = (f"; मिलते-जुलते: {', '.join(alike)}", f"; alike: {', '.join(alike)}") if alike else ("", "")
    return Fault(
        column,
        Reason.UNIT_UNKNOWN,
        f"{within} के भीतर किसी खुली इकाई का पथ, कोड या नाम दें{hi}",
        f"takes the path, the code or the name of an open unit within {within}{en}",
    )


def several_units(column: str, paths: Sequence[str]) -> Fault:
    """A name that several units bear."""
    return Fault(
        column,
        Reason.UNIT_UNKNOWN,
        f"इस नाम की एक से अधिक इकाइयाँ हैं; पथ दें, जैसे {', '.join(paths)}",
        f"several units are called so; give a path, such as {', '.join(paths)}",
    )


TOO_WIDE: Final = Fault(
    "",
    Reason.TOO_WIDE,
    "इस पंक्ति में शीर्षकों से अधिक खाने भरे हैं; उन्हें खाली करें या उनके कॉलम का शीर्षक लिखें",
    "this row has cells beyond the last header; empty them, or give their columns a header",
)
OTHER_BODY: Final = Fault(
    "",
    Reason.OTHER_BODY,
    "इस पहचान संख्या का अभिलेख दूसरे विवरण के साथ पहले से है; अभिलेख में सुधार करें",
    "a record with this number of yours is there with other particulars; correct the record itself",
)
WITHDRAWN: Final = Fault(
    "",
    Reason.WITHDRAWN,
    "यह अभिलेख वापस लिया जा चुका है; व्यक्ति के फिर सहमत होने पर नया अभिलेख बनाएँ",
    "this record was withdrawn; record the person anew when they agree again",
)
ERASED: Final = Fault(
    "",
    Reason.ERASED,
    "व्यक्ति ने यह अभिलेख मिटवाया है; इसे फिर नहीं रखा जाता",
    "its person had this record erased; it is not kept again",
)
