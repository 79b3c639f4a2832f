"""What the routes of transfers take and give."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from sangathan_registry.api.schemas import In, Phone, UnitOut
from sangathan_registry.domain.particulars import ACCEPTED


def _takes(field: str, example: Any, **more: Any) -> Meta:
    return Meta(description=ACCEPTED[field], examples=[example], **more)


Cause = Annotated[Literal["moved-home", "recorded-wrongly", "own-wish"], _takes("cause", "moved-home")]
ToUnit = Annotated[UUID, _takes("to_unit_id", "0c7d4e9a-5b0f-5a53-8f6b-2d9f3a1c6e78")]
Number = Annotated[str, Meta(min_length=10, max_length=14)]


class TransferIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a worker of your area is to go."""

    to_unit_id: ToUnit
    cause: Cause


class TransferRequestIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is on record elsewhere and is to come to a unit of yours, by what they carry or say."""

    to_unit_id: ToUnit
    cause: Cause
    phone: Annotated[Phone | None, _takes("opening/phone", "+916000000001")] = None
    membership_number: Annotated[Number | None, _takes("membership_number", "1000000161")] = None


class AnswerIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What you say to a transfer that waits."""

    answer: Annotated[Literal["agree", "decline", "take-back"], _takes("answer", "agree")]


class TransferOut(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer as your side sees it.

    Id and names of the worker are null for a side that asked by a number, until the other agrees, and for the side that
    has the worker no more.
    """

    id: UUID
    state: Annotated[
        Literal["asked", "agreed", "declined", "taken-back", "lapsed"],
        Meta(description="`lapsed`: its date passed, or the worker went elsewhere first.", examples=["asked"]),
    ]
    worker_id: UUID | None
    name_hi: Annotated[str | None, Meta(examples=["रमेश नमूना"])]
    name_en: Annotated[str | None, Meta(examples=["Ramesh Namuna"])]
    from_unit: UnitOut
    to_unit: UnitOut
    cause: Literal["moved-home", "recorded-wrongly", "own-wish"]
    asked_from: Annotated[
        Literal["giving", "receiving", "above", "worker"],
        Meta(description="Which side asked, or the worker themself.", examples=["receiving"]),
    ]
    asked_office: Annotated[str, Meta(examples=["booth-president"])]
    asked_at: datetime
    lapses_at: datetime
    waits_for: Annotated[
        list[Literal["giving", "receiving"]],
        Meta(description="Whose answer is waited for; an office above both may give it.", examples=[["giving"]]),
    ]
    decided_office: str | None
    decided_at: datetime | None
    version: int


class TransferPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, newest first; ``next`` is null on the last."""

    items: list[TransferOut]
    next: str | None


class TransferRequestOut(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking for somebody by a number; ``transfer`` is null unless one was asked for or agreed on."""

    outcome: Annotated[
        Literal["asked", "agreed", "not-on-record", "several-on-record", "there-already"],
        Meta(description="With several-on-record, ask by the membership number.", examples=["asked"]),
    ]
    transfer: TransferOut | None


class OwnTransferIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where your own record is to go."""

    to_unit_id: ToUnit
    cause: Cause
    worker_id: Annotated[
        UUID | None, Meta(description="Which of your records, if there are several.", examples=[None])
    ] = None


class TakingBackIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing more needs saying: an empty object."""


class OwnTransfersOut(msgspec.Struct, frozen=True, kw_only=True):
    """The latest 50 transfers of your own record, newest first, whoever asked for them."""

    items: list[TransferOut]
