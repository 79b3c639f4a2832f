"""The public pages in a real browser, on a phone that speaks Hindi and on one that speaks English."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.registry.pictures import a_picture
from tests.system.browser import Page, a_browser
from tests.system.demo_system import DemoSystem

HINDI, ENGLISH = "hi-IN,hi", "en-IN,en"
_PATIENCE_S = 20


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One browser for all tests here: starting it costs more than any of them."""
    with a_browser(tmp_path_factory.mktemp("browser")) as tab:
        yield tab


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A picture, a letter, and what only calls itself a picture."""
    contents = {"shop.jpg": a_picture(), "letter.pdf": b"%PDF-1.7 the letter he showed", "bad.png": b"no picture"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return [tmp_path / name for name in contents]


PAGES = ("/", "/verify", "/statement", "/report", "/confirm#sgk_0123456789abcdefghijkl", "/confirm")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_small_phone_and_a_thumb(demo: DemoSystem, page: Page, path: str) -> None:
    page.open(f"{demo.http.base_url}{path}", language=HINDI, width=320)
    assert page.fits()
    assert page.small_targets() == []


@pytest.mark.parametrize(
    "speaks",
    [(HINDI, "यह फ़ाइल साक्ष्य के रूप में नहीं ली जाती"), (ENGLISH, "This file is not taken as evidence")],
)
def test_a_stranger_reports_with_files_and_officers_find_them(
    demo: DemoSystem, page: Page, files: list[Path], speaks: tuple[str, str]
) -> None:
    language, refused = speaks
    booth = demo.truth.level("booth").unit
    page.open(f"{demo.http.base_url}/report?unit={booth.unit_id}", language=language)
    mark = uuid4().hex
    page.type("name", "कोई नमूना")
    page.type("what", f"दुकान पर आकर धमकाया, {mark}")
    page.choose("#files", files)
    page.press("form button")
    told = page.told("bad.png")
    assert refused in told
    reference = next(word for word in told.split() if word.count("-") == 1 and word.isupper())
    headers = {"Authorization": f"Bearer {demo.token('booth')}"}
    found = [
        one for one in demo.http.get("/v1/cases", headers=headers).json()["items"] if one["reference"] == reference
    ]
    case = demo.http.get(f"/v1/cases/{found[0]['id']}", headers=headers).json()
    assert mark in case["claim"]["what"]
    assert sorted(one["media_type"] for one in case["evidence"]) == ["application/pdf", "image/jpeg"]


def test_whoever_is_shown_a_statement_reads_what_was_signed_and_not_what_the_paper_says(
    demo: DemoSystem, page: Page
) -> None:
    name = f"Kapati {uuid4().hex}"
    text = a_statement_on(demo, name)
    told = checked(demo, page, text, "genuine and stands")
    assert "हमारे अभिलेख में नहीं" in told
    assert name in told
    assert f"District President, {district_now(demo)}" in told
    assert page.fits()
    bent = f"{text[:-6]}{'A' if text[-6] != 'A' else 'B'}{text[-5:]}"
    assert name not in checked(demo, page, bent, "is not ours")


def checked(demo: DemoSystem, page: Page, text: str, words: str) -> str:
    """What the page says of a statement, once that has these words."""
    page.open(f"{demo.http.base_url}/statement", language=HINDI, width=320)
    page.type("text", text)
    page.press("form button")
    return page.told(words, name="result")


@pytest.mark.parametrize(("language", "thanks"), [(HINDI, "पुष्टि हो गई"), (ENGLISH, "it is confirmed")])
def test_a_person_reads_the_notice_in_both_languages_and_confirms(
    demo: DemoSystem, page: Page, language: str, thanks: str
) -> None:
    worker = a_new_worker(demo)
    link, code = asked(demo, worker["phone"])
    page.open(f"{demo.http.base_url}/confirm#{link}", language=language)
    page.type("code", f"{(int(code) + 1) % 1_000_000:06}")
    page.press("#look button")
    page.until("document.getElementById('told').innerText")
    page.run("document.getElementById('code').value = ''")
    page.type("code", code)
    page.press("#look button")
    assert "आपके बारे में" in page.told("संगठन", name="notice")
    page.press("#in-en")
    assert "political views" in page.told("organisation", name="notice")
    page.press("#confirm")
    page.told(thanks)
    headers = {"Authorization": f"Bearer {demo.token('booth')}"}
    consents = demo.http.get(f"/v1/workers/{worker['id']}/consents", headers=headers).json()["items"]
    assert [one["confirmed_how"] for one in consents] == ["code"]


def test_this_is_not_me_takes_one_tap_and_the_record_out_of_sight(demo: DemoSystem, page: Page) -> None:
    worker = a_new_worker(demo)
    link, _code = asked(demo, worker["phone"])
    page.open(f"{demo.http.base_url}/confirm#{link}", language=HINDI)
    page.press("#not-me")
    page.told("It is in no list any more")
    headers = {"Authorization": f"Bearer {demo.token('booth')}"}
    assert demo.http.get(f"/v1/workers/{worker['id']}", headers=headers).json()["name_hi"] is None


def district_now(demo: DemoSystem) -> str:
    """The district's name; other tests of this system give units other ones."""
    headers = {"Authorization": f"Bearer {demo.token('district')}"}
    name: str = demo.http.get("/v1/units", params={"limit": 1}, headers=headers).json()["items"][0]["name_en"]
    return name


