"""What a row does to 住民区分, and what is remarkable about it (seed 000: 住民区分の更新仕様)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kyotsu.contracts import outcomes
from kyotsu.contracts.outcomes import Outcome
from kyotsu.contracts.rows import Mode
from kyotsu.japanese.digits import addressee_check_digit
from kyotsu.japanese.text import is_digits

REGISTERED = "1"
"""住民状態 and 住民区分 of a 住登者."""


@dataclass(frozen=True, slots=True)
class EffectRule:
    """Rows of a branch that bring a 住民区分: all, or those whose 異動事由 lies in `reasons` (inclusive)."""

    category: str
    reasons: tuple[str, str] | None = None
    whatever_flag: bool = False
    planned: Literal["apply", "keep"] | None = None
    """How to take a row whose event is announced but has not happened (転出予定者); None: never announced."""

    def concerns(self, reason: str, *, latest: bool) -> bool:
        """Tell whether a row with this 異動事由 and 最新フラグ is meant."""
        in_range = self.reasons is None or self.reasons[0] <= reason <= self.reasons[1]
        return in_range and (latest or self.whatever_flag)


_WHOLE = 15
"""Digits of a 宛名番号, leading zeros included."""
Remark = tuple[str, Outcome, dict[str, object]]
"""(item, outcome, fields of its sentence)"""


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects of one file's rows: its mode, its branch and the branch's rules."""

    mode: Mode
    branch: str
    rules: Sequence[EffectRule]

    def of(self, row: Mapping[str, str]) -> tuple[str | None, list[Remark]]:
        """Return the 住民区分 a row brings (None: none) and the remarks about the row."""
        latest, status = row["saishinfuragu"] == "1", row["juminjotai"]
        if self.mode is Mode.FULL:
            return (status if latest else None), []
        rule = next((rule for rule in self.rules if rule.concerns(row["idojiyu"], latest=latest)), None)
        if rule is None:
            return None, []
        if rule.planned and status == REGISTERED:
            handling = "転出者とします" if rule.planned == "apply" else "転出日まで変更しません"
            effect = rule.category if rule.planned == "apply" else None
            return effect, [("住民状態", outcomes.MOVE_OUT_PLANNED, {"handling": handling})]
        if status != rule.category:
            return rule.category, [("住民状態", outcomes.STATUS_DISAGREES, {"branch": self.branch})]
        return rule.category, []


def common_remarks(row: Mapping[str, str]) -> list[Remark]:
    """Return the remarks that do not depend on the branch. The row is accepted all the same."""
    remarks: list[Remark] = []
    if not row["shimei"] and not row["shimei_gaikokujinromaji"] and not row["shimei_gaikokujinkanji"]:
        remarks.append(("氏名", outcomes.BLANK_NAME, {}))
    return [*remarks, *number_remarks(row["atenabango"])]


def number_remarks(number: str) -> list[Remark]:
    """Return what is remarkable about a received 宛名番号."""
    remarks: list[Remark] = []
    if is_digits(number) and len(number) != _WHOLE:
        # Written without its leading zeros it is another person's record.
        remarks.append(("宛名番号", outcomes.FORM_UNUSUAL, {"length": _WHOLE}))
    if not is_digits(number) or addressee_check_digit(number[:-1].zfill(_WHOLE - 1)) != number[-1:]:
        # The rule binds numbers that are issued now; older ones may differ.
        remarks.append(("宛名番号", outcomes.CHECK_DIGIT_WRONG, {}))
    return remarks
