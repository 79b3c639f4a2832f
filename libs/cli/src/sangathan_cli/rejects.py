"""Where rejected rows are kept to be corrected: in a new file each time, so that nobody's corrections are lost."""

import re
from itertools import count
from pathlib import Path
from typing import Final

from sangathan_cli.faults import CliFault, ExitCode

_OF_AN_EARLIER_TIME: Final = re.compile(r"\.rejects(?:-[0-9]+)?$")


def a_new_file(file: Path | None) -> Path | None:
    """The file that was named, unless it is there already; raises CliFault then."""
    if file is not None and file.exists():
        msg = f"{file} is there already, perhaps with corrections in it; name another file for the rejects."
        raise CliFault(msg, ExitCode.USAGE)
    return file


def beside(file: Path) -> Path:
    """The first that is free beside a list: for ``old.csv``, and for rejects of it that were corrected and are brought
    in, ``old.rejects.csv``, ``old.rejects-2.csv`` and so on."""
    stem = _OF_AN_EARLIER_TIME.sub("", file.stem)
    names = (f"{stem}.rejects{'' if number == 1 else f'-{number}'}.csv" for number in count(1))
    return next(place for name in names if not (place := file.with_name(name)).exists())
