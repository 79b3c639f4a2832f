"""Why workshops refuses."""

from typing import Final

from sangathan_chassis.refusal import Kind, ProblemType

UNIT_NOT_FOUND: Final = ProblemType(
    "unit-not-found", Kind.NOT_FOUND, "No unit of yours has this id", "आपके क्षेत्र में यह इकाई नहीं है"
)
PLAN_INCOMPLETE: Final = ProblemType(
    "plan-incomplete",
    Kind.INVALID,
    "The plan does not call every unit exactly once",
    "योजना हर इकाई को ठीक एक बार नहीं बुलाती",
)
OFFICE_NOT_CALLED: Final = ProblemType(
    "office-not-called",
    Kind.INVALID,
    "This office is not held at the units called",
    "यह दायित्व बुलाई गई इकाइयों का नहीं है",
)
INVITATION_NOT_FOUND: Final = ProblemType(
    "invitation-not-found", Kind.NOT_FOUND, "No such invitation to this workshop", "इस कार्यशाला का ऐसा कोई निमंत्रण नहीं है"
)
ALREADY_ATTENDED: Final = ProblemType(
    "already-attended", Kind.CONFLICT, "Who has attended can no longer answer", "उपस्थित होने के बाद उत्तर नहीं बदला जा सकता"
)
