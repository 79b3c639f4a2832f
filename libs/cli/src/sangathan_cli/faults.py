"""How the command line fails: one plain sentence for a person, and an exit code for a script."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a finished command tells its caller; 2 is the shell's own for a command that is spelled wrong."""

    FINE = 0
    FAILED = 1
    USAGE = 2
    CANNOT_START = 3
    NOT_RUNNING = 4


EXIT_CODES = (
    "Exit codes: 0 fine; 1 something failed (a step of the story, a check, a child that will not start);"
    " 2 the command is spelled wrong; 3 cannot start here (port taken, directory not writable or in use);"
    " 4 nothing runs here."
)


class CliFault(Exception):  # noqa: N818 - told to a person as one sentence.
    """The sentence that the command ends with, and its exit code."""

    def __init__(self, sentence: str, code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(sentence)
        self.code = code
