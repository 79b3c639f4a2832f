"""The part of XPath 1.0 that a form understands: answers to one earlier question, and bounds, lengths and a pattern.

A literal may not hold the quote it stands in (XPath 1.0, 3.7), so that a text with both kinds is spelled by ``concat``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

Value = str | Decimal

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<name>\$\{\s*[A-Za-z_][\w.-]*\s*\})|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?[0-9]{1,30}(?:\.[0-9]{1,400})?)"
    r"|(?P<word>[a-z][a-z-]*)|(?P<sign><=|>=|[=<>(),.]))"
)
_MOST_TOKENS: Final = 2_000


class NotUnderstood(Exception):  # noqa: N818 - it becomes a fault of a row.
    """The expression is outside the part that a form understands."""


@dataclass(slots=True)
class _Tokens:
    """Tokens from left to right."""

    tokens: list[tuple[str, str]] = field(default_factory=list)
    at: int = 0

    @classmethod
    def of(cls, text: str) -> "_Tokens":
        found, at = cls(), 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None or len(found.tokens) > _MOST_TOKENS:
                raise NotUnderstood
            found.tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()
        return found

    def sees(self, *words: str) -> bool:
        """Whether the next tokens are these."""
        return [token for _, token in self.tokens[self.at : self.at + len(words)]] == list(words)

    def skip(self, *words: str) -> None:
        """Goes past these tokens; raises NotUnderstood when others stand there."""
        if not self.sees(*words):
            raise NotUnderstood
        self.at += len(words)

    def take(self, kind: str) -> str:
        """The next token; raises NotUnderstood when it is of another kind."""
        if self.at >= len(self.tokens) or self.tokens[self.at][0] != kind:
            raise NotUnderstood
        self.at += 1
        return self.tokens[self.at - 1][1]

    def value(self) -> Value:
        """A literal."""
        if self.sees("concat", "("):
            self.skip("concat", "(")
            parts = [self.take("text")[1:-1]]
            while self.sees(","):
                self.skip(",")
                parts.append(self.take("text")[1:-1])
            self.skip(")")
            return "".join(parts)
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "number":
            return Decimal(self.take("number"))
        return self.take("text")[1:-1]

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self.at == len(self.tokens)


@dataclass(frozen=True, slots=True)
class Relevant:
    """A condition: the question, its answers, and whether they were asked for as one of several (``selected``)."""

    question: str
    values: list[Value]
    selected: bool


def read_relevant(text: str) -> Relevant:
    """The condition; raises NotUnderstood."""
    tokens = _Tokens.of(text)
    atoms = [_answer(tokens)]
    while not tokens.over:
        tokens.skip("or")
        atoms.append(_answer(tokens))
    if len({(name, selected) for name, _, selected in atoms}) != 1:
        raise NotUnderstood
    name, _, selected = atoms[0]
    return Relevant(name, [value for _, value, _ in atoms], selected)


def _answer(tokens: _Tokens) -> tuple[str, Value, bool]:
    selected = tokens.sees("selected")
    if selected:
        tokens.skip("selected", "(")
    name = tokens.take("name")[2:-1].strip()
    tokens.skip("," if selected else "=")
    value = tokens.value()
    if selected:
        tokens.skip(")")
    return name, value, selected


def read_constraint(text: str) -> dict[str, Value]:
    """The limits by their names in a question: least, most, shortest, longest, pattern; raises NotUnderstood."""
    tokens = _Tokens.of(text)
    limits = dict([_limit(tokens)])
    while not tokens.over:
        tokens.skip("and")
        name, value = _limit(tokens)
        if name in limits:
            raise NotUnderstood
        limits[name] = value
    return limits


def _limit(tokens: _Tokens) -> tuple[str, Value]:
    if tokens.sees("regex"):
        tokens.skip("regex", "(", ".", ",")
        pattern = tokens.value()
        tokens.skip(")")
        if isinstance(pattern, Decimal):
            raise NotUnderstood
        return "pattern", pattern
    of_length = tokens.sees("string-length")
    tokens.skip(*(("string-length", "(", ".", ")") if of_length else (".",)))
    names = ("shortest", "longest") if of_length else ("least", "most")
    sign = tokens.take("sign")
    if sign not in {">=", "<="}:
        raise NotUnderstood
    return names[sign == "<="], Decimal(tokens.take("number"))


def relevant_of(condition: Mapping[str, Any] | None, kinds: Mapping[str, str]) -> str:
    """The condition as XPath; ``kinds`` are the types of the questions by id."""
    if condition is None:
        return ""
    name = condition["question"]
    form = "selected(${{{0}}}, {1})" if kinds[name] == "choices" else "${{{0}}} = {1}"
    return " or ".join(form.format(name, _literal(value)) for value in condition["is"])


def constraint_of(question: Mapping[str, Any]) -> str:
    """The limits of a question as XPath."""
    forms = {
        "least": ". >= {}",
        "most": ". <= {}",
        "shortest": "string-length(.) >= {}",
        "longest": "string-length(.) <= {}",
        "pattern": "regex(., {})",
    }
    given = ((form, question.get(name)) for name, form in forms.items())
    return " and ".join(form.format(_literal(value)) for form, value in given if value is not None)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "'true'" if value else "'false'"
    if isinstance(value, (int, float)):
        return f"{Decimal(repr(value)):f}"
    if "'" not in value:
        return f"'{value}'"
    if '"' not in value:
        return f'"{value}"'
    return f"concat({', '.join(_quoted(value))})"


def _quoted(value: str) -> Iterable[str]:
    for part in re.findall(r"[^']+|'+", value):
        yield f'"{part}"' if part.startswith("'") else f"'{part}'"
