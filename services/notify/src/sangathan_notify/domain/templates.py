"""The texts that people are sent, as reviewed data in both languages; rendered once, when a message is made."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

_FILE: Final = Path(__file__).parent.with_name("templates.toml")


@dataclass(frozen=True, slots=True)
class Text:
    """A title and a body in Hindi and English; of a template, with placeholders in braces."""

    title_hi: str
    title_en: str
    body_hi: str
    body_en: str


@dataclass(frozen=True, slots=True)
class Both:
    """One value as each language says it."""

    hi: str
    en: str


def load_templates(path: Path = _FILE) -> Mapping[str, Text]:
    """The templates by kind; raises TypeError for one that lacks a language or has a field too many."""
    with path.open("rb") as file:
        return MappingProxyType({kind: Text(**fields) for kind, fields in tomllib.load(file).items()})


TEMPLATES: Final = load_templates()


def render(kind: str, values: Mapping[str, Both]) -> Text:
    """The text of this kind with its placeholders filled; raises KeyError for an unknown kind or a missing value."""
    template = TEMPLATES[kind]
    hindi = {name: value.hi for name, value in values.items()}
    english = {name: value.en for name, value in values.items()}
    return Text(
        title_hi=template.title_hi.format_map(hindi),
        title_en=template.title_en.format_map(english),
        body_hi=template.body_hi.format_map(hindi),
        body_en=template.body_en.format_map(english),
    )
