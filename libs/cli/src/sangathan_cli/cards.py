"""`sangathan cards`: membership cards through the gateway, and their verification and keys without it."""

import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid4

import httpx
import typer

from sangathan_cards.cose import NotSigned, read_keys
from sangathan_cards.status_list import read_list
from sangathan_cards.verdict import Checked, Verdict, check
from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.options import DEFAULT_DATA, DataOption, JsonOption, examples
from sangathan_cli.output import console, print_json
from sangathan_cli.signed_in import (
    AppointmentOption,
    Chunks,
    CodeOption,
    PasswordOption,
    PhoneOption,
    SignIn,
    checked,
    gateway_url,
    signed_in,
)
from sangathan_embedded.layout import Layout
from sangathan_embedded.secret_files import SecretFiles, write_private

cards_app = typer.Typer(help="Membership cards: issue, print, end, and check without network.", no_args_is_help=True)

WhyOption = Annotated[str, typer.Option("--why", help="For the audit trail, from 5 to 300 characters.")]
OutOption = Annotated[Path, typer.Option("--out", help="Where to write.", dir_okay=False)]
FolderOption = Annotated[Path, typer.Option("--from", help="What `cards fetch` wrote.", exists=True, file_okay=False)]
_KEYS: Final = ("card-keys.cbor", "/v1/card-keys")
_LIST: Final = ("card-status-list.cbor", "/v1/card-status-list")
_INDIA: Final = timezone(timedelta(hours=5, minutes=30))
_WORDS: Final = {
    Verdict.NOT_A_CARD: "यह सदस्यता कार्ड का कोड नहीं है / this is not the code of a membership card",
    Verdict.UNKNOWN_KEY: "ऐसी कुंजी से बना है जो यहाँ ज्ञात नहीं / made with a key that is not known here",
    Verdict.FORGED: "असली नहीं: हस्ताक्षर मेल नहीं खाता / not genuine: its signature does not fit",
    Verdict.NOT_YET_VALID: "अभी मान्य नहीं; इस यंत्र की घड़ी देखें / not good yet; look at this machine's clock",
    Verdict.EXPIRED: "अवधि बीत चुकी है / it has expired",
    Verdict.STATUS_UNKNOWN: "असली है; सूची पुरानी है, बाद में वापस लिया गया या नहीं, ज्ञात नहीं"
    " / genuine; the list is old, and whether it has ended since cannot be said",
    Verdict.REVOKED: "अब मान्य नहीं: वापस लिया जा चुका है / no longer good: it has ended",
    Verdict.VALID: "यह कार्ड मान्य है / this card is good",
}
_LABELS: Final = {
    "number": "सदस्यता संख्या / number",
    "name_hi": "नाम (कुछ अक्षर छिपे)",
    "name_en": "name, partly hidden",
    "until": "इस तिथि तक मान्य / good until",
}


