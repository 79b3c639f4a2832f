"""Tells anybody who shows a card's code whether it is good today, and if so who carries it, with the name masked.

Only the signed code is taken, so that nobody can ask about numbers one after the other. Nothing is noted: strangers
show the card that its bearer has shown them, and a trail of who was looked at where would tell more than the answer.
"""

from dataclasses import dataclass

from sangathan_cards.card import Card
from sangathan_cards.verdict import Verdict, check
from sangathan_chassis.database import Work
from sangathan_registry.commands.sign_cards import CardSigner
from sangathan_registry.queries.cards import Bearer, find_bearer
from sangathan_registry.queries.whole_record import beyond_scope


@dataclass(frozen=True, slots=True)
class VerifyCard:
    """The text of a card's QR code."""

    text: str


@dataclass(frozen=True, slots=True)
class Verified:
    """The verdict, what the card says if it is genuine, and who carries it if it is good."""

    verdict: Verdict
    card: Card | None = None
    bearer: Bearer | None = None


async def handle(work: Work, signer: CardSigner, command: VerifyCard) -> Verified:
    """The verdict under the published keys, at this moment."""
    checked = check(command.text, signer.published(), None, int(work.now.timestamp()))
    card = checked.card
    if card is None or checked.verdict is not Verdict.STATUS_UNKNOWN:
        return Verified(checked.verdict, card)
    async with beyond_scope(work):
        bearer = await find_bearer(work.raw, card.index, card.number, work.now)
    return Verified(Verdict.VALID if bearer else Verdict.REVOKED, card, bearer)
