"""``GET /v1/retention-rules``: for how long what is kept, and why, for anybody who wants to know."""

import msgspec
from fastapi import Request, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import Parts
from sangathan_registry.domain.retention import Kept, Rule

router = edge_router(tags=["consents"])


class RetentionRuleOut(msgspec.Struct, frozen=True, kw_only=True):
    """What goes ``after_days`` days after something: whole rows, or what is personal in them."""

    code: str
    does: str
    after_days: int
    since_hi: str
    since_en: str
    what_hi: str
    what_en: str
    why_hi: str
    why_en: str
    tables: list[str]
    applied_by: str | None


class KeptOut(msgspec.Struct, frozen=True, kw_only=True):
    """What has no days of its own, and as long as what it lasts."""

    as_long_as_hi: str
    as_long_as_en: str
    tables: list[str]


class RetentionOut(msgspec.Struct, frozen=True, kw_only=True):
    """Every table of the registry is named here."""

    rules: list[RetentionRuleOut]
    kept: list[KeptOut]


@router.get("/v1/retention-rules", **described("retention.read", reply=RetentionOut, opens="nothing"))
async def read_rules(request: Request) -> Response:
    """Read for how long what is kept, and why, in Hindi and English; a job applies the rules every night."""
    parts: Parts = request.app.state.parts
    rules = [_rule(one) for one in parts.retention.rules]
    return json_reply(RetentionOut(rules=rules, kept=[_kept(one) for one in parts.retention.kept]))


def _rule(one: Rule) -> RetentionRuleOut:
    fields = {name: getattr(one, name) for name in RetentionRuleOut.__struct_fields__ if name != "tables"}
    return RetentionRuleOut(**fields, tables=list(one.tables))


def _kept(one: Kept) -> KeptOut:
    return KeptOut(as_long_as_hi=one.as_long_as_hi, as_long_as_en=one.as_long_as_en, tables=list(one.tables))
