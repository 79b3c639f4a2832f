"""The catalogue of offices: rights come from offices, so every part reads them from this one reviewed file.

``offices.toml`` beside this module is the policy; this module loads it into frozen values and refuses to load a file
that contradicts itself (an unknown action, an office appointing somebody above itself), naming the place and the cure.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast

_POLICY_FILE: Final = Path(__file__).with_name("offices.toml")
DELEGATE: Final = "appointment.delegate"
GRANT: Final = "client.grant"
NEVER_DELEGATED: Final = frozenset({DELEGATE, GRANT, "appointment.make", "appointment.end", "person.suspend"})
"""Power over power stays with the holder, whatever the file says: what is delegated is one level deep."""

_OFFICE_KEYS: Final = {"level", "name_hi", "name_en", "actions", "field_classes", "may_appoint"}


ONE_FACTOR: Final = "1"
TWO_FACTORS: Final = "2"
_ASSURANCE_KEYS: Final = {"acr", "max_age_s"}
_LONGEST_AGE_S: Final = 86_400


class OfficesError(ValueError):
    """The offices file contradicts itself; the message says where and what would be accepted."""


@dataclass(frozen=True, slots=True)
class Office:
    """An office (*dayitva*): a title held at a unit of one level for a term, and the rights that come from it."""

    slug: str
    level: str
    name_hi: str
    name_en: str
    actions: frozenset[str]
    field_classes: frozenset[str]
    may_appoint: frozenset[str]

    def allows(self, action: str) -> bool:
        """Whether the holder may do `action` in the unit of the office and beneath it."""
        return action in self.actions


@dataclass(frozen=True, slots=True)
class Assurance:
    """How sure the system must be who acts: ``acr`` factors, the newest shown at most ``max_age_s`` seconds ago."""

    acr: str
    max_age_s: int

    def met_by(self, acr: str, age_s: float) -> bool:
        """Whether a sign-in of this assurance, shown so many seconds ago, is enough; an unknown ``acr`` never is."""
        enough = acr == TWO_FACTORS or (acr == ONE_FACTOR and self.acr == ONE_FACTOR)
        return enough and age_s <= self.max_age_s


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All offices with the vocabulary they are written in; action maps give each verb its sentence."""

    levels: tuple[str, ...]
    field_classes: tuple[str, ...]
    actions: Mapping[str, str]
    self_actions: Mapping[str, str]
    public_actions: Mapping[str, str]
    offices: Mapping[str, Office]
    delegable: frozenset[str]
    """What a holder may pass on for a while, if the own office allows it."""
    shows: Mapping[str, frozenset[str]]
    """The field classes that an action shows at most; an action without an entry shows none."""
    longest_acting_days: int
    longest_delegation_days: int
    assurance: Mapping[str, Assurance]
    grantable: frozenset[str]
    """What another system may be granted, if the granting office allows it."""
    granted_field_classes: frozenset[str]
    """The field classes that another system is shown at most."""
    longest_grant_days: int

    def office(self, slug: str) -> Office:
        """The office called `slug`; raises KeyError when there is none."""
        return self.offices[slug]

    def find(self, slug: str) -> Office | None:
        """The office called `slug`, or None when there is none."""
        return self.offices.get(slug)

    def fields_shown(self, office: Office, action: str) -> frozenset[str]:
        """The field classes that a holder sees in this action."""
        return office.field_classes & self.shows.get(action, frozenset())

    def may_delegate(self, office: Office) -> frozenset[str]:
        """What a holder may pass on: nothing, unless the office allows passing on at all."""
        return office.actions & self.delegable if office.allows(DELEGATE) else frozenset()

    def may_grant(self, office: Office) -> frozenset[str]:
        """What a holder may grant to another system: nothing, unless the office allows granting at all."""
        return office.actions & self.grantable if office.allows(GRANT) else frozenset()

    def knows(self, action: str) -> bool:
        """Whether `action` is a verb of this system: one of an office, of everybody signed in, or of the public."""
        return action in self.actions or action in self.self_actions or action in self.public_actions


def load_catalogue(path: Path = _POLICY_FILE) -> Catalogue:
    """The catalogue in the TOML file at `path`; raises OfficesError when the file contradicts itself."""
    with path.open("rb") as file:
        try:
            return _catalogue(tomllib.load(file))
        except (tomllib.TOMLDecodeError, OfficesError) as error:
            raise OfficesError(f"{path.name}: {error}") from error


def _catalogue(raw: dict[str, Any]) -> Catalogue:
    levels = _strings(raw, "levels", "the file")
    field_classes = _strings(raw, "field_classes", "the file")
    actions, own, public = (_sentences(raw, key) for key in ("actions", "self_actions", "public_actions"))
    _refuse_doubles([*actions, *own, *public], "an action stands in more than one of the action tables")
    tables = _table(raw, "offices")
    _table(raw, "shows")
    offices = {slug: _office(slug, _table(tables, slug)) for slug in tables}
    catalogue = Catalogue(
        levels,
        field_classes,
        actions,
        own,
        public,
        MappingProxyType(offices),
        delegable=frozenset(_strings(raw, "delegable", "the file")),
        shows=MappingProxyType({action: frozenset(_strings(raw["shows"], action, "shows")) for action in raw["shows"]}),
        longest_acting_days=_days(raw, "longest_acting_days"),
        longest_delegation_days=_days(raw, "longest_delegation_days"),
        assurance=_assurances(raw),
        grantable=frozenset(_strings(raw, "grantable", "the file")),
        granted_field_classes=frozenset(_strings(raw, "granted_field_classes", "the file")),
        longest_grant_days=_days(raw, "longest_grant_days"),
    )
    _check_limits(catalogue)
    _refuse_unknown("[assurance]", catalogue.assurance, [*actions, *own])
    _check_grantable(catalogue)
    for office in offices.values():
        _check_words(office, catalogue)
    for office in offices.values():
        _check_powers(office, catalogue)
    return catalogue


