"""All numbers of one person, by 名寄せ: what protects one of them protects all. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from kyotsu.japanese.addressee_numbers import forms_of


class Links(NamedTuple):
    """What a number's own item tells."""

    principal: str | None = None
    """Whom its record is linked to or, if it is closed, was when it was closed."""
    followers: Collection[str] = ()
    """Numbers that may point to it: whether they do, their own items tell."""


def people_of(
    numbers: Collection[str], look: Callable[[Collection[str]], Mapping[str, Links]]
) -> dict[str, frozenset[str]]:
    """Return as `SamePerson.numbers_of`. `look` tells of numbers; those that can't be read now are missing.

    Those who point to the same number are one person's. `look` is called once for each step from a number to the next.
    """
    told, unread = dict[str, Links](), set[str]()
    # In order, so that the forms of a number are asked for together: a request that fails concerns few people.
    pending = list(dict.fromkeys(form for number in numbers for form in forms_of(number)))
    while pending:
        found = look(pending)
        told |= found
        unread.update(number for number in pending if number not in found)
        near = (number for links in found.values() for number in (links.principal, *links.followers) if number)
        forms = dict.fromkeys(form for number in near for form in forms_of(number))
        pending = [form for form in forms if form not in told and form not in unread]
    pointers = defaultdict[str, list[str]](list)
    for number, links in told.items():
        if links.principal:
            pointers[number].append(links.principal)
            pointers[links.principal].append(number)
    people = {number: _reached(number, pointers) for number in numbers}
    # Who might point to one of a person's numbers and can't be read may be the one that is protected.
    return {
        number: person
        for number, person in people.items()
        if unread.isdisjoint(person) and all(unread.isdisjoint(told[own].followers) for own in person)
    }


def _reached(number: str, pointers: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return a number and all that can be reached from it, in every form."""
    found, pending = set[str](), [number]
    while pending:
        new = [form for form in forms_of(pending.pop()) if form not in found]
        found.update(new)
        pending += [other for form in new for other in pointers.get(form, ())]
    return frozenset(found)
