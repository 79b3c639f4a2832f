"""Writes the sign-in page: one form without script, readable on the smallest phone, in Hindi or in English.

Whatever comes from outside passes through `html.escape`; the policy allows this page's own style, a form to itself and
to the application's registered address, and nothing else.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Final
from urllib.parse import urlsplit

from fastapi import Response

from sangathan_identity.api.sign_in_words import WORDS

_STYLE: Final = (
    "body{font:1.125rem/1.5 'Noto Sans Devanagari',system-ui,sans-serif;margin:0;background:#fff;color:#1b1b1b}"
    "main{max-width:26rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}"
    "h1{font-size:1.4rem;line-height:1.3}"
    "label{display:block;margin-top:1rem;font-weight:600}"
    "input,button{font:inherit;box-sizing:border-box;width:100%;min-height:2.75rem;padding:.5rem;margin-top:.25rem;"
    "border:1px solid #5f5f5f;border-radius:.25rem}"
    "button{margin-top:1rem;background:#fff;color:#1b1b1b;cursor:pointer}"
    "button.first{background:#123c69;color:#fff;border-color:#123c69;font-weight:600}"
    "a{color:#123c69;display:inline-block;min-height:2.75rem;line-height:2.75rem}"
    ":focus-visible{outline:3px solid #b35c00;outline-offset:2px}"
    "[role=alert]{border-left:.3rem solid #a4000f;padding:.5rem .75rem;background:#fdf0f0}"
    "[role=status]{border-left:.3rem solid #1d6b35;padding:.5rem .75rem;background:#eff8f1}"
)
_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows; ``sealed`` goes back with the form, ``note`` and ``seconds`` say what just happened."""

    hindi: bool
    client_name: str
    scope: tuple[str, ...]
    redirect_uri: str
    sealed: str
    other_language: str
    phone: str = ""
    note: str = ""
    seconds: int = 0
    code_sent: bool = False


def sign_in_page(shown: Shown, status: int = 200) -> Response:
    """The page."""
    words = WORDS["hi" if shown.hindi else "en"]
    learns = "".join(f"<li>{escape(words[name])}</li>" for name in shown.scope)
    heading = words["to"].format(name=shown.client_name)
    body = (
        f"<h1>{escape(heading)}</h1>{_said(shown, words)}"
        f'<form method="post" action="/oauth2/authorize">'
        f'<input type="hidden" name="sealed" value="{escape(shown.sealed)}">'
        f"{_code_fields(words) if shown.code_sent else _first_fields(words, shown.phone)}"
        f"<p>{escape(words['learns'])}</p><ul>{learns}</ul><p>{escape(words['nothing_else'])}</p>"
        f'<button name="do" value="cancel" formnovalidate>{escape(words["cancel"])}</button></form>'
        f'<p><a href="{escape(shown.other_language)}" lang="{"en" if shown.hindi else "hi"}">'
        f"{escape(words['other'])}</a></p>"
    )
    return _page((shown.hindi, words["title"]), body, status=status, answered_at=_answered_at(shown.redirect_uri))


def sorry_page(error: str, *, hindi: bool) -> Response:
    """A page that says to the person alone why there is no sign-in: nobody is sent anywhere."""
    words = WORDS["hi" if hindi else "en"]
    body = f'<h1>{escape(words["sorry"])}</h1><p role="alert">{escape(words[error])}</p>'
    return _page((hindi, words["sorry"]), body, status=400, answered_at="")


def _said(shown: Shown, words: Mapping[str, str]) -> str:
    if shown.note:
        return f'<p role="alert">{escape(words[shown.note].format(seconds=shown.seconds))}</p>'
    return f'<p role="status">{escape(words["sent"])}</p>' if shown.code_sent else ""


def _first_fields(words: Mapping[str, str], phone: str) -> str:
    """Phone and password; the first button is what Enter presses."""
    return (
        f'<label for="phone">{escape(words["phone"])}</label>'
        f'<input id="phone" name="phone" type="tel" autocomplete="username tel" inputmode="tel" maxlength="32" required'
        f' value="{escape(phone)}">'
        f'<label for="password">{escape(words["password"])}</label>'
        f'<input id="password" name="password" type="password" autocomplete="current-password" maxlength="200">'
        f'<button class="first" name="do" value="password">{escape(words["by_password"])}</button>'
        f'<button name="do" value="send-code">{escape(words["send_code"])}</button>'
    )


def _code_fields(words: Mapping[str, str]) -> str:
    return (
        f'<label for="code">{escape(words["code"])}</label>'
        f'<input id="code" name="code" autocomplete="one-time-code" inputmode="numeric" maxlength="16" required>'
        f'<button class="first" name="do" value="code">{escape(words["by_code"])}</button>'
    )


def _answered_at(uri: str) -> str:
    """Where the form may end up, for the page's policy: browsers hold redirects of a form to it as well."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else f"{parts.scheme}:"


def _page(said: tuple[bool, str], body: str, *, status: int, answered_at: str) -> Response:
    hindi, title = said
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self' {answered_at}".rstrip()
        + "; base-uri 'none'; frame-ancestors 'none'"
    )
    language = "hi" if hindi else "en"
    text = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    headers = {
        "content-security-policy": policy,
        "cache-control": "no-store",
        "content-language": language,
        "referrer-policy": "no-referrer",
    }
    return Response(text, status, headers, media_type="text/html")
