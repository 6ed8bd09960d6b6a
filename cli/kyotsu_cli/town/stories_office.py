"""Stories of what the office does by itself after the cut-off: branches 09 to 11, cancellations and corrections."""

from __future__ import annotations

from kyotsu_cli.town import acts
from kyotsu_cli.town.names import full_width
from kyotsu_cli.town.numbering import individual_number, resident_record_code
from kyotsu_cli.town.scene import Scene
from kyotsu_cli.town.stories_people import foreigner_with_alias


def enter_nameless(scene: Scene) -> None:
    """Somebody without a name or known birth date is entered ex officio (氏名空欄)."""
    who = scene.head
    unknown = {"seinengappi_fushofuragu": "1", "seinengappi_fushohyoki": full_width("年月日不詳")}
    who.register.prepare({"shimei": "", "shimei_furigana": "", **unknown})
    acts.enter_ex_officio(who, scene.start(), {})
    who.mark("blank_name", "indefinite_birth_date")


def enter_again(scene: Scene) -> None:
    """Somebody struck off before the cut-off is found to live here after all."""
    scene.settle()
    acts.remove_ex_officio(scene.head, scene.past())
    acts.enter_ex_officio(scene.head, scene.start(), scene.address())
    scene.head.mark("returned")


def remove(scene: Scene) -> None:
    """Somebody is struck off ex officio."""
    scene.settle_with_past()
    acts.remove_ex_officio(scene.head, scene.start())
    scene.head.mark("otherwise_removed")


def cancel_arrival(scene: Scene) -> None:
    """A household moves in, and the move is cancelled (転入取消): その他消除者."""
    at, place, cancelled = scene.start(), scene.elsewhere(), scene.tick()
    for who in scene.members:
        acts.move_in(who, at, place, {})
        acts.cancel_arrival(who, cancelled)
    scene.mark("move_in_cancelled")


def cancel_return(scene: Scene) -> None:
    """Somebody who had left comes back, and the return is cancelled: その他消除者, not 転出者 as before."""
    scene.settle()
    who, away = scene.head, scene.elsewhere()
    acts.move_out(who, scene.past(), away)
    acts.move_in(who, scene.start(), away, scene.address())
    acts.cancel_arrival(who, scene.tick())
    who.mark("returned", "move_in_cancelled")


def cancel_departure(scene: Scene) -> None:
    """A household announces that it will leave, and cancels that (転出取消)."""
    scene.settle()
    at, place, cancelled = scene.start(), scene.elsewhere(), scene.tick()
    for who in scene.members:
        acts.move_out(who, at, place, planned=scene.clock.now.date())
        acts.cancel_departure(who, cancelled)
    scene.mark("planned_move_out", "move_out_cancelled")


def cancel_relocation(scene: Scene) -> None:
    """A household moves within the municipality, and the move is cancelled (異動の取消し（修正））."""
    scene.settle()
    old, new = scene.household, scene.address()
    at, cancelled = scene.start(), scene.tick()
    for who in scene.members:
        acts.relocate(who, at, new)
        acts.amend_ex_officio(who, cancelled, "59", old)
    scene.mark("relocation_cancelled")


def drop_alias(scene: Scene) -> None:
    """A foreign resident who had a 通称 gives it up."""
    foreigner_with_alias(scene)
    acts.amend_ex_officio(scene.head, scene.start(), "58", {"tsusho": "", "tsusho_furigana": ""})
    scene.head.kinds.remove("alias")
    scene.head.mark("alias_dropped")


def rewrite(scene: Scene) -> None:
    """The record is written anew (改製), which must not look like a removal."""
    scene.settle_with_past()
    acts.amend_ex_officio(scene.head, scene.start(), "07", {})
    scene.head.mark("rewritten")


def change_numbers(scene: Scene) -> None:
    """Somebody gets another 個人番号 and another 住民票コード."""
    who, seed = scene.head, scene.registry.seed
    scene.settle()
    acts.amend_ex_officio(who, scene.start(), "45", {"kojinbango": individual_number(seed, who.index, 1)})
    acts.amend_ex_officio(who, scene.tick(), "48", {"juminhyokodo": resident_record_code(seed, who.index, 1)})
    who.mark("numbers_changed")


def touch_up(scene: Scene) -> None:
    """A small correction that counts the 枝番号 of the history up, then one in the same key."""
    scene.settle()
    who = scene.head
    acts.touch_up(who, scene.start(), scene.address(building=True))
    who.register.correct(scene.tick(), "11", {"jusho_katagaki": full_width("見本コーポ　別棟")})
    who.mark("sub_number", "overridden_key", "building")


def retract_departure(scene: Scene) -> None:
    """A 転出 was entered for the wrong person: its key is deleted, and the key before is the record again."""
    scene.settle()
    who = scene.head
    acts.move_out(who, scene.start(), scene.elsewhere())
    who.register.retract(scene.tick(), "03", latest_flag="0")
    who.mark("deleted_key")


def retract_and_restore(scene: Scene) -> None:
    """A death is deleted by mistake (the 最新フラグ still 1) and restored."""
    scene.settle()
    who = scene.head
    acts.die(who, scene.start(), {})
    who.register.retract(scene.tick(), "06", latest_flag="1")
    who.register.restore(scene.tick(), "06")
    who.mark("dead", "deleted_key", "restored_key")


def retract_everything(scene: Scene) -> None:
    """A 転入 was entered for somebody who never came: the only key is deleted, no 住民区分 is left."""
    who = scene.head
    acts.move_in(who, scene.start(), scene.elsewhere(), {})
    who.register.retract(scene.tick(), "01", latest_flag="0")
    who.mark("deleted_key", "never_came")


def mistake_death_for_departure(scene: Scene) -> None:
    """A death was entered as 転出; the same key is sent again, later, as a death."""
    scene.settle_with_past()
    who = scene.head
    acts.move_out(who, scene.start(), scene.elsewhere())
    death = {"idojiyu": "23", "juminjotai": acts.DEAD, "tenshutsusakijushoyotei": "", "tenshutsuyoteinengappi": ""}
    who.register.correct(scene.tick(), "06", {**death, "tenshutsusakijushoyotei_shikuchosonkodo": ""})
    who.mark("dead", "overridden_key")