def _assurances(raw: dict[str, Any]) -> Mapping[str, Assurance]:
    table = _table(raw, "assurance")
    return MappingProxyType({action: _assurance(action, row) for action, row in table.items()})


def _assurance(action: str, row: Any) -> Assurance:
    if not isinstance(row, dict) or row.keys() != _ASSURANCE_KEYS:
        raise OfficesError(f"[assurance] {action} must have exactly the keys {sorted(_ASSURANCE_KEYS)}")
    acr, age = row["acr"], row["max_age_s"]
    if acr not in {ONE_FACTOR, TWO_FACTORS} or not isinstance(age, int) or not 0 < age <= _LONGEST_AGE_S:
        raise OfficesError(f'[assurance] {action} takes acr "1" or "2" and up to {_LONGEST_AGE_S} seconds')
    return Assurance(acr, age)


def _office(slug: str, raw: dict[str, Any]) -> Office:
    place = f"offices.{slug}"
    if wrong := raw.keys() ^ _OFFICE_KEYS:
        raise OfficesError(f"{place} must have exactly the keys {sorted(_OFFICE_KEYS)}; at odds: {sorted(wrong)}")
    for key in ("level", "name_hi", "name_en"):
        if not isinstance(raw[key], str) or not raw[key].strip():
            raise OfficesError(f"{place}.{key} must be a text that is not empty")
    return Office(
        slug=slug,
        level=raw["level"],
        name_hi=raw["name_hi"],
        name_en=raw["name_en"],
        actions=frozenset(_strings(raw, "actions", place)),
        field_classes=frozenset(_strings(raw, "field_classes", place)),
        may_appoint=frozenset(_strings(raw, "may_appoint", place)),
    )


def _check_words(office: Office, catalogue: Catalogue) -> None:
    place = f"offices.{office.slug}"
    _refuse_unknown(f"{place}.level", [office.level], catalogue.levels)
    _refuse_unknown(f"{place}.actions", office.actions, catalogue.actions)
    _refuse_unknown(f"{place}.field_classes", office.field_classes, catalogue.field_classes)
    _refuse_unknown(f"{place}.may_appoint", office.may_appoint, catalogue.offices)


def _check_limits(catalogue: Catalogue) -> None:
    _refuse_unknown("delegable", catalogue.delegable, catalogue.actions)
    _refuse_unknown("shows", catalogue.shows, catalogue.actions)
    for action, classes in catalogue.shows.items():
        _refuse_unknown(f"shows.{action}", classes, catalogue.field_classes)
    if catalogue.delegable & NEVER_DELEGATED:
        raise OfficesError(f"delegable names {sorted(catalogue.delegable & NEVER_DELEGATED)}, which nobody passes on")


def _check_grantable(catalogue: Catalogue) -> None:
    _refuse_unknown("grantable", catalogue.grantable, catalogue.actions)
    _refuse_unknown("granted_field_classes", catalogue.granted_field_classes, catalogue.field_classes)
    if beyond := catalogue.grantable & (NEVER_DELEGATED | catalogue.assurance.keys()):
        raise OfficesError(f"grantable names {sorted(beyond)}, for which a person has to answer")


def _check_powers(office: Office, catalogue: Catalogue) -> None:
    place = f"offices.{office.slug}"
    if office.may_appoint and not office.allows("appointment.make"):
        raise OfficesError(f"{place} names offices under may_appoint and so needs the action appointment.make")
    rank = catalogue.levels.index
    for slug in sorted(office.may_appoint):
        if rank(catalogue.office(slug).level) < rank(office.level):
            raise OfficesError(f"{place}.may_appoint names {slug}, which stands above it; appoint only at or below")


def _days(raw: dict[str, Any], key: str) -> int:
    value = raw.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 366:
        raise OfficesError(f"{key} must be a number of days, from 1 to 366")
    return value


def _strings(raw: dict[str, Any], key: str, place: str) -> tuple[str, ...]:
    value = raw.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise OfficesError(f"{key} of {place} must be a list of texts")
    _refuse_doubles(value, f"{key} of {place} names something twice")
    return tuple(value)


def _table(raw: dict[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key)
    if not isinstance(value, dict) or not value:
        raise OfficesError(f"[{key}] must be a table that is not empty")
    return cast("dict[str, Any]", value)


def _sentences(raw: dict[str, Any], key: str) -> Mapping[str, str]:
    table = _table(raw, key)
    for name, sentence in table.items():
        if not isinstance(sentence, str) or not sentence.strip():
            raise OfficesError(f"[{key}] {name} must say in a sentence what it lets somebody do")
    return MappingProxyType(table)


def _refuse_doubles(names: list[str], complaint: str) -> None:
    if doubles := sorted({name for name in names if names.count(name) > 1}):
        raise OfficesError(f"{complaint}: {doubles}")


def _refuse_unknown(place: str, named: Iterable[str], known: Iterable[str]) -> None:
    if unknown := sorted(set(named) - set(known)):
        raise OfficesError(f"{place} names {unknown}; known are {sorted(known)}")


CATALOGUE: Final = load_catalogue()
"""The offices of this release, checked when this module is imported."""

OFFICES: Final = CATALOGUE.offices
ACTIONS: Final = frozenset(CATALOGUE.actions)
SELF_ACTIONS: Final = frozenset(CATALOGUE.self_actions)
PUBLIC_ACTIONS: Final = frozenset(CATALOGUE.public_actions)
