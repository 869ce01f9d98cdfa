"""By which terms a customer is found: words of name, email, phone and company; tier, status, tags. Pure."""

import re
import unicodedata

from tandem.customers.models import Customer, CustomerFilter

MOST_WORDS = 24
"""Of a customer, so that any change of it fits into one transaction of 100 writes; any further words find nothing."""

LONGEST_WORD = 64
"""Characters by which words are told apart."""

_TELEPHONE = re.compile(r"\+?[0-9\s().\-/]+")
_SEVEN = 7


def words(text: str) -> list[str]:
    """The words of a text, without case and accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    spaced = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in kept)
    return [word[:LONGEST_WORD] for word in spaced.split()]


def searched(text: str) -> list[str]:
    """What the words of a customer must begin with to be found by a search. A telephone number may be written with
    blanks and brackets; what has an `@` is an email address, or its beginning."""
    digits = "".join(sign for sign in text if sign in "0123456789")
    if _TELEPHONE.fullmatch(text.strip()) and digits and ("+" in text or len(digits) >= _SEVEN):
        return [digits]
    found = [[part.casefold()[:LONGEST_WORD]] if "@" in part else words(part) for part in text.split()]
    return list(dict.fromkeys(word for part in found for word in part))


def terms(customer: Customer) -> frozenset[str]:
    """All terms of a customer."""
    profile = customer.profile
    found: list[str] = []
    if profile.email:
        found.append(profile.email.casefold()[:LONGEST_WORD])
    if profile.phone:
        found.append(profile.phone.removeprefix("+"))
    for text in (profile.first_name, profile.last_name, profile.company, profile.email):
        found += words(text or "")
    some = list(dict.fromkeys(found))[:MOST_WORDS]
    properties = [f"status={customer.status}", f"tier={customer.tier}", *(f"tag={tag}" for tag in customer.tags)]
    return frozenset([*properties, *(f"word={word}" for word in some)])


def wanted_terms(wanted: CustomerFilter) -> list[str]:
    """The terms that a filter asks for, the rarest first."""
    asked = [f"tag={tag}" for tag in wanted.tags]
    asked += [f"tier={wanted.tier}"] if wanted.tier else []
    return asked + ([f"status={wanted.status}"] if wanted.status else [])
