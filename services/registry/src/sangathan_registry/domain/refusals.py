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
