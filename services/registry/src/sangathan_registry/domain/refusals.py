"""The registry's own reasons to refuse."""

from sangathan_chassis.refusal import Kind, ProblemType

WORKER_WITHDRAWN = ProblemType(
    "worker-withdrawn", Kind.CONFLICT, "This record has been withdrawn", "यह अभिलेख वापस लिया जा चुका है"
)
WORKER_MERGED = ProblemType(
    "worker-merged", Kind.CONFLICT, "This record was merged into another", "यह अभिलेख दूसरे में मिला दिया गया है"
)
MERGE_STANDS_NO_MORE = ProblemType(
    "merge-not-to-be-undone",
    Kind.CONFLICT,
    "The merge can no longer be undone",
    "यह विलय अब वापस नहीं लिया जा सकता",
)
CARD_ENDED = ProblemType("card-ended", Kind.CONFLICT, "This card has ended", "यह कार्ड अब मान्य नहीं है")
UNIT_CLOSED = ProblemType("unit-closed", Kind.CONFLICT, "The unit is closed", "यह इकाई बंद है")
QUESTIONS_USED_UP = ProblemType(
    "questions-used-up", Kind.TOO_MANY, "No more questions today", "आज के लिए और प्रश्न नहीं पूछे जा सकते"
)
FORM_SETTLED = ProblemType(
    "form-settled", Kind.CONFLICT, "The form is no longer in that state", "प्रपत्र अब उस स्थिति में नहीं है"
)
SECOND_PERSON_NEEDED = ProblemType(
    "second-person-needed", Kind.FORBIDDEN, "Another person has to approve this", "इसे किसी और को स्वीकृत करना होगा"
)
DECIDED = ProblemType("already-decided", Kind.CONFLICT, "This has been decided", "इस पर निर्णय हो चुका है")
HELD_NOT_FIT = ProblemType(
    "held-not-fit", Kind.CONFLICT, "This record cannot be taken as it is", "यह अभिलेख जैसा है वैसा नहीं लिया जा सकता"
)
IN_SIGHT_ALREADY = ProblemType(
    "in-sight-already", Kind.CONFLICT, "This record lies in your own area", "यह अभिलेख आपके अपने क्षेत्र में है"
)
SEVERAL_ON_RECORD = ProblemType(
    "several-on-record", Kind.CONFLICT, "Several records have this number", "इस नंबर पर एक से अधिक अभिलेख हैं"
)
NOBODY_TO_TELL = ProblemType(
    "nobody-to-tell",
    Kind.CONFLICT,
    "Nobody above you could be told of it",
    "आपके ऊपर कोई दायित्वधारी नहीं है जिसे इसकी सूचना दी जा सके",
)
OPENINGS_USED_UP = ProblemType(
    "openings-used-up", Kind.TOO_MANY, "No more records can be opened for now", "अभी और अभिलेख नहीं खोले जा सकते"
)
OPENING_OVER = ProblemType("opening-over", Kind.CONFLICT, "The opening is over", "अभिलेख देखने की अवधि समाप्त हो चुकी है")
CASE_NOT_LOOKED_AT = ProblemType(
    "case-not-looked-at", Kind.CONFLICT, "Nobody has looked at this case yet", "इस मामले को अभी किसी ने देखा नहीं है"
)
CASE_OVER = ProblemType(
    "case-over", Kind.CONFLICT, "The case is no longer in that state", "यह मामला अब उस स्थिति में नहीं है"
)
EVIDENCE_NOT_TAKEN = ProblemType(
    "evidence-not-taken", Kind.INVALID, "This file is not taken as evidence", "यह फ़ाइल साक्ष्य के रूप में नहीं ली जाती"
)
EVIDENCE_FULL = ProblemType(
    "evidence-full", Kind.CONFLICT, "This case holds as many files as it may", "इस मामले में और फ़ाइलें नहीं जोड़ी जा सकतीं"
)
TRANSFER_OVER = ProblemType(
    "transfer-over", Kind.CONFLICT, "The transfer waits for nothing any more", "यह स्थानांतरण अब लंबित नहीं है"
)
THERE_ALREADY = ProblemType(
    "there-already", Kind.CONFLICT, "The worker is on record at that unit", "कार्यकर्ता का अभिलेख उसी इकाई में है"
)
EXPORTS_USED_UP = ProblemType(
    "exports-used-up", Kind.TOO_MANY, "No more exports for now", "अभी और निर्यात नहीं किए जा सकते"
)
EXPORT_NOT_READY = ProblemType("export-not-ready", Kind.CONFLICT, "The export is not ready", "निर्यात अभी तैयार नहीं है")
EXPORT_SHOWS_MORE = ProblemType(
    "export-shows-more",
    Kind.CONFLICT,
    "The export shows more than your office sees now",
    "इस निर्यात में आपके दायित्व को अब दिखने वाली जानकारी से अधिक है",
)
CODE_ASKED_TOO_OFTEN = ProblemType(
    "code-asked-too-often", Kind.TOO_MANY, "A code was asked for already", "कोड पहले ही माँगा जा चुका है"
)
CODE_NOT_GOOD = ProblemType(
    "code-not-good", Kind.FORBIDDEN, "The code is wrong or no longer good", "कोड ग़लत है या अब मान्य नहीं है"
)
RECORD_HELD = ProblemType(
    "record-held", Kind.CONFLICT, "This record waits for a decision", "यह अभिलेख निर्णय की प्रतीक्षा में है"
)
PICTURE_NOT_TAKEN = ProblemType(
    "picture-not-taken", Kind.INVALID, "This file is not taken as a picture", "यह फ़ाइल चित्र के रूप में नहीं ली जाती"
)
CONSENT_EVIDENCE_KEPT = ProblemType(
    "consent-evidence-kept",
    Kind.CONFLICT,
    "The record has a signature or photo already",
    "इस अभिलेख में हस्ताक्षर या फ़ोटो पहले से है",
)
CONSENT_EVIDENCE_WAITS = ProblemType(
    "consent-evidence-waits",
    Kind.TOO_MANY,
    "Too much waits for records that have not come",
    "जिनके अभिलेख नहीं आए, ऐसे बहुत-से चित्र प्रतीक्षा में हैं",
)
TRANSFERS_WAIT = ProblemType(
    "transfers-wait",
    Kind.TOO_MANY,
    "As many of your transfers wait as may",
    "आपके जितने स्थानांतरण प्रतीक्षा में हो सकते हैं, उतने हैं",
)
DRIVE_OVER = ProblemType("drive-over", Kind.CONFLICT, "The drive is over", "यह अभियान समाप्त हो चुका है")
CODES_USED_UP = ProblemType("codes-used-up", Kind.TOO_MANY, "No more codes go out today", "आज और कोड नहीं भेजे जा सकते")
