"""Holds answers to the drive's form: one validator per version and level, compiled once and kept."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import jsonschema_rs

from sangathan_chassis.refusal import Pointer
from sangathan_registry.domain.forms import schema_of_form


class AnswerChecks:
    """Compiled validators; a published version never changes, so none is ever thrown away for being old."""

    MOST = 500

    def __init__(self) -> None:
        self._compiled: dict[tuple[UUID, str], jsonschema_rs.Draft202012Validator] = {}

    def faults(self, version_id: UUID, definition: str, level: str, answers: Mapping[str, Any]) -> list[Pointer]:
        """What is wrong with the answers, by pointers below ``/answers``; never repeats what was sent."""
        key = (version_id, level)
        check = self._compiled.get(key)
        if check is None:
            if len(self._compiled) >= self.MOST:
                self._compiled.clear()
            check = jsonschema_rs.Draft202012Validator(schema_of_form(json.loads(definition), level))
            self._compiled[key] = check
        if check.is_valid(answers):
            return []
        return [_pointer(error) for error in check.iter_errors(answers)][:20]


def _pointer(error: jsonschema_rs.ValidationError) -> Pointer:
    place = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')[:60]}" for step in error.instance_path)
    return Pointer(f"/answers{place}", f"what the form asks here ({error.kind.name})")