def a_statement_on(demo: DemoSystem, name: str) -> str:
    """The signed text by which a district says that nobody of that name is on record."""
    headers = {"Authorization": f"Bearer {demo.token('district')}"}
    claim = {"name": name, "office": "बूथ अध्यक्ष"}
    booth = str(demo.truth.level("booth").unit.unit_id)
    body = {"unit_id": booth, "claim": claim, "what": "He threatened a shopkeeper."}
    opened = demo.http.post("/v1/cases", json=body, headers=headers)
    assert opened.status_code == 201, opened.text
    place = f"/v1/cases/{opened.json()['id']}"
    for version, (act, said) in enumerate(
        [
            ("steps", {"step": "looked-at", "remark": "Asked at the booth"}),
            ("decisions", {"outcome": "impostor", "reasons": "Nobody there knows him"}),
        ],
        1,
    ):
        done = demo.http.post(f"{place}/{act}", json=said, headers={**headers, "If-Match": f'"{version}"'})
        assert done.status_code == 200, done.text
    statement = done.json()["statements"][0]["id"]
    return demo.http.get(f"/v1/case-statements/{statement}", params={"format": "jws"}, headers=headers).text


def a_new_worker(demo: DemoSystem) -> dict[str, str]:
    phone = f"+9161000{uuid4().int % 100_000:05}"
    consent = {
        "purpose": "membership",
        "notice_version": "1",
        "language": "hi",
        "how": "spoken",
        "given_at": "2026-01-20T09:00:00+05:30",
    }
    body = {
        "unit_id": str(demo.truth.level("booth").unit.unit_id),
        "name_hi": "सुनीता नमूना",
        "birth_year": 1985,
        "phone": phone,
        "consent": consent,
    }
    headers = {"Authorization": f"Bearer {demo.token('booth')}"}
    made = demo.http.post("/v1/workers", json=body, headers=headers)
    assert made.status_code == 201, made.text
    return {"id": made.json()["id"], "phone": phone}


def asked(demo: DemoSystem, phone: str) -> tuple[str, str]:
    """The link and the code that went to the phone, as the demonstration's log has them."""
    log = demo.servers.layout.logs / "registry.log"
    before = log.stat().st_size
    assert demo.http.post("/v1/consent-confirmation-codes", json={"phone": phone}).status_code == 202
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        with log.open("rb") as lines:
            lines.seek(before)
            for line in lines:
                if b"demo_link" in line and (said := json.loads(line))["phone_ends"] == phone[-2:]:
                    return said["demo_link"].rpartition("#")[2], said["demo_code"]
        time.sleep(0.1)
    raise AssertionError(log.read_bytes()[before:])
