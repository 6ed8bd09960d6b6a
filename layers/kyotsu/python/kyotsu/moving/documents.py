"""Papers of a case as JSON: application, reservation, 転出証明書情報.

Official layouts are not public; these are ours, a superset of the items that are known. Dates are texts: `YYYY-MM-DD`,
whose month and day may be 00 where a birth date is indefinite (不詳日; the wording then stands beside it), "" where
there is none. Every text may be empty: a blank 氏名 is lawful. Codes are those of 住民記録 (性別 0, 1, 2; 住民種別 1,
2).
"""

from __future__ import annotations

from typing import TypeVar

import msgspec


class UnreadableDocumentError(ValueError):
    """A document is no JSON of the expected layout; tells where, never what stood there."""


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An address in parts, or as far as it is known: of the planned one perhaps the municipality alone."""

    municipality_code: str = ""
    """市区町村コード."""
    postal_code: str = ""
    prefecture: str = ""
    municipality_name: str = ""
    machiaza: str = ""
    street_number: str = ""
    """番地号."""
    building: str = ""
    """方書."""

    @property
    def text(self) -> str:
        """The address on one line; the building after a full-width space."""
        place = self.prefecture + self.municipality_name + self.machiaza + self.street_number
        return "　".join(part for part in (place, self.building) if part)


class Filer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """届出人."""

    name: str = ""
    name_kana: str = ""
    capacity: str = ""
    """`self` 本人, `head` 世帯主, `member` 世帯員."""
    position: int = 0
    """Which of the people it is; 0: none of them (a head of household who stays)."""
    phone: str = ""


class MovingPerson(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who moves, as the applicant told it."""

    position: int
    """From 1, in the application's order."""
    name: str = ""
    name_kana: str = ""
    roman_name: str = ""
    common_name: str = ""
    """通称."""
    birth_date: str = ""
    birth_date_note: str = ""
    """不詳表記."""
    sex: str = ""
    relationship: str = ""
    """続柄 as written."""
    individual_number_reference: str = ""
    """Where the 個人番号 is found; never the number."""


class Reservation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """転入予約 or 転居予約 (来庁予定の連絡): what the receiving office learns before the visit."""

    application_number: str
    revision: int = 1
    submitted_at: str = ""
    """ISO 8601 with offset."""
    from_municipality: str = ""
    to_municipality: str = ""
    planned_on: str = ""
    """転出予定年月日 (転居予定年月日)."""
    visit_on: str = ""
    """来庁予定日; a date only."""
    previous_address: Address = msgspec.field(default_factory=Address)
    new_address: Address = msgspec.field(default_factory=Address)
    head_of_household: str = ""
    """世帯主 of the new household, as announced."""
    filer: Filer = msgspec.field(default_factory=Filer)
    people: tuple[MovingPerson, ...] = ()


