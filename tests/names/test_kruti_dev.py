"""What clerks typed in Kruti Dev and DevLys is read as they meant it."""

import unicodedata
from importlib import resources
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangathan_names.kruti_dev import from_kruti_dev, is_well_formed
from tests.names.kruti_writer import typed

GOLDEN: Final = Path(__file__).with_name("kruti_dev.golden.tsv")


def golden() -> list[tuple[str, str]]:
    """Words as they are stored, and as they look, each looked at by a person; some are typed in two ways."""
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    return [(stored, shown) for stored, _, shown in (line.partition("\t") for line in lines)]


def names() -> list[tuple[str, str]]:
    """Names in English and Hindi (CMU, CC BY 3.0)."""
    text = (resources.files("sangathan_demo") / "data" / "names_hi_en.tsv").read_text(encoding="utf-8")
    pairs = [line.partition("\t") for line in text.splitlines()[1:]]
    return [(english, unicodedata.normalize("NFC", hindi)) for english, _, hindi in pairs if hindi]


def test_every_word_of_the_golden_list_is_read() -> None:
    wrong = [(stored, from_kruti_dev(stored), shown) for stored, shown in golden() if from_kruti_dev(stored) != shown]
    assert (len(golden()) >= 300, wrong) == (True, [])


def test_names_that_are_typed_come_back_as_they_were() -> None:
    """All but four, whose spelling has an apostrophe that the font has no key for."""
    wrong = [hindi for _, hindi in names() if from_kruti_dev(typed(hindi)) != hindi]
    assert len(wrong) == 4
    assert all("'" in hindi for hindi in wrong)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("jke 'kekZ", "राम शर्मा"),
        ("Jherh lhrk nsoh", "श्रीमती सीता देवी"),
        ("dk;kZy;", "कार्यालय"),
        ("vkfFkZd", "आर्थिक"),
        ("fLFkfr", "स्थिति"),
        ("LFkfxr", "स्थगित"),
        ("laxBu", "संगठन"),
        ("v/;{k", "अध्यक्ष"),
        ("ea=h", "मंत्री"),
        ("{kf=;", "क्षत्रिय"),
        ("{ks=", "क्षेत्र"),
        ("Nk=k", "छात्रा"),
        ("Nk=kk", "छात्रा"),
        ("f=kyksd", "त्रिलोक"),
        ("foKku", "विज्ञान"),
        ("xzke iapk;r", "ग्राम पंचायत"),
        ("cM+k", "बड़ा"),
        ("c<+bZ", "बढ़ई"),
        ("Q+kst", "फ़ोज"),
        ("#ikyh", "रुपाली"),
        (":ik", "रूपा"),
        ("gSjkuh", "हैरानी"),
        ("pkSgku", "चौहान"),
        ("vkSj", "और"),
        (",dkn'kh", "एकादशी"),
        (",s'o;Z", "ऐश्वर्य"),
        ('Å"kk', "ऊषा"),
        ('_f"k', "ऋषि"),
        ("çseÁdk'k", "प्रेमप्रकाश"),
        ("ØkfUr", "क्रान्ति"),
        ("Vªd", "ट्रक"),
        ("Mkñ jke", "डा. राम"),
        ("ƒ„…†‡ˆ‰Š‹å", "१२३४५६७८९०"),
        ("9876543210", "9876543210"),
        ("jke&y{e.k", "राम-लक्ष्मण"),
        ("txr~", "जगत्"),
        ("vtZqu", "अर्जुन"),
        ("\x83\x84", "१२"),
        ("jke¼NksVs½", "राम(छोटे)"),
        ("gaqdkj", "हुंकार"),
        ("", ""),
        ("रमेश", "रमेश"),
    ],
)
def test_reading_follows_the_order_of_speech(stored: str, shown: str) -> None:
    assert from_kruti_dev(stored) == unicodedata.normalize("NFC", shown)


@given(st.text(max_size=200))
def test_nothing_breaks_the_reader(text: str) -> None:
    read = from_kruti_dev(text)
    assert read == unicodedata.normalize("NFC", read)
    assert "\ue000" not in read.replace(text, "")
    is_well_formed(read)


@pytest.mark.parametrize("word", ["रमेश", "ज्ञानेश्वर", "विष्णु दत्त", "जगत्", "ओंकार"])
def test_a_word_that_can_be_said_is_well_formed(word: str) -> None:
    assert is_well_formed(word)


@pytest.mark.parametrize("word", ["िरमेश", "रााम", "कैौ", "Ramesh", "", "्क"])
def test_a_row_of_signs_is_no_word(word: str) -> None:
    assert not is_well_formed(word)
