"""Fill in a 転入届 from 転出証明書情報 and the reservation, whichever of the two is there."""

from __future__ import annotations

from kyotsu.contracts import outcomes
from kyotsu.japanese.eras import japanese_date, western_date
from kyotsu.moving.documents import Address, Certificate, CertificatePerson, MovingPerson, Reservation
from kyotsu.moving.form.forms import FormPerson, MoveInForm

_SEXES = {"0": "不詳", "1": "男", "2": "女"}
_CAPACITIES = {"self": "本人", "head": "世帯主", "member": "世帯員"}


def fill(case_id: str, certificate: Certificate | None, reservation: Reservation | None) -> MoveInForm:
    """Return the form: people as certified, new address and visit as announced last.

    Without a certificate people are as announced; without a reservation the address is the certificate's 転出先. One of
    the two must be there.
    """
    told = reservation or certificate
    if told is None:
        raise ValueError("neither certificate nor reservation")
    certified = certificate or told
    destination = _fuller(told.new_address, certified.new_address)
    return MoveInForm(
        case_id=case_id,
        application_number=told.application_number or certified.application_number,
        municipality=destination.municipality_name,
        planned_on=japanese_date(certified.planned_on or told.planned_on),
        visit_on=japanese_date(reservation.visit_on) if reservation else "",
        new_address=destination.text,
        previous_address=_fuller(certified.previous_address, told.previous_address).text,
        head_of_household=reservation.head_of_household if reservation else "",
        previous_head_of_household=certificate.head_of_household if certificate else "",
        filer=told.filer.name or certified.filer.name,
        filer_capacity=_CAPACITIES.get(told.filer.capacity or certified.filer.capacity, ""),
        filer_phone=told.filer.phone or certified.filer.phone,
        people=_people(certificate, reservation),
        notes=_notes(certificate, reservation),
    )


def _fuller(first: Address, second: Address) -> Address:
    """Return the first address, unless it is empty."""
    return first if first.text else second


def _people(certificate: Certificate | None, reservation: Reservation | None) -> tuple[FormPerson, ...]:
    if certificate is not None:
        return tuple(_certified(person) for person in sorted(certificate.people, key=lambda person: person.position))
    people = reservation.people if reservation else ()
    return tuple(_announced(person) for person in sorted(people, key=lambda person: person.position))


def _certified(person: CertificatePerson) -> FormPerson:
    # A foreigner without a name in kanji is called by the one in Roman letters.
    name = person.name or person.roman_name
    others = (
        ("ローマ字", person.roman_name if person.name else ""),
        ("通称", person.common_name),
        ("旧氏", person.former_name),
    )
    printed = western_date if person.is_foreign else japanese_date
    return FormPerson(
        name=name,
        name_kana=person.name_kana or person.common_name_kana,
        other_names=tuple((called, other) for called, other in others if other),
        birth_date=person.birth_date_note or printed(person.birth_date),
        sex=person.sex_note or _SEXES.get(person.sex, ""),
        relationship=person.relationship,
    )


def _announced(person: MovingPerson) -> FormPerson:
    others = (("ローマ字", person.roman_name if person.name else ""), ("通称", person.common_name))
    # Nobody told who is a foreigner: a name in Roman letters or a 通称 does.
    printed = western_date if person.roman_name or person.common_name else japanese_date
    return FormPerson(
        name=person.name or person.roman_name,
        name_kana=person.name_kana,
        other_names=tuple((called, other) for called, other in others if other),
        birth_date=person.birth_date_note or printed(person.birth_date),
        sex=_SEXES.get(person.sex, ""),
        relationship=person.relationship,
    )


def _notes(certificate: Certificate | None, reservation: Reservation | None) -> tuple[str, ...]:
    found = []
    if certificate is None:
        found.append(outcomes.FORM_UNCERTIFIED)
    if reservation is None:
        found.append(outcomes.FORM_UNANNOUNCED)
    elif certificate is not None and len(certificate.people) != len(reservation.people):
        found.append(outcomes.FORM_PEOPLE_DIFFER)
    if certificate is not None and not certificate.card_based:
        found.append(outcomes.FORM_NOT_CARD_BASED)
    return tuple(outcome.sentence() for outcome in found)
