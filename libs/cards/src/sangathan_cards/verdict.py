"""Says of a card what can be said without network: from public keys, a status list, and the time."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sangathan_cards.card import Card, open_card
from sangathan_cards.cose import NotSigned
from sangathan_cards.status_list import StatusList

LEEWAY_S: Final = 300
"""Clocks of phones differ; a card is not refused for minutes."""


class Verdict(StrEnum):
    """What is found, in the order in which it is looked for; only the last is good."""

    NOT_A_CARD = "not-a-card"
    UNKNOWN_KEY = "unknown-key"
    FORGED = "forged"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    STATUS_UNKNOWN = "status-unknown"
    REVOKED = "revoked"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdict, and what the card says once its signature holds; before that it says nothing."""

    verdict: Verdict
    card: Card | None = None


def check(text: str, keys: Mapping[bytes, bytes], statuses: StatusList | None, now: int) -> Checked:
    """The verdict on the text of a QR code at a Unix time."""
    try:
        card, signed = open_card(text)
    except NotSigned:
        return Checked(Verdict.NOT_A_CARD)
    public = keys.get(signed.kid)
    if public is None:
        return Checked(Verdict.UNKNOWN_KEY)
    if not signed.holds(public):
        return Checked(Verdict.FORGED)
    return Checked(_standing(card, statuses, now), card)


def _standing(card: Card, statuses: StatusList | None, now: int) -> Verdict:
    if now < card.issued_at - LEEWAY_S:
        return Verdict.NOT_YET_VALID
    if now >= card.expires_at:
        return Verdict.EXPIRED
    ended = statuses.ended(card.index) if statuses is not None else None
    if ended:
        return Verdict.REVOKED  # However old the list: no card that has ended becomes good by itself.
    if ended is None or statuses is None or now >= statuses.expires_at:
        return Verdict.STATUS_UNKNOWN
    return Verdict.VALID
