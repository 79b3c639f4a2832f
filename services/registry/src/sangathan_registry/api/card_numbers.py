"""Reads what somebody holds a card by: the number that is printed on it, or the text of its code."""

import re
from typing import Final

from sangathan_cards.verdict import Verdict, check
from sangathan_chassis.refusal import Pointer
from sangathan_registry.commands.sign_cards import CardSigner
from sangathan_registry.domain.card import is_member_number
from sangathan_registry.domain.particulars import fault

_BLANKS: Final = re.compile(r"[\s-]+")
_DIGITS: Final = str.maketrans("०१२३४५६७८९", "0123456789")
# What says that the text is a card of ours; whether it is good today is another question.
_GENUINE: Final = frozenset({Verdict.VALID, Verdict.STATUS_UNKNOWN, Verdict.EXPIRED, Verdict.NOT_YET_VALID})


def read_card(signer: CardSigner, sent: str | None, at: int, faults: list[Pointer]) -> str | None:
    """The membership number; adds a fault for a number with a slip in it, and for a code that we did not sign."""
    if sent is None:
        return None
    number = _BLANKS.sub("", sent).translate(_DIGITS)
    if is_member_number(number):
        return number
    checked = check(sent.strip(), signer.published(), None, at)
    if checked.card is not None and checked.verdict in _GENUINE:
        return checked.card.number
    faults.append(fault("card"))
    return None
