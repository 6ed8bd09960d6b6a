"""An invented family that moves: its rows of 001o006, and the application it files once in the portal."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from kyotsu.japanese.dates import JST
from kyotsu_cli.town.columns import COLUMNS
from kyotsu_cli.town.numbering import Serials, individual_number, resident_record_code

REGISTERED, MOVED_IN = "1", "01"
_SEED, _BEHIND_ALL = 1, 900_000
"""Of their 個人番号: behind everybody of a town."""


class Member(NamedTuple):
    """Somebody of the family."""

    name: str
    kana: str
    birth_date: str
    sex: str
    relationship: str


FAMILY = (
    Member("見本　太郎", "ミホン　タロウ", "1985-04-01", "1", "02"),
    Member("見本　花子", "ミホン　ハナコ", "1986-05-02", "2", "12"),
    Member("見本　一郎", "ミホン　イチロウ", "2015-06-03", "1", "20"),
)


@dataclass(frozen=True, slots=True)
class Home:
    """Where the family lives, or is going to."""

    municipality: str
    prefecture: str
    city: str
    machiaza: str
    street_number: str
    first_number: int
    """Their 宛名番号 here begin with this one, without its check digit."""

    def numbers(self) -> list[str]:
        """Return their 宛名番号 here."""
        serials = Serials(self.first_number)
        return [serials.issue() for _ in FAMILY]


YOKOHAMA = Home("141003", "神奈川県", "横浜市中区", "港町", "１－１", 90_001)
CHIYODA = Home("131016", "東京都", "千代田区", "千代田", "２－１", 50_001)


def rows(home: Home) -> tuple[str, bytes]:
    """Return a file of 001o006-01 that registers the family at a home, and its name."""
    now = datetime.now(JST)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for position, (member, number) in enumerate(zip(FAMILY, home.numbers(), strict=True), 1):
        writer.writerow(_row(home, member, number, position, now))
    return f"001o006_{MOVED_IN}_D_v1_{now:%Y%m%d%H%M%S}_900001.csv", text.getvalue().encode()


def _row(home: Home, member: Member, number: str, position: int, now: datetime) -> dict[str, str]:
    return {
        "shikuchosonkodo": home.municipality,
        "atenabango": number,
        "kojinrirekibango": "1",
        "kojinrirekibango_edabango": "0",
        "saishinfuragu": "1",
        "setaibango": home.numbers()[0],
        "kojinbango": individual_number(_SEED, _BEHIND_ALL + position),
        "juminhyokodo": resident_record_code(_SEED, _BEHIND_ALL + position),
        "juminshubetsu": "1",
        "juminjotai": REGISTERED,
        "idonengappi": f"{now:%Y-%m-%d}",
        "idojiyu": MOVED_IN,
        "shimei": member.name,
        "shimei_furigana": member.kana,
        "seibetsu": member.sex,
        "seinengappi": member.birth_date,
        "tsuzukigarakodo1": member.relationship,
        "jusho_shikuchosonkodo": home.municipality,
        "jusho_todofuken": home.prefecture,
        "jusho_shikugunchosonmei": home.city,
        "jusho_choaza": home.machiaza,
        "jusho_banchigohyoki": home.street_number,
        "sosashaid": "demo",
        "sosanengappi": f"{now:%Y-%m-%d}",
        "sosajikoku": f"{now:%H:%M:%S}",
        "sakujofuragu": "0",
    }


@dataclass(frozen=True, slots=True)
class Application:
    """What the family files: one application, of which each municipality takes its own part."""

    number: str
    from_home: Home
    to_home: Home
    planned_on: date

    def document(self, part: str) -> bytes:
        """Return the document that one municipality gets: `tenshutsutodoke` or `tennyuyoyaku`."""
        told: dict[str, Any] = {
            "document": "application",
            "application_number": self.number,
            "revision": 1,
            "submitted_at": datetime.now(JST).isoformat(timespec="seconds"),
            "parts": [part],
            "from_municipality": self.from_home.municipality,
            "to_municipality": self.to_home.municipality,
            "planned_on": str(self.planned_on),
            "visit_on": str(self.planned_on + timedelta(days=2)),
            "previous_address": _place(self.from_home) | {"machiaza": "港町", "street_number": "1番1号"},
            "new_address": _place(self.to_home),
            "previous_head_of_household": FAMILY[0].name,
            "head_of_household": FAMILY[0].name,
            "filer": {"name": FAMILY[0].name, "name_kana": FAMILY[0].kana, "capacity": "self", "position": 1},
            "people": [self._person(position, member) for position, member in enumerate(FAMILY, 1)],
        }
        return json.dumps(told, ensure_ascii=False).encode()

    def references(self) -> dict[str, str]:
        """Return 個人番号 by the references that stand for them in the document."""
        positions = range(1, len(FAMILY) + 1)
        return {self._reference(each): individual_number(_SEED, _BEHIND_ALL + each) for each in positions}

    def _person(self, position: int, member: Member) -> dict[str, Any]:
        return {
            "position": position,
            "name": member.name,
            "name_kana": member.kana,
            "birth_date": member.birth_date,
            "sex": member.sex,
            "individual_number_reference": self._reference(position),
        }

    def _reference(self, position: int) -> str:
        return f"{self.number}-{position}"


def _place(home: Home) -> dict[str, str]:
    return {"prefecture": home.prefecture, "municipality_name": home.city}
