"""Other people's text: nothing in it steers, hides or overflows, and nothing else is lost."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supachat.domain.text import MAX_MARKS, has_rtl, isolate, safe, safe_line, safe_url

PAYLOADS = json.loads(
    (Path(__file__).parents[1] / "vectors/data/text/payloads.json").read_text(encoding="utf-8")
)
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
JOINERS = "\u200c\u200d"
VISIBLE_SIGNS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
"""Format characters of Arabic and Kaithi that are drawn: signs under numbers."""
UNSEEN = "\u115f\u1160\u3164\uffa0"
"""Letters by name that are drawn as nothing."""
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)


def steers(char: str) -> bool:
    """Whether a terminal or an eye may be led astray by it."""
    category = unicodedata.category(char)
    if char == "\n" or char in JOINERS or char in VISIBLE_SIGNS:
        return False
    tag = 0xE0020 <= ord(char) <= 0xE007F  # only left in the flags of England, Scotland and Wales
    return category in ("Cc", "Cs") or char in BIDI or (category == "Cf" and not tag)


@pytest.mark.parametrize("payload", PAYLOADS, ids=[each["name"] for each in PAYLOADS])
def test_a_hostile_text_keeps_its_letters_and_loses_its_power(payload: dict[str, str]) -> None:
    made = safe(payload["text"])
    assert not [char for char in made if steers(char)]
    plain = [char for char in payload["text"] if char.isascii() and char.isprintable()]
    assert [char for char in made if char.isascii() and char.isprintable() and char != " "] == [
        char for char in plain if char != " "
    ]
    made.encode()  # no lone surrogate is left


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("two\nlines", "two\nlines"),
        ("windows\r\nlines", "windows\nlines"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("a\tb", "a    b"),
        ("\x1b[2J", "\u241b[2J"),
        ("\r\x08\x00\x7f", "\u240d\u2408\u2400\u2421"),
        ("\x9b31m\x85", "\ufffd31m\ufffd"),
        ("\ud800", "\ufffd"),
        ("\ufffe\U0001ffff\ufdd0", "\ufffd\ufffd\ufffd"),
        ("gpj\u202eexe.", "gpj\ufffdexe."),
        ("a\u200bb\ufeffc\u00add", "a\ufffdb\ufffdc\ufffdd"),
        ("pay\u200dpal", "pay\ufffdpal"),
        ("tag\U000e0041", "tag\ufffd"),
        ("hidden\U000e0100data", "hidden\ufffddata"),
        ("e" + "\u0301" * 9, "e" + "\u0301" * MAX_MARKS),
        ("\u0301x", " \u0301x"),
        ("x\n\u0301", "x\n \u0301"),
    ],
)
def test_what_becomes_of_each_kind(text: str, expected: str) -> None:
    assert safe(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "👩‍💻 👍🏽 🇩🇪 ❤️‍🔥 1️⃣",
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "می‌خواهم",
        "क्‍ष",
        "葛\U000e0100城市",
        "שָׁלוֹם",
        "ภาษาไทย ที่",
        "Kovač naïve Ångström",
        "a[1] = [x for x in y] [red][/]",
        "<b>&amp;</b>",
    ],
)
def test_honest_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_a_length_is_capped_and_the_cut_is_marked() -> None:
    assert safe("x" * 20, limit=10) == "x" * 9 + "\u22ef"
    assert safe("x" * 10, limit=10) == "x" * 10
    assert len(safe("\x1b" * 100_000)) == 65536


def test_a_line_has_no_line_feed() -> None:
    assert safe_line("  a\n\n b\tc  ") == "a b c"
    assert safe_line("x" * 300) == "x" * 199 + "\u22ef"
    assert safe_line("") == ""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://acme.dev/a?b=c#d", "https://acme.dev/a?b=c#d"),
        ("HTTP://acme.dev", "http://acme.dev"),
        ("mailto:ana@acme.dev", "mailto:ana@acme.dev"),
        ("mailto:ana@acme.dev?subject=hi%20all", "mailto:ana@acme.dev?subject=hi%20all"),
        ("mailto:ana@acme.dev?attach=/etc/passwd", None),
        ("mailto:ana@acme.dev?subject=hi&%61ttach=/etc/passwd", None),
        ("https://bank.example@evil.example/", None),
        ("https://bank.example\\@evil.example/", None),
        ("https://b\u00fccher.de:x@evil.example", None),
        ("https://acme.dev/@ana", "https://acme.dev/@ana"),
        ("https://acme.dev/ä b\"'<>\x1b\x07", "https://acme.dev/%C3%A4%20b%22'%3C%3E%1B%07"),
        ("https://bücher.de:8080/x", "https://xn--bcher-kva.de:8080/x"),
        ("https://аpple.com", "https://xn--pple-43d.com"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("data:text/html,x", None),
        ("https://", None),
        ("https://[::1", None),
        ("https://\ud800.de", None),
        ("ssh://acme.dev", None),
        ("", None),
    ],
)
def test_which_addresses_are_opened(url: str, expected: str | None) -> None:
    assert safe_url(url) == expected


def test_right_to_left_text_is_isolated_and_other_text_is_not() -> None:
    assert isolate("שלום") == "\u2068שלום\u2069"
    assert isolate("hello") == "hello"
    assert has_rtl("abc العربية")
    assert not has_rtl("日本語")


@given(ANYTHING)
def test_nothing_that_steers_is_ever_left(text: str) -> None:
    made = safe(text)
    assert not [char for char in made if steers(char)]
    made.encode()


@given(ANYTHING)
def test_what_is_safe_stays_as_it_is(text: str) -> None:
    assert safe(safe(text)) == safe(text)


@given(ANYTHING)
def test_letters_and_figures_are_never_lost(text: str) -> None:
    kept = "".join(char for char in safe(text) if char.isalnum())
    assert kept == "".join(char for char in text if char.isalnum() and char not in UNSEEN)


@given(st.text(st.sampled_from("a \n\u0301\u0489\ufe0f\u20e3"), max_size=40))
def test_no_stack_of_marks_grows_and_none_stands_alone(text: str) -> None:
    made = safe(text)
    assert re.search(f"[\u0301\u0489\ufe0f\u20e3]{{{MAX_MARKS + 1}}}", made) is None
    assert re.search("(^|\n)[\u0301\u0489\ufe0f\u20e3]", made) is None


@given(ANYTHING)
def test_an_address_is_printable_ascii_or_none(text: str) -> None:
    for url in (text, f"https://acme.dev/{text}", f"mailto:{text}"):
        made = safe_url(url)
        assert made is None or (made.isascii() and made.isprintable() and " " not in made)