@cards_app.command(epilog=examples("sangathan cards issue 0190d2f0-… --why 'First card' --phone +916000000002"))
def issue(
    worker_id: Annotated[UUID, typer.Argument(help="The worker's id.")],
    *,
    why: WhyOption,
    phone: PhoneOption,
    password_file: PasswordOption = None,
    code: CodeOption = "",
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Issue a worker a card; an earlier one of theirs ends."""
    who = SignIn(data, phone, password_file, appointment, code)
    _tell(_posted(who, f"/v1/workers/{worker_id}/cards", why), as_json=as_json)


@cards_app.command(epilog=examples("sangathan cards end 0190d2f0-… --why 'Lost on the way' --phone +916000000002"))
def end(
    card_id: Annotated[UUID, typer.Argument(help="The card's id.")],
    *,
    why: WhyOption,
    phone: PhoneOption,
    password_file: PasswordOption = None,
    code: CodeOption = "",
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """End a card that was lost, stolen or given back."""
    who = SignIn(data, phone, password_file, appointment, code)
    _tell(_posted(who, f"/v1/cards/{card_id}/endings", why), as_json=as_json)


@cards_app.command(
    epilog=examples(
        "sangathan cards render 0190d2f0-… --out card.pdf --phone +916000000002",
        "sangathan cards render 0190d2f0-… --out code.txt --language en --phone +916000000002",
    )
)
def render(
    card_id: Annotated[UUID, typer.Argument(help="The card's id.")],
    *,
    out: OutOption,
    phone: PhoneOption,
    language: Annotated[Literal["hi", "en"], typer.Option("--language", help="Of the labels.")] = "hi",
    password_file: PasswordOption = None,
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Write a card as .svg, .png or .pdf, or as .txt the text of its QR code alone."""
    picture = out.suffix.removeprefix(".").lower()
    if picture not in {"svg", "png", "pdf", "txt"}:
        msg = f"{out} must end in .svg, .png, .pdf or .txt."
        raise CliFault(msg, ExitCode.USAGE)
    with signed_in(SignIn(data, phone, password_file, appointment)) as desk:
        out.write_bytes(desk.get(f"/v1/cards/{card_id}/face?format={picture}&language={language}").content)


@cards_app.command(epilog=examples("sangathan cards fetch to-take-along"))
def fetch(
    folder: Annotated[Path, typer.Argument(help="Where to keep keys and status list.", file_okay=False)],
    *,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Fetch the public keys and the status list, to check cards with where there is no network."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with httpx.Client(base_url=gateway_url(data), timeout=30.0, trust_env=False) as http:
            for name, path in (_KEYS, _LIST):
                (folder / name).write_bytes(checked(http.get(path)).content)
    except httpx.TransportError as error:
        msg = f"The gateway does not answer: {type(error).__name__}."
        raise CliFault(msg, ExitCode.NOT_RUNNING) from None


@cards_app.command(
    epilog=examples("sangathan cards verify code.txt --from to-take-along", "sangathan cards verify - --from … < code")
)
def verify(
    code: Annotated[typer.FileText, typer.Argument(help="A file with the text of a QR code; - for standard input.")],
    *,
    folder: FolderOption,
    as_json: JsonOption = False,
) -> None:
    """Check a card without network; exits 1 unless it is good."""
    said = _checked(code.read(), folder)
    if as_json:
        print_json({"verdict": said.verdict.value, **_shown(said)})
    else:
        console.print(f"{said.verdict.value}: {_WORDS[said.verdict]}", markup=False)
        for name, value in _shown(said).items():
            if value:
                console.print(f"  {_LABELS[name]}: {value}", markup=False)
    if said.verdict is not Verdict.VALID:
        raise typer.Exit(ExitCode.FAILED)


@cards_app.command(
    "rotate-keys", epilog=examples("sangathan cards rotate-keys", "sangathan cards rotate-keys --key-file card.key")
)
def rotate_keys(
    *,
    key_file: Annotated[Path | None, typer.Option("--key-file", help="Instead of the data folder's.")] = None,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Let the key that is published ahead sign from now on, publish a new one ahead, and keep the others."""
    path = key_file or SecretFiles(Layout(data.absolute()).secrets).card_key
    if not path.is_file():
        msg = f"{path} is not there."
        raise CliFault(msg, ExitCode.USAGE)
    keys = path.read_text(encoding="ascii").split()
    if len(keys) < 2:
        msg = f"{path} publishes no key ahead: add a second line, wait a week, then rotate."
        raise CliFault(msg)
    signing, following, *earlier = keys
    new = f"{secrets.token_hex(4)}:{urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b'=').decode()}"
    write_private(path, "\n".join([following, new, signing, *earlier]) + "\n")
    names = [line.partition(":")[0] for line in (following, new, signing)]
    console.print(f"{names[0]} signs, {names[1]} is published ahead, {names[2]} stays until its last card has expired.")


def _posted(who: SignIn, path: str, why: str) -> dict[str, Any]:
    with signed_in(who) as desk:
        return dict(
            desk.post(path, Chunks(json.dumps({"why": why}).encode()), {"Idempotency-Key": str(uuid4())}).json()
        )


def _tell(card: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(dict(card))
    else:
        moment = datetime.fromisoformat(card["ended_at"] or card["expires_at"])
        when = f"{'on' if card['ended_at'] else 'until'} {moment.astimezone(_INDIA):%Y-%m-%d}"
        console.print(f"card {card['id']}, number {card['number']}: {card['status']}, {when}")


def _checked(text: str, folder: Path) -> Checked:
    try:
        keys = read_keys((folder / _KEYS[0]).read_bytes())
        statuses = read_list((folder / _LIST[0]).read_bytes(), keys)
    except (OSError, NotSigned):
        msg = f"{folder} does not hold what `sangathan cards fetch` writes."
        raise CliFault(msg, ExitCode.USAGE) from None
    return check(text, keys, statuses, int(time.time()))


def _shown(said: Checked) -> dict[str, str]:
    """The card's own words, of one that is not refused."""
    card = said.card
    if card is None or said.verdict not in {Verdict.VALID, Verdict.STATUS_UNKNOWN}:
        return {}
    until = f"{datetime.fromtimestamp(card.expires_at, _INDIA):%Y-%m-%d}"
    return {"number": card.number, "name_hi": card.name_hi, "name_en": card.name_en, "until": until}
