"""転出証明書情報 of a person: what the records say, with the move as it was confirmed."""

from __future__ import annotations

from collections.abc import Mapping

from kyotsu.moving.documents import Address, Application, Certificate, CertificatePerson
from kyotsu.moving.reconciling import ResidentRecord

FOREIGN = "2"
_RELATIONSHIPS = {
    "02": "世帯主",
    "11": "夫",
    "12": "妻",
    "13": "夫（未届）",
    "14": "妻（未届）",
    "20": "子",
    "51": "父",
    "52": "母",
    "71": "兄",
    "74": "弟",
    "81": "姉",
    "84": "妹",
    "96": "縁故者",
    "99": "同居人",
}
"""続柄コード (facts, 3.4). 2X (子の続柄) varies and is written as 子."""


def certificate_of(application: Application, position: int, record: ResidentRecord) -> Certificate:
    """Return what one message tells: the person as recorded here, the move as confirmed.

    The household's head is told by name only if the application says it; the records have numbers of households.
    """
    items = record.items
    return Certificate(
        application_number=application.application_number,
        revision=application.revision,
        from_municipality=application.from_municipality,
        to_municipality=application.to_municipality,
        filed_on=application.submitted_at[:10],
        planned_on=application.planned_on,
        previous_address=address_of(items),
        new_address=application.new_address,
        head_of_household=application.previous_head_of_household,
        filer=application.filer,
        people=(_person(position, items),),
        total=len(application.people),
    )


def address_of(items: Mapping[str, str]) -> Address:
    """Return the address of a resident record in parts."""
    return Address(
        municipality_code=items.get("jusho_shikuchosonkodo", ""),
        postal_code=items.get("jusho_yubinbango", ""),
        prefecture=items.get("jusho_todofuken", ""),
        municipality_name=items.get("jusho_shikugunchosonmei", ""),
        machiaza=items.get("jusho_choaza", ""),
        street_number=items.get("jusho_banchigohyoki", ""),
        building=items.get("jusho_katagaki", ""),
    )


def _person(position: int, items: Mapping[str, str]) -> CertificatePerson:
    codes = [items[name] for name in (f"tsuzukigarakodo{place}" for place in range(1, 5)) if items.get(name)]
    return CertificatePerson(
        position=position,
        name=items.get("shimei_gaikokujinkanji") or items.get("shimei", ""),
        name_kana=items.get("shimei_furigana", ""),
        roman_name=items.get("shimei_gaikokujinromaji", ""),
        common_name=items.get("tsusho", ""),
        common_name_kana=items.get("tsusho_furigana", ""),
        former_name=items.get("kyushi", ""),
        former_name_kana=items.get("kyushi_furigana", ""),
        birth_date=items.get("seinengappi", ""),
        birth_date_note=items.get("seinengappi_fushohyoki", ""),
        sex=items.get("seibetsu", ""),
        relationship="の".join(_relationship(code) for code in codes),
        relationship_code="".join(codes),
        resident_kind=items.get("juminshubetsu", "1"),
        individual_number=items.get("kojinbango", ""),
        resident_record_code=items.get("juminhyokodo", ""),
        resident_since=items.get("juminnengappi", ""),
    )


def _relationship(code: str) -> str:
    return _RELATIONSHIPS.get(code, "子" if code.startswith("2") else "")
