"""What identity refuses, by stable slugs."""

from typing import Final

from sangathan_chassis.refusal import Kind, ProblemType

SIGN_IN_REFUSED: Final = ProblemType(
    "sign-in-refused", Kind.UNAUTHENTICATED, "These do not open anything", "इनसे साइन इन नहीं हो सकता"
)
REFRESH_REFUSED: Final = ProblemType(
    "refresh-refused", Kind.UNAUTHENTICATED, "This sign-in is over; sign in again", "यह साइन इन समाप्त है; फिर साइन इन करें"
)
TOO_MANY_TRIES: Final = ProblemType(
    "too-many-tries", Kind.TOO_MANY, "Too many tries; wait a little", "बहुत बार कोशिश हुई; थोड़ा रुकें"
)
STEP_UP_NEEDED: Final = ProblemType(
    "step-up-needed", Kind.UNAUTHENTICATED, "Show once more who you are", "एक बार फिर अपनी पहचान दें"
)
STEP_UP_REFUSED: Final = ProblemType(
    "step-up-refused", Kind.FORBIDDEN, "That does not show who you are", "इससे आपकी पहचान नहीं होती"
)
AUTHENTICATOR_SET: Final = ProblemType(
    "authenticator-set-already", Kind.CONFLICT, "An authenticator is set already", "प्रमाणक ऐप पहले से जुड़ा है"
)
PASSWORD_WEAK: Final = ProblemType(
    "password-weak", Kind.INVALID, "This password would be guessed", "यह पासवर्ड आसानी से पकड़ा जा सकता है"
)
PASSWORD_WRONG: Final = ProblemType(
    "password-wrong", Kind.FORBIDDEN, "The current password is wrong", "मौजूदा पासवर्ड सही नहीं है"
)
PASSKEY_REFUSED: Final = ProblemType(
    "passkey-refused", Kind.INVALID, "This passkey cannot be added", "यह पासकी नहीं जोड़ी जा सकती"
)
TOO_MANY_PASSKEYS: Final = ProblemType(
    "too-many-passkeys", Kind.CONFLICT, "There are enough passkeys already", "पासकी पहले से पर्याप्त हैं"
)
ENROLMENT_REFUSED: Final = ProblemType(
    "enrolment-refused", Kind.FORBIDDEN, "This code enrols no device", "इस कोड से कोई उपकरण नहीं जुड़ता"
)
ENROLMENT_WITHDRAWN: Final = ProblemType(
    "enrolment-withdrawn", Kind.CONFLICT, "This code is withdrawn already", "यह कोड पहले ही वापस लिया जा चुका है"
)
TOO_MANY_ENROLMENTS: Final = ProblemType(
    "too-many-enrolments", Kind.CONFLICT, "Enough codes are open already", "पहले से पर्याप्त कोड खुले हैं"
)
CODE_WRONG: Final = ProblemType("code-wrong", Kind.INVALID, "This is not the code", "यह कोड सही नहीं है")
CODE_ASKED_TOO_OFTEN: Final = ProblemType(
    "code-asked-too-often", Kind.TOO_MANY, "A code was asked for already", "कोड पहले ही माँगा जा चुका है"
)
CODES_PAUSED: Final = ProblemType(
    "codes-paused", Kind.BUSY, "No codes are being sent just now", "अभी कोड नहीं भेजे जा रहे हैं"
)
OFFICE_NOT_YOURS_TO_GIVE: Final = ProblemType(
    "office-not-yours-to-give",
    Kind.FORBIDDEN,
    "Your office does not appoint to this office",
    "आपके दायित्व से इस दायित्व पर नियुक्ति नहीं हो सकती",
)
WRONG_LEVEL: Final = ProblemType(
    "wrong-level", Kind.INVALID, "It does not belong at this level", "यह इस स्तर पर नहीं हो सकता"
)
UNIT_CLOSED: Final = ProblemType("unit-closed", Kind.CONFLICT, "The unit is closed", "यह इकाई बंद है")
UNIT_HAS_UNITS: Final = ProblemType(
    "unit-has-open-units", Kind.CONFLICT, "Units beneath it are still open", "इसके नीचे की इकाइयाँ अभी खुली हैं"
)
CODE_TAKEN: Final = ProblemType(
    "unit-code-taken", Kind.CONFLICT, "Another unit there has this code", "वहाँ किसी और इकाई का यही कोड है"
)
MOVE_INTO_ITSELF: Final = ProblemType(
    "move-into-itself", Kind.CONFLICT, "A unit cannot move beneath itself", "इकाई अपने ही नीचे नहीं जा सकती"
)
LADDER_DOES_NOT_FIT: Final = ProblemType(
    "ladder-does-not-fit", Kind.CONFLICT, "The units there are do not fit this ladder", "मौजूदा इकाइयाँ इस क्रम में नहीं आतीं"
)
MERGE_INTO_ITSELF: Final = ProblemType(
    "merge-into-itself", Kind.CONFLICT, "A unit cannot merge into itself", "इकाई का विलय अपने आप में नहीं हो सकता"
)
NOT_BENEATH: Final = ProblemType(
    "unit-not-beneath", Kind.CONFLICT, "A unit named does not stand right beneath it", "बताई गई इकाई ठीक इसके नीचे नहीं है"
)
ALREADY_THERE: Final = ProblemType("unit-already-there", Kind.CONFLICT, "The unit is there already", "इकाई पहले से वहीं है")
OWN_UNIT: Final = ProblemType(
    "own-unit",
    Kind.FORBIDDEN,
    "Only an office above may do this to your unit",
    "आपकी इकाई के लिए यह ऊपर का दायित्व ही कर सकता है",
)
ALREADY_HOLDS: Final = ProblemType(
    "already-holds-office",
    Kind.CONFLICT,
    "This person already holds this office there in that term",
    "इस अवधि में यह दायित्व वहाँ इन्हीं के पास है",
)
ACTED_IN_ALREADY: Final = ProblemType(
    "acted-in-already",
    Kind.CONFLICT,
    "Somebody acts in this office there in that term",
    "इस अवधि में वहाँ इस दायित्व का प्रभार किसी और के पास है",
)
OFFICE_IS_HELD: Final = ProblemType(
    "office-is-held", Kind.CONFLICT, "The office has a holder there", "वहाँ इस दायित्व पर कोई नियुक्त है"
)
NOT_YOURS_TO_DELEGATE: Final = ProblemType(
    "not-yours-to-delegate",
    Kind.FORBIDDEN,
    "This office is not yours to pass on",
    "यह दायित्व आप किसी और को नहीं सौंप सकते",
)
PHONE_TAKEN: Final = ProblemType(
    "phone-taken", Kind.CONFLICT, "Another person signs in with this number", "इस नंबर से कोई और साइन इन करता है"
)
NUMBERS_USED_UP: Final = ProblemType(
    "numbers-used-up",
    Kind.TOO_MANY,
    "Too many of these numbers are other people's",
    "इनमें से बहुत-से नंबर दूसरे लोगों के हैं",
)
APPOINTMENT_OVER: Final = ProblemType(
    "appointment-over", Kind.CONFLICT, "This appointment is over already", "यह नियुक्ति पहले ही समाप्त है"
)
PERSON_SUSPENDED: Final = ProblemType(
    "person-suspended", Kind.CONFLICT, "This person is suspended", "यह व्यक्ति निलंबित है"
)
PERSON_NOT_SUSPENDED: Final = ProblemType(
    "person-not-suspended", Kind.CONFLICT, "This person is not suspended", "यह व्यक्ति निलंबित नहीं है"
)
NOT_YOURSELF: Final = ProblemType(
    "not-yourself", Kind.FORBIDDEN, "Nobody does this to themselves", "यह अपने लिए नहीं किया जा सकता"
)
HOLDS_OFFICE_ELSEWHERE: Final = ProblemType(
    "holds-office-elsewhere",
    Kind.FORBIDDEN,
    "This person holds an office outside your unit",
    "यह व्यक्ति आपकी इकाई के बाहर भी दायित्व रखता है",
)
CLIENT_OVER: Final = ProblemType(
    "client-over", Kind.CONFLICT, "This application is shut out already", "इस ऐप का प्रवेश पहले ही बंद है"
)
CLIENT_KEEPS_NO_SECRET: Final = ProblemType(
    "client-keeps-no-secret",
    Kind.CONFLICT,
    "An application of this kind has no secret",
    "इस प्रकार के ऐप की कोई गुप्त कुंजी नहीं होती",
)
NO_FORMER_SECRET: Final = ProblemType(
    "no-former-secret", Kind.CONFLICT, "There is no former secret any more", "अब कोई पुरानी गुप्त कुंजी नहीं है"
)
CLIENT_GETS_NO_RIGHTS: Final = ProblemType(
    "client-gets-no-rights",
    Kind.CONFLICT,
    "An application that signs people in gets no rights",
    "जिस ऐप से लोग साइन इन करते हैं, उसे कोई अधिकार नहीं मिलता",
)
GRANT_HELD_ALREADY: Final = ProblemType(
    "grant-held-already",
    Kind.CONFLICT,
    "It holds a grant of this office there in that term",
    "इस अवधि में इस दायित्व की अनुमति वहाँ उसके पास पहले से है",
)
GRANT_OVER: Final = ProblemType("grant-over", Kind.CONFLICT, "This grant is over already", "यह अनुमति पहले ही समाप्त है")
