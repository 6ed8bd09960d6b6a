"""The flows of 共通機能標準仕様書 2.1, over HTTP with tokens: six of 2.3.2 (031) and two of 2.4.3 (032).

Who is looked for by basic information is found by 候補者抽出 (1); in the others a system knows the number already.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from kyotsu.japanese.digits import is_individual_number
from kyotsu.wiring.catalogue import layout_columns
from tests.fakes.deployment import CATALOGUE, body, row
from tests.flows.api_calls import ISSUE, Answered, Systems, operated
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number
from tests.flows.sandbox_process import eventually
from tools.openapi_examples import PERSON

TAX, WELFARE = "010", "022"
EDIT = "031:app_submit/v10/jutogaishaatenakihonjohokoshin:Update"
HISTORY = "031:app_submit/v10/jutogaishaatenarirekishokai:Read"
INTEGRATE = "032:app_submit/v10/dantainaitogoatenabangofuban:Create"
SEARCH = "031:app_submit/v10/jutogaishaatenakihonjohosyokai:Read"
LOOK_UP = "032:app_submit/v10/dantainaitogoatenakihonjohosyokai:Read"
NEW, CARRIED_OVER, CHOSEN = "0", "1", "2"
UPDATE, END, LINK, UNLINK, TAKE, GIVE_BACK = "1", "2", "3", "4", "5", "6"
MOVED = {"jusho_todofuken": "大阪府", "jusho_shikugunchosonmei": "大阪市", "jusho_shikuchosonkodo": "271004"}


@dataclass(frozen=True)
class Office:
    """Core systems at work."""

    sandbox: Sandbox
    systems: Systems

    def _call(self, scope: str, system: str, items: Mapping[str, object]) -> Answered:
        sender = {"shikuchosonkodo": "141003", "gyomuid": system, **operated()}
        return self.systems.call(scope, {**sender, **items}, system=system)

    def issue(self, system: str, processing: str, **items: str) -> str:
        """Have a person registered; return the number."""
        flags = {"nayosemotofuragu": "0", "tagyomusanshofukafuragu": "0"}
        answered = self._call(ISSUE, system, {"shorikubun": processing, **PERSON, **flags, **items})
        assert answered.status == 200, answered
        return str(answered.json["result"][0]["atenabango"])

    def found(self, system: str, number: str, **items: object) -> dict[str, Any]:
        """Search until the index has followed; return the row of a number."""

        def row() -> dict[str, Any] | None:
            answered = self._call(SEARCH, system, items)
            assert answered.status == 200, answered
            rows: list[dict[str, Any]] = answered.json["result"]
            return next((row for row in rows if row["atenabango"] == number), None)

        return eventually(row, 60) or {}

    def edit(self, system: str, processing: str, number: str, **items: str) -> Answered:
        return self._call(EDIT, system, {"shorikubun": processing, "atenabango": number, **items})

    def done(self, system: str, processing: str, number: str, **items: str) -> None:
        answered = self.edit(system, processing, number, **items)
        assert answered.status == 200, answered

    def shown(self, system: str, number: str) -> dict[str, Any]:
        """Return a record and its history."""
        answered = self._call(HISTORY, system, {"atenabango": number})
        assert answered.status == 200, answered
        found: dict[str, Any] = answered.json["result"][0]
        return found

    def deeds(self, system: str, number: str) -> list[str]:
        return [entry["shorinaiyo"] for entry in self.shown(system, number)["rireki"]]

    def residents(self, branch: str, **items: str) -> None:
        """Have the 住民記録 system send a resident."""
        name = new_name(branch)
        self.sandbox.put(name, body([row(**items)]))
        assert self.sandbox.answer(name)["counts"]["added"] == 1

    def integrate(self, system: str, number: str, individual: str) -> str:
        person = {"kojinbango": individual, "atenabango": number, **PERSON}
        answered = self._call(INTEGRATE, system, {"taishosha": [person]})
        assert answered.status == 200, answered
        return str(answered.json["result"][0]["dantainaitogoatenabango"])

    def looked_up(self, system: str, integrated: str) -> list[dict[str, Any]]:
        answered = self._call(LOOK_UP, system, {"dantainaitogoatenabango": integrated})
        assert answered.status == 200, answered
        people: list[dict[str, Any]] = answered.json["result"]
        return people

    def send_integrated(self, system: str, sequence: int, row: Mapping[str, str]) -> None:
        """Send a row of 032i001 and wait until it is applied."""
        name = f"032i001_00_D_v1_20261120093000_{sequence:06d}"
        s3, bucket = self.sandbox.client("s3"), self.sandbox.endpoints["buckets"][system]
        content = ",".join(row) + "\n" + ",".join(row.values()) + "\n"
        s3.put_object(Bucket=bucket, Key=f"outbox/032i001-00/{name}.csv", Body=content.encode())

        def answer() -> dict[str, Any] | None:
            try:
                found: dict[str, Any] = json.loads(
                    s3.get_object(Bucket=bucket, Key=f"answers/{name}.json")["Body"].read()
                )
            except s3.exceptions.NoSuchKey:
                return None
            return found

        found = eventually(answer, 60) or {}
        assert found["status"] == "ACCEPTED", found


@pytest.fixture(scope="module")
def office(sandbox: Sandbox) -> Office:
    return Office(sandbox, Systems(sandbox.endpoints))


def individual(serial: int) -> str:
    """Return a lawful 個人番号."""
    (number,) = [found for digit in range(10) if is_individual_number(found := f"{serial:011d}{digit}")]
    return number


def test_1_a_person_gets_a_number_or_the_one_that_is_there_is_used(office: Office) -> None:
    number = office.issue(TAX, NEW)
    assert office.issue(WELFARE, CHOSEN, atenabango=number) == number
    assert office.issue(WELFARE, NEW) != number, "twins without a name must not share one"
    assert office.deeds(TAX, number) == ["登録", "利用開始"]


def test_1_who_is_known_is_found_by_basic_information_and_chosen(office: Office) -> None:
    person = {
        "shimei": "齋藤　みなと",
        "uji_nihonjin": "齋藤",
        "na_nihonjin": "みなと",
        "shimei_furigana": "サイトウ　ミナト",
        "seinengappi": "1961-11-23",
        "seibetsu": "1",
        "jusho_choaza": "霞が関１丁目",
        "jusho_banchigohyoki": "３番１号",
    }
    number = office.issue(TAX, NEW, **person)
    asked = {"shimei": "斉藤みなと", "seinengappi": "1961-11-22", "jusho": "千代田区霞が関１－３－１"}
    row = office.found(WELFARE, number, **asked, itchihoho={"jusho": "1"})
    assert {"N02", "B03", "A01"} <= {why["code"] for why in row["riyu"]}
    assert (row["tokuten"] > 50, row["riyofuragu"], row["yokushifuragu"]) == (True, "0", "0")
    assert office.issue(WELFARE, CHOSEN, **person, atenabango=row["atenabango"]) == number
    assert office.deeds(TAX, number) == ["登録", "利用開始"]


def test_2_basic_information_changes_and_the_former_one_is_kept(office: Office) -> None:
    number = office.issue(TAX, NEW)
    office.done(TAX, UPDATE, number, **PERSON | MOVED)
    found = office.shown(WELFARE, number)
    assert (found["jusho_todofuken"], found["rirekibango"]) == ("大阪府", 2)
    assert [entry["jusho_todofuken"] for entry in found["rireki"]] == ["東京都", "大阪府"]
    assert office.edit(TAX, UPDATE, number, **PERSON, rirekibango="1").status == 400, "somebody else went first"


def test_3_a_resident_who_left_keeps_the_number_as_one_of_a_non_resident(office: Office) -> None:
    number = new_number()
    office.residents("03", atenabango=number, juminjotai="2", idojiyu="21")
    assert office.issue(TAX, CARRIED_OVER, atenabango=number, **MOVED) == number
    assert office.deeds(TAX, number) == ["登録"]


def test_4_a_non_resident_who_became_a_resident_is_deleted_and_the_history_kept(office: Office) -> None:
    number = office.issue(TAX, NEW)
    office.residents("01", atenabango=number)
    office.done(TAX, END, number)
    found = office.shown(TAX, number)
    assert (found["sakujofuragu"], found["rireki"][0]["shorinaiyo"]) == ("1", "登録")
    assert office.deeds(TAX, number)[-1] == "削除"


def test_5_and_6_numbers_of_one_person_are_linked_and_a_mistaken_link_is_taken_back(office: Office) -> None:
    principal, linked = office.issue(TAX, NEW), office.issue(TAX, NEW)
    office.done(TAX, TAKE, linked)
    office.issue(WELFARE, CHOSEN, atenabango=principal)
    refused = office.edit(WELFARE, LINK, linked, nayosesakiatenabango=principal)
    assert refused.status == 400, "somebody of another business edits it alone"
    office.done(TAX, LINK, linked, nayosesakiatenabango=principal)
    office.done(TAX, GIVE_BACK, linked)
    assert office.shown(WELFARE, linked)["nayosesakiatenabango"] == principal
    assert office.shown(WELFARE, principal)["nayosemotoatenabango"] == [linked]
    assert office.edit(TAX, LINK, principal, nayosesakiatenabango=linked).status == 400, "no cycles"
    office.done(WELFARE, END, principal)
    assert office.edit(TAX, END, principal).status == 400, "a principal with links stays"

    office.done(TAX, UNLINK, linked)
    found = office.shown(TAX, linked)
    assert found["nayosemotofuragu"] == "0"
    assert [entry["shorinaiyo"] for entry in found["rireki"]] == ["登録", "名寄せ", "名寄せ解除"]
    office.done(TAX, END, principal)


def test_7_a_person_gets_one_integrated_number_whatever_business_asks(office: Office) -> None:
    whose = individual(7_000_000_001)
    one = office.integrate(TAX, office.issue(TAX, NEW), whose)
    assert office.integrate(WELFARE, office.issue(WELFARE, NEW), whose) == one
    assert office.integrate(TAX, office.issue(TAX, NEW), individual(7_000_000_002)) != one


def test_8_integrated_information_is_updated_and_deleted_by_file(office: Office) -> None:
    number = office.issue(TAX, NEW)
    integrated = office.integrate(TAX, number, individual(7_000_000_003))
    own = {"shikuchosonkodo": "141003", "atenabango": number, **operated()}
    # Each later than the one before: of one 操作日時, either could be the one that counts.
    sent = {**own, **PERSON, **MOVED, "gyomuid": TAX, "sakujofuragu": "0", "sosajikoku": "00:00:01"}
    office.send_integrated(TAX, 900_001, _in_layout_order(sent))
    (person,) = office.looked_up(TAX, integrated)
    assert person["jusho_todofuken"] == "大阪府"
    office.send_integrated(
        TAX, 900_002, _in_layout_order({**own, "gyomuid": TAX, "sakujofuragu": "1", "sosajikoku": "00:00:02"})
    )
    assert not office.looked_up(TAX, integrated)


def _in_layout_order(items: Mapping[str, str]) -> dict[str, str]:
    return {name: items.get(name, "") for name in layout_columns(CATALOGUE, "032i001/v1")}
