"""How a step says what must be so."""


class StepFailed(Exception):  # noqa: N818 - it reads as what happened, and is shown to people.
    """The system did otherwise than it must; the message is a whole sentence."""


def expect(fact: bool, sentence: str) -> None:  # noqa: FBT001 - it stands for the assert statement, which -O removes.
    """Raises StepFailed with `sentence` unless `fact` holds."""
    if not fact:
        raise StepFailed(sentence)
