"""By which terms a customer is found."""

from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.customers.models import Customer, CustomerFilter, Profile
from tandem.customers.terms import LONGEST_WORD, MOST_WORDS, searched, terms, wanted_terms, words

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def customer(**profile: str | None) -> Customer:
    return Customer("t", "c", Profile(**profile), MOMENT, MOMENT)


def found_words(**profile: str | None) -> set[str]:
    return {term.removeprefix("word=") for term in terms(customer(**profile)) if term.startswith("word=")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Obi", ["ada", "obi"]),
        ("O'Brien-Nwosu", ["o", "brien", "nwosu"]),
        ("ÀÉÎõü Straße", ["aeiou", "strasse"]),
        ("ΣΊΣΥΦΟΣ", ["σισυφοσ"]),
        ("李 小龍", ["李", "小龍"]),
        ("सीमा", ["सीमा"]),
        ("ﬁne №5", ["fine", "no5"]),
        ("a\u00adb", ["a", "b"]),
        ("🙂 !? --", []),
        ("", []),
        ("x" * 100, ["x" * LONGEST_WORD]),
    ],
)
def test_words_are_known_without_case_and_accents(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada  ada OBI", ["ada", "obi"]),
        ("+234 (801) 234-5678", ["2348012345678"]),
        ("080 1234 5678", ["08012345678"]),
        ("12 34", ["12", "34"]),
        ("+1", ["1"]),
        ("+", []),
        ("Ada@Example.com obi", ["ada@example.com", "obi"]),
        ("A" * 70 + "@b", ["a" * LONGEST_WORD]),
        ("٠١٢٣٤٥٦٧", ["٠١٢٣٤٥٦٧"]),
        ("-- !", []),
    ],
)
def test_a_search_is_words_an_email_address_or_a_telephone_number(text: str, expected: list[str]) -> None:
    assert searched(text) == expected


def test_a_customer_is_found_by_name_company_email_and_telephone() -> None:
    full = Profile("Ada", "Obi", "Ada.O@Mail.example", "+2348012345678", "Zenith & Co", "Founder")
    assert found_words(**asdict(full)) == {
        "ada", "obi", "ada.o@mail.example", "o", "mail", "example", "2348012345678", "zenith", "co",
    }  # fmt: skip


def test_properties_and_tags_are_terms_as_they_are() -> None:
    made = Customer("t", "c", Profile(phone="+15005550001"), MOMENT, MOMENT, "gold", "archived", ["VIP", "a#b"])
    assert terms(made) == {"status=archived", "tier=gold", "tag=VIP", "tag=a#b", "word=15005550001"}


def test_a_filter_asks_for_the_rarest_first() -> None:
    assert wanted_terms(CustomerFilter.of("x", "gold", "active", "a,b", None, "c")) == [
        "tag=a", "tag=b", "tag=c", "tier=gold", "status=active",
    ]  # fmt: skip
    assert wanted_terms(CustomerFilter.of(None, None, None, None)) == []


def test_email_and_telephone_are_words_however_many_others_there_are() -> None:
    many = " ".join(str(number) for number in range(1000))
    found = found_words(first_name=many, last_name=many, email="a@b.example", phone="+2348012345678")
    assert len(found) == MOST_WORDS
    assert {"a@b.example", "2348012345678"} <= found


@given(st.text(max_size=100), st.integers(0, 100))
def test_whatever_a_name_is_its_words_and_their_beginnings_find_it(name: str, cut: int) -> None:
    index = found_words(first_name=name)
    for part in name.split():
        if "@" in part or len(words(name)) > MOST_WORDS:
            continue
        for word in words(part)[:-1] + [word[: cut + 1] for word in words(part)[-1:]]:
            assert any(known.startswith(word) for known in index)


@given(st.text(max_size=100))
def test_whatever_is_searched_for_is_short_words_each_once(text: str) -> None:
    found = searched(text)
    assert len(set(found)) == len(found)
    assert all(1 <= len(word) <= 100 for word in found)