class Application(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The application as マイナポータル brought it (PaperKind.RAW), or as confirmed (PaperKind.CONFIRMED)."""

    application_number: str
    kind: str = "O"
    """CaseKind at the municipality that reads it."""
    revision: int = 1
    submitted_at: str = ""
    from_municipality: str = ""
    to_municipality: str = ""
    planned_on: str = ""
    previous_address: Address = msgspec.field(default_factory=Address)
    new_address: Address = msgspec.field(default_factory=Address)
    previous_head_of_household: str = ""
    head_of_household: str = ""
    filer: Filer = msgspec.field(default_factory=Filer)
    people: tuple[MovingPerson, ...] = ()
    visit_on: str = ""
    """来庁予定日 of the reservation that was filed with it; "": no reservation."""

    @property
    def reservation(self) -> Reservation | None:
        """The part for the receiving office, if a visit was announced."""
        if not self.visit_on:
            return None
        same = {name: getattr(self, name) for name in Reservation.__struct_fields__}
        return Reservation(**same)


class Membership(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something of 住民票 beside the person: 国民健康保険, 介護保険, 国民年金, 児童手当, 選挙人名簿 and the like."""

    kind: str
    """`national_health_insurance`, `late_elderly_medical`, `long_term_care`, `national_pension`, `child_allowance`,
    `electoral_register`."""
    holds: bool = True
    acquired_on: str = ""
    lost_on: str = ""
    number: str = ""
    """基礎年金番号 and the like."""
    detail: str = ""
    """種別 and the like, as written."""


class ForeignResident(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Items that only foreign residents have."""

    nationality: str = ""
    category: str = ""
    """第30条45規定区分 (01 to 06)."""
    residence_status: str = ""
    """在留資格."""
    residence_period: str = ""
    residence_expires_on: str = ""
    card_number: str = ""
    """在留カード番号 or 特別永住者証明書番号."""
    resident_since: str = ""
    """外国人住民となった日."""


class CertificatePerson(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody of 転出証明書情報, as 住民記録 of the municipality that was left knows them."""

    position: int
    name: str = ""
    """氏名 (of foreigners in kanji, if there is one)."""
    name_kana: str = ""
    roman_name: str = ""
    common_name: str = ""
    common_name_kana: str = ""
    former_name: str = ""
    """旧氏."""
    former_name_kana: str = ""
    name_priority: str = ""
    """氏名優先区分 (01 to 13)."""
    birth_date: str = ""
    birth_date_note: str = ""
    sex: str = ""
    sex_note: str = ""
    """性別表記."""
    relationship: str = ""
    """続柄表記 in the household that was left."""
    relationship_code: str = ""
    resident_kind: str = "1"
    """住民種別: 1 日本人住民, 2 外国人住民."""
    individual_number: str = ""
    resident_record_code: str = ""
    registered_domicile: str = ""
    """本籍."""
    registered_domicile_head: str = ""
    """筆頭者."""
    resident_since: str = ""
    """住民となった年月日."""
    address_since: str = ""
    """住所を定めた年月日."""
    foreign: ForeignResident | None = None
    memberships: tuple[Membership, ...] = ()

    @property
    def is_foreign(self) -> bool:
        """Whether this is a 外国人住民."""
        return self.resident_kind == "2" or self.foreign is not None


class Certificate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """転出証明書情報 of everybody of one application."""

    application_number: str = ""
    """受付番号 of the portal; "" if the CS brought none."""
    revision: int = 1
    from_municipality: str
    to_municipality: str
    filed_on: str = ""
    """届出年月日 of 転出届."""
    planned_on: str = ""
    """転出予定年月日."""
    card_based: bool = True
    """特例転入 (住基法24条の2)."""
    previous_address: Address = msgspec.field(default_factory=Address)
    new_address: Address = msgspec.field(default_factory=Address)
    """転出先 (予定)."""
    head_of_household: str = ""
    """世帯主 of the household that was left."""
    head_of_household_kana: str = ""
    filer: Filer = msgspec.field(default_factory=Filer)
    people: tuple[CertificatePerson, ...] = ()
    total: int = 0
    """How many people move; each comes in a message of its own. 0: those who are named."""


T = TypeVar("T", Application, Reservation, Certificate)
_ENCODER = msgspec.json.Encoder(order="deterministic")


def encode(document: Application | Reservation | Certificate) -> bytes:
    """Return a document as JSON (UTF-8), equal documents as equal bytes."""
    return _ENCODER.encode(document)


def decode(body: bytes, kind: type[T]) -> T:
    """Read a document of a kind; items it does not know are passed over. Raises UnreadableDocumentError."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise UnreadableDocumentError(_place(error)) from None
    except UnicodeDecodeError:
        raise UnreadableDocumentError("not UTF-8") from None


def _place(error: msgspec.MsgspecError) -> str:
    """Return the path of an offending item: a message may quote what was read."""
    _, mark, path = str(error).rpartition(" - at `")
    return path.rstrip("`") if mark else "document"
