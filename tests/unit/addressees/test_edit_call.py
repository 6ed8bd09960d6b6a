"""住登外者宛名基本情報更新 and 住登外者宛名履歴照会, over a registry in memory (docs/decisions/0114, 0115)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from kyotsu.addressees.changes import Change
from kyotsu.addressees.edit_call import Editing
from kyotsu.addressees.edit_items import EDIT_ITEMS, HISTORY_ITEMS
from kyotsu.addressees.history_call import Showing, ShowingUndecidedError
from kyotsu.addressees.items import ITEMS, PERSON, RequestItem
from kyotsu.addressees.records import Deed, HistoryEntry
from kyotsu.addressees.store import Done, Lease
from kyotsu.catalogue.recipients import PLACES
from kyotsu.contracts import outcomes
from kyotsu.contracts.api import ApiAnswer, ApiRequest
from kyotsu.contracts.audit import Access
from kyotsu.contracts.errors import KyotsuError
from kyotsu.wiring.catalogue import withheld_items
from tests.fakes.addressees import CALLERS, COMPLETE, FRESH, LIBRARY, RECEIVED, RESIDENT, WELFARE, record
from tests.fakes.deployment import CATALOGUE
from tests.fakes.protection import MemoryAudit, MemoryProtection
from tests.fakes.registry import MemoryRegistry, RegistryLinks
from tests.fakes.registry_contract import registered
from tests.fakes.sealing import FINGERPRINTS

SECOND = "800000000000017"
THIRD = "800000000000025"
INDIVIDUAL = "123456789018"
COMMON: dict[str, Any] = {
    name: COMPLETE[name] for name in ("shikuchosonkodo", "sosashaid", "sosanengappi", "sosajikoku")
}
WHO: dict[str, Any] = {
    name: value for name, value in COMPLETE.items() if name[:4] in ("shim", "uji_", "na_n", "seib", "sein", "jush")
}
MOVED: dict[str, Any] = {**WHO, "jusho_shikugunchosonmei": "中央区"}


@pytest.fixture
def store() -> MemoryRegistry:
    found = MemoryRegistry()
    assert found.write(registered(individual_number=INDIVIDUAL))
    assert found.write(registered(SECOND))
    return found


def editing(store: MemoryRegistry) -> Editing:
    return Editing(
        store=store,
        callers=CALLERS,
        fingerprints=FINGERPRINTS,
        lease_time=timedelta(minutes=5),
        residents_keep_numbers=True,
    )


def asked(body: dict[str, Any], system: str = "010", key: str | None = None, later: int = 0) -> ApiRequest:
    return ApiRequest(
        body={**COMMON, **body},
        system=system,
        received_at=RECEIVED + timedelta(seconds=later),
        request_id="attempt-1",
        idempotency_key=key,
    )


def edit(store: MemoryRegistry, kind: str, number: str = FRESH, **items: Any) -> ApiAnswer:
    options = {name: items.pop(name) for name in ("system", "key", "later") if name in items}
    more = WHO if kind == "1" and "shimei" not in items else {}
    return editing(store).answer(asked({"shorikubun": kind, "atenabango": number, **more, **items}, **options))


def shown(answer: ApiAnswer) -> Any:
    return msgspec.json.decode(msgspec.json.encode(answer.body))


# The table of items


def test_the_items_are_those_of_the_published_table_and_ours() -> None:
    published = {item.romaji: item for item in ITEMS}
    ours = {"shorikubun", "rirekibango", "atenabango", "tagyomusanshofukafuragu"}
    for item in EDIT_ITEMS:
        assert item.romaji in ours or published[item.romaji] == item
    assert {item.romaji for item in EDIT_ITEMS} == published.keys() - {"nayosemotofuragu"} | {"rirekibango"}
    assert {i.romaji for i in HISTORY_ITEMS} - published.keys() == {"kojinbangoshutokufuragu"}


@pytest.mark.parametrize("item", [item for item in EDIT_ITEMS if item.required], ids=lambda item: item.romaji)
def test_an_item_that_is_not_set(store: MemoryRegistry, item: RequestItem) -> None:
    unset: dict[str, Any] = {item.romaji: None}
    answer = edit(store, "2", **unset) if item.romaji != "shorikubun" else edit(store, "")
    if item.romaji == "atenabango":
        answer = editing(store).answer(asked({"shorikubun": "2"}))
    assert (answer.status, answer.codes) == (400, ("E0001",))


@pytest.mark.parametrize(
    ("kind", "items", "codes"),
    [
        ("7", {}, ["E0002"]),
        ("1", {"rirekibango": "x1"}, ["E0002"]),
        ("1", {"rirekibango": 1}, ["E0002"]),
        ("1", {"rirekibango": "1000"}, ["E0002"]),
        ("1", {"gyomuid": "022"}, ["E0002"]),
        ("1", {"shikuchosonkodo": "011002"}, ["E0002"]),
        ("1", {"shimei": ""}, ["E0004"]),
        ("1", {"nayosesakiatenabango": SECOND}, ["E1525"]),
        ("2", {"shimei": "見本　花子", "kojinbango": INDIVIDUAL}, ["E1525", "E1525"]),
        ("3", {}, ["E0001"]),
        ("4", {"nayosesakiatenabango": SECOND}, ["E1525"]),
        ("5", {"rirekibango": "1"}, ["E1525"]),
        ("1", {"mimei": "1"}, ["E1501"]),
        ("1", {"kojinbango": "1", "seibetsu": "12", "sosashaid": ""}, ["E0003", "E0003", "E0001"]),
    ],
)
def test_a_request_that_breaks_rules(store: MemoryRegistry, kind: str, items: Any, codes: list[str]) -> None:
    body = {**WHO, **items} if kind == "1" else items
    answer = editing(store).answer(asked({"shorikubun": kind, "atenabango": FRESH, **body}))
    assert answer.status == 400
    assert list(answer.codes) == codes
    assert store.records == {FRESH: record(FRESH), SECOND: record(SECOND)}


# Edits


def test_an_update_is_answered_in_the_published_form(store: MemoryRegistry) -> None:
    answer = edit(store, "1", **MOVED, rirekibango="1", sosajikoku="09:30")
    assert (answer.status, answer.numbers) == (200, (FRESH,))
    assert shown(answer) == {
        "metadata": {"title": "住登外者宛名基本情報更新", "detail": "更新が完了しました。"},
        "_links": {"self": {"href": "/app_submit/v10/jutogaishaatenakihonjohokoshin"}},
        "result": [
            {
                "shikuchosonkodo": "141003",
                "atenabango": FRESH,
                "rirekibango": 2,
                "sosashaid": "123456",
                "sosanengappi": "2026-05-01",
                "sosajikoku": "09:30:00",
            }
        ],
    }
    assert store.records[FRESH].person["jusho_shikugunchosonmei"] == "中央区"


def test_a_refusal_is_answered_in_the_published_form(store: MemoryRegistry) -> None:
    answer = edit(store, "1", rirekibango="9")
    assert shown(answer)["errors"] == [
        {"code": "E1523", "message": outcomes.VERSION_OUTDATED.sentence(version=1)},
    ]


@pytest.mark.parametrize("kind", ["1", "2", "3", "4", "5", "6"])
def test_a_number_without_a_record(store: MemoryRegistry, kind: str) -> None:
    more = {"nayosesakiatenabango": SECOND} if kind == "3" else {}
    assert edit(store, kind, RESIDENT, **more).codes == (outcomes.NOT_REGISTERED.code,)
    store.records[FRESH] = record(closed_to_others=True)
    assert edit(store, kind, FRESH, system="022", **more).codes == (outcomes.NOT_REGISTERED.code,)


def test_link_unlink_and_end(store: MemoryRegistry) -> None:
    assert edit(store, "3", nayosesakiatenabango=SECOND).status == 200
    assert edit(store, "2", SECOND).codes == (outcomes.PRINCIPAL_IN_USE.code,)
    assert edit(store, "4").status == 200
    assert edit(store, "2", SECOND).status == 200
    again = edit(store, "2", SECOND)
    assert (again.status, again.codes) == (200, (outcomes.NOTHING_TO_END.code,))
    deeds = [entry.deed for entry in store.history(FRESH)]
    assert deeds == [Deed.REGISTERED, Deed.LINKED, Deed.UNLINKED]


def test_a_repeat_of_a_key_is_told_the_same_and_changes_nothing(store: MemoryRegistry) -> None:
    first = edit(store, "1", **MOVED, key="k")
    edit(store, "1")
    before = store.records[FRESH]
    assert shown(edit(store, "1", **MOVED, key="k")) == shown(first)
    assert store.records[FRESH] == before
    assert edit(store, "1", key="k").codes == (outcomes.KEY_REUSED.code,)
    assert edit(store, "1", **MOVED, key="k", system="022").status == 200, "another system's key is another one"


def test_a_number_that_was_sent_before_is_known_without_being_opened(store: MemoryRegistry) -> None:
    class Unwritable(MemoryRegistry):
        def write(self, change: Change | None, done: Done | None = None) -> bool:
            raise AssertionError

    unopened = Unwritable(**(vars(store) | {"opens": False}))
    assert edit(unopened, "1", kojinbango=INDIVIDUAL).status == 200
    assert edit(unopened, "1").status == 200, "not told again, it stays"
    with pytest.raises(AssertionError):
        edit(unopened, "1", kojinbango="987654321018")


def test_a_refused_request_leaves_its_key_free(store: MemoryRegistry) -> None:
    assert edit(store, "1", rirekibango="9", key="k").status == 400
    assert edit(store, "1", key="k").status == 200
    assert edit(store, "1", key="k").status == 200


@dataclass
class Uncertain(MemoryRegistry):
    """So many writes take place and are told to have failed."""

    told: int = 1

    def write(self, change: Change | None, done: Done | None = None) -> bool:
        wrote = super().write(change, done)
        self.told -= 1
        return wrote and self.told < 0


@pytest.mark.parametrize("key", [None, "k"])
def test_a_write_that_seemed_to_fail_is_known_again(key: str | None) -> None:
    store = Uncertain(told=0)
    assert store.write(registered())
    store.told = 1
    answer = edit(store, "1", **MOVED, rirekibango="1", key=key)
    assert (answer.status, shown(answer)["result"][0]["rirekibango"]) == (200, 2)
    assert len(store.history(FRESH)) == 2


def test_who_always_loses_is_told_to_come_later(store: MemoryRegistry) -> None:
    class Lost(MemoryRegistry):
        def write(self, change: Change | None, done: Done | None = None) -> bool:
            return False

    with pytest.raises(KyotsuError) as error:
        edit(Lost(records=store.records), "1", **MOVED)
    assert error.value.outcome is outcomes.REGISTRY_CONTENDED


# Leases


def test_a_lease_keeps_others_out_until_it_ends(store: MemoryRegistry) -> None:
    taken = edit(store, "5")
    assert shown(taken)["result"][0]["haitakigen"] == "2026-05-01T09:05:00+09:00"
    assert edit(store, "5", later=60).status == 200, "its holder prolongs it"
    for refused in (
        edit(store, "5", system="022"),
        edit(store, "5", sosashaid="9"),
        edit(store, "1", **MOVED, system="022"),
        edit(store, "1", **MOVED, sosashaid="9"),
        edit(store, "2", sosashaid="9"),
        edit(store, "3", nayosesakiatenabango=SECOND, sosashaid="9"),
    ):
        assert (refused.status, refused.codes) == (400, (outcomes.EDITED_BY_ANOTHER.code,))
    assert edit(store, "1", **MOVED).status == 200
    assert edit(store, "1", system="022", later=360).status == 200


def test_a_lease_is_given_back_by_its_holder_alone(store: MemoryRegistry) -> None:
    edit(store, "5")
    assert edit(store, "6", sosashaid="9").status == 200
    assert FRESH in store.leases
    back = edit(store, "6")
    assert "haitakigen" not in shown(back)["result"][0]
    assert FRESH not in store.leases


def test_a_lease_between_look_and_write_is_respected(store: MemoryRegistry) -> None:
    class Leased(MemoryRegistry):
        def write(self, change: Change | None, done: Done | None = None) -> bool:
            self.leases.setdefault(FRESH, Lease(WELFARE, "w", RECEIVED + timedelta(minutes=1)))
            return super().write(change, done)

    late = Leased(records=store.records, entries=store.entries)
    assert edit(late, "1", **MOVED).codes == (outcomes.EDITED_BY_ANOTHER.code,)
    assert late.records[FRESH] == record()


# What is shown


class Shown:
    """The call over a store, who is protected, and what was audited."""

    def __init__(self, store: MemoryRegistry) -> None:
        self.protection, self.audit = MemoryProtection(links=RegistryLinks(store)), MemoryAudit()
        withheld = withheld_items(CATALOGUE, "addressees")
        self.call = Showing(
            store=store,
            callers=CALLERS,
            decision=self.protection,
            audit=self.audit,
            withheld=withheld,
        )

    def __call__(self, number: str = FRESH, system: str = "010", **items: Any) -> ApiAnswer:
        return self.call.answer(asked({"atenabango": number, **items}, system))


@pytest.fixture
def show(store: MemoryRegistry) -> Shown:
    return Shown(store)


def test_a_record_and_its_history(store: MemoryRegistry, show: Shown) -> None:
    edit(store, "1", **MOVED)
    edit(store, "3", SECOND, nayosesakiatenabango=FRESH)
    edit(store, "1", **MOVED, system="022")
    (found,) = shown(show())["result"]
    rows = found.pop("rireki")
    assert found == {
        "shikuchosonkodo": "141003",
        "atenabango": FRESH,
        "rirekibango": 2,
        **MOVED,
        "nayosemotofuragu": "0",
        "nayosemotoatenabango": [SECOND],
        "tagyomusanshofukafuragu": "0",
        "sakujofuragu": "0",
        "riyofuragu": "1",
        "sosanengappi": "2026-05-01",
        "sosajikoku": "09:00:00",
    }
    told = [(row["shorinaiyo"], row["rirekibango"], row["jusho_shikugunchosonmei"]) for row in rows]
    assert told == [("登録", 1, "千代田区"), ("更新", 2, "中央区"), ("利用開始", 2, "中央区")]
    assert [row.get("gyomuid") for row in rows] == ["010", "010", None], "who else uses it is nobody's business"


def test_what_others_closed_is_as_if_it_were_not_there(store: MemoryRegistry, show: Shown) -> None:
    store.records[FRESH] = record(closed_to_others=True)
    assert show(system="022").codes == show(RESIDENT, system="022").codes == (outcomes.NOT_REGISTERED.code,)
    assert show.audit.recorded == {}
    assert show().status == 200


def test_versions_that_others_closed_and_links_to_them_are_left_out(store: MemoryRegistry, show: Shown) -> None:
    edit(store, "1", tagyomusanshofukafuragu="1")
    edit(store, "1", tagyomusanshofukafuragu="0")
    edit(store, "3", SECOND, nayosesakiatenabango=FRESH)
    store.records[SECOND] = replace(store.records[SECOND], closed_to_others=True)
    (found,) = shown(show(system="022"))["result"]
    assert ([row["rirekibango"] for row in found["rireki"]], found["nayosemotoatenabango"]) == ([1, 3], [])


def test_an_individual_number_goes_back_to_who_sent_it_and_only_if_asked_for(show: Shown) -> None:
    (plain,), (own,) = shown(show())["result"], shown(show(kojinbangoshutokufuragu="1"))["result"]
    assert "kojinbango" not in plain
    assert own["kojinbango"] == INDIVIDUAL
    (other,) = shown(show(kojinbangoshutokufuragu="1", system="022"))["result"]
    assert "kojinbango" not in other
    assert INDIVIDUAL not in repr(show(kojinbangoshutokufuragu="1"))


@pytest.mark.parametrize("protected", [FRESH, SECOND])
def test_a_protected_persons_addresses_are_absent_under_all_their_numbers(
    store: MemoryRegistry, show: Shown, protected: str
) -> None:
    edit(store, "3", SECOND, nayosesakiatenabango=FRESH)
    show.protection.protected = {protected}
    for number in (FRESH, SECOND):
        answer = msgspec.json.encode(show(number).body).decode()
        assert "jusho" not in answer
        assert "見本" in answer
        assert "東京都" not in answer
    assert all(access.withheld for access, _ in show.audit.recorded.values())


def test_who_is_linked_to_the_same_principal_is_the_same_person(store: MemoryRegistry, show: Shown) -> None:
    assert store.write(registered(THIRD))
    edit(store, "3", SECOND, nayosesakiatenabango=FRESH)
    edit(store, "3", THIRD, nayosesakiatenabango=FRESH)
    show.protection.protected = {THIRD}
    assert "jusho" not in msgspec.json.encode(show(SECOND).body).decode()


def test_a_closed_record_is_as_protected_as_whom_it_was_linked_to(store: MemoryRegistry, show: Shown) -> None:
    assert store.write(registered(THIRD))
    edit(store, "3", SECOND, nayosesakiatenabango=FRESH)
    edit(store, "2", SECOND)
    edit(store, "3", THIRD, nayosesakiatenabango=FRESH)
    show.protection.protected = {THIRD}
    assert "jusho" not in msgspec.json.encode(show(SECOND).body).decode()


def test_a_link_to_what_others_closed_is_as_if_it_were_not_there(store: MemoryRegistry, show: Shown) -> None:
    edit(store, "1", SECOND, system="022")
    store.records[FRESH] = replace(store.records[FRESH], closed_to_others=True)
    edit(store, "3", SECOND, nayosesakiatenabango=FRESH)
    edit(store, "1", SECOND, **MOVED, system="022")
    assert FRESH in str(shown(show(SECOND)))
    answer = shown(show(SECOND, system="022"))
    (found,) = answer["result"]
    assert FRESH not in str(answer)
    assert found["nayosemotofuragu"] == "0"
    told = [(row["shorinaiyo"], row["rirekibango"], row["nayosemotofuragu"]) for row in found["rireki"]]
    assert told == [("登録", 1, "0"), ("利用開始", 1, "0"), ("更新", 3, "0")]
    edit(store, "4", SECOND)
    assert "名寄せ" not in str(shown(show(SECOND, system="022"))["result"])


def test_who_may_not_know_of_a_link_neither_takes_it_back_nor_learns_of_it(store: MemoryRegistry) -> None:
    """Requirement: every answer is that of a record without a link."""
    assert store.write(registered(THIRD))
    edit(store, "1", SECOND, system="022")
    alone = edit(store, "4", SECOND, system="022")
    edit(store, "3", SECOND, nayosesakiatenabango=FRESH)
    store.records[FRESH] = replace(store.records[FRESH], closed_to_others=True)
    linked = store.records[SECOND]
    answer = edit(store, "4", SECOND, system="022")
    assert (answer.status, answer.codes) == (alone.status, alone.codes) == (200, ())
    assert store.records[SECOND] == linked
    other = edit(store, "3", SECOND, nayosesakiatenabango=THIRD, system="022")
    same = edit(store, "3", SECOND, nayosesakiatenabango=FRESH, system="022")
    assert other.codes == same.codes == (outcomes.PRINCIPAL_UNUSABLE.code,)
    assert edit(store, "3", SECOND, nayosesakiatenabango=THIRD).codes == (outcomes.LINKED_ALREADY.code,)
    assert edit(store, "4", SECOND).status == 200
    assert store.records[SECOND].principal is None, "its owner sees both"


def test_an_update_that_links_to_what_others_closed_is_an_update(store: MemoryRegistry, show: Shown) -> None:
    store.records[FRESH] = replace(store.records[FRESH], closed_to_others=True)
    before = store.records[SECOND]
    moved = replace(before, person=MOVED, principal=FRESH, version=2, revision=2)
    store.entries[SECOND].append(HistoryEntry(Deed.LINKED, before.owner, moved))
    store.records[SECOND], store.links[SECOND] = moved, FRESH
    (found,) = shown(show(SECOND, system="022"))["result"]
    assert [row["shorinaiyo"] for row in found["rireki"]] == ["登録", "更新"]


def test_nothing_is_shown_where_nothing_can_be_decided(show: Shown) -> None:
    show.protection.undecided = {FRESH}
    with pytest.raises(ShowingUndecidedError):
        show()
    assert show.audit.recorded == {}


def test_whoever_is_shown_something_is_in_the_trail_first(show: Shown) -> None:
    show()
    ((access, numbers),) = show.audit.recorded.values()
    assert numbers == (FRESH,)
    assert (access.actor, access.business, access.deed, access.access_id) == ("010", "010", "read", "attempt-1")
    assert (access.purpose, access.withheld, access.at) == ("linkage", False, "2026-05-01T09:00:00+09:00")
    assert access.purpose in CATALOGUE.purposes

    class Broken(MemoryAudit):
        def record(self, access: Access, numbers: Any) -> None:
            raise OSError

    show.call = replace(show.call, audit=Broken())
    with pytest.raises(OSError):
        show()


def test_every_item_of_a_place_is_withheld() -> None:
    places = {name for name in PERSON if PLACES.search(name)} | {"shiteitoshi_gyoseikutokodo"}
    assert places <= withheld_items(CATALOGUE, "addressees")


def test_a_question_that_breaks_rules(show: Shown) -> None:
    assert show(kojinbangoshutokufuragu="2").codes == ("E0002",)
    assert show(shimei="見本").codes == ("E1501",)
    assert show.call.answer(asked({})).codes == ("E0001",)


def test_only_who_handles_individual_numbers_may_ask_for_one(show: Shown) -> None:
    answer = show(system=LIBRARY, kojinbangoshutokufuragu="1")
    assert (answer.status, answer.codes) == (400, ("E1560",))
