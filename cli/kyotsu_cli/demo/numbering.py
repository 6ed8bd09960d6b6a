"""The business flows of numbering, over the APIs and with tokens, as linked systems go through them.

The six of 共通機能標準仕様書 2.1, 2.3.2 and the two of 2.4.3; what each must come to is checked on the way.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from kyotsu.japanese.dates import JST
from kyotsu.japanese.digits import is_individual_number
from kyotsu_cli.calling import Answered, Api
from kyotsu_cli.deployment import catalogue
from kyotsu_cli.failure import CommandError
from kyotsu_cli.federation import TokenSource
from kyotsu_cli.linked import Options, token_client

TAX, WELFARE = "010", "020"
ISSUE, EDIT, HISTORY = "jutogaishaatenabangofuban", "jutogaishaatenakihonjohokoshin", "jutogaishaatenarirekishokai"
INTEGRATED, LOOK_UP = "dantainaitogoatenabangofuban", "dantainaitogoatenakihonjohosyokai"
Person = Mapping[str, str]
HANAKO: Person = {
    "shimei": "見本　花子",
    "uji_nihonjin": "見本",
    "na_nihonjin": "花子",
    "shimei_furigana": "ミホン　ハナコ",
    "seibetsu": "2",
    "seinengappi": "1980-02-29",
    "jusho_todofuken": "東京都",
    "jusho_shikugunchosonmei": "千代田区",
}
TARO: Person = {
    **HANAKO,
    "shimei": "見本　太郎",
    "na_nihonjin": "太郎",
    "shimei_furigana": "ミホン　タロウ",
    "seibetsu": "1",
}
MOVED: Person = {**HANAKO, "jusho_todofuken": "大阪府", "jusho_shikugunchosonmei": "大阪市"}


class Flow(NamedTuple):
    """What a business flow came to."""

    section: str
    title: str
    outcome: str


@dataclass(frozen=True)
class Callers:
    """The linked systems of a deployment, each with tokens of its own client."""

    url: str
    municipality: str
    operated: Mapping[str, str]
    """操作者ID, 操作年月日 and 操作時刻: those of all calls, so that a repeat is the same request."""
    apis: dict[tuple[str, str], Api] = field(default_factory=dict)

    def ask(self, system: str, call: str, items: Mapping[str, Any], key: str | None = None) -> Answered:
        """Make a call as a system."""
        scope = next(name for name in catalogue().apis if f"/{call}:" in name)
        if (system, call) not in self.apis:
            tokens = TokenSource(token_client(Options(), system, scope))
            self.apis[system, call] = Api(url=self.url, token=tokens)
        body = {"shikuchosonkodo": self.municipality, "gyomuid": system, **self.operated, **items}
        path = scope.split(":")[1]
        return self.apis[system, call].call(path, json.dumps(body).encode(), key or str(uuid.uuid4()))

    def done(self, system: str, call: str, items: Mapping[str, Any], key: str | None = None) -> dict[str, Any]:
        """Return the first result of a call that must be done."""
        answered = self.ask(system, call, items, key)
        if not answered.done:
            raise CommandError(f"{call} が完了しません：{answered.body.get('errors')}")
        return dict(answered.body["result"][0])

    def refused(self, system: str, call: str, items: Mapping[str, Any]) -> str:
        """Return the code of a call that must be refused."""
        answered = self.ask(system, call, items)
        if answered.done:
            raise CommandError(f"{call} が拒否されません。")
        return str(answered.body["errors"][0]["code"])

    def issue(self, system: str, person: Person, *, key: str | None = None, **items: str) -> str:
        """Return the number that a system gets for a person."""
        lawful = {"shorikubun": "0", "nayosemotofuragu": "0", "tagyomusanshofukafuragu": "0"}
        return str(self.done(system, ISSUE, {**lawful, **person, **items}, key)["atenabango"])

    def edit(self, system: str, processing: str, number: str, **items: str) -> dict[str, Any]:
        """Edit the record of a number."""
        return self.done(system, EDIT, {"shorikubun": processing, "atenabango": number, **items})

    def record(self, system: str, number: str) -> dict[str, Any]:
        """Return what a system is shown of a number."""
        return self.done(system, HISTORY, {"atenabango": number})


def operated_now() -> dict[str, str]:
    """Return who operates, and when: a minute ago, as the clocks of both sides may differ."""
    now = datetime.now(JST) - timedelta(minutes=1)
    return {"sosashaid": "demo", "sosanengappi": f"{now:%Y-%m-%d}", "sosajikoku": f"{now:%H:%M:%S}"}


def flows(callers: Callers, moved_out: str, category: Callable[[str], str | None]) -> Iterator[Flow]:
    """Go through every flow; raises CommandError where one comes to anything else than it must.

    `moved_out`: the number of somebody who was a resident; `category` tells 住民区分.
    """
    key = str(uuid.uuid4())
    first = callers.issue(TAX, HANAKO, key=key)
    _check("同じIdempotency-Keyの再送", callers.issue(TAX, HANAKO, key=key), first)
    _check("選択した候補の利用", callers.issue(WELFARE, HANAKO, shorikubun="2", atenabango=first), first)
    yield Flow("2.3.2 (1)", "付番、再送しても1つ、他業務が候補を選択", first)

    version = callers.edit(TAX, "1", first, **MOVED)["rirekibango"]
    _check("変更後の履歴番号", version, 2)
    yield Flow("2.3.2 (2)", "基本4情報の変更と履歴", f"{first} 履歴番号{version}")

    _check("住民宛名番号の引継ぎ", callers.issue(TAX, TARO, shorikubun="1", atenabango=moved_out), moved_out)
    yield Flow("2.3.2 (3)", "元住民の住民宛名番号を引き継ぐ", f"{moved_out} 住民区分{category(moved_out)}")

    callers.edit(TAX, "2", moved_out)
    yield Flow("2.3.2 (4)", "住民になった人を削除する（履歴は残る）", f"{moved_out} 住民区分{category(moved_out)}")

    second = callers.issue(WELFARE, HANAKO)
    callers.edit(WELFARE, "3", second, nayosesakiatenabango=first)
    chain = callers.refused(TAX, EDIT, {"shorikubun": "3", "atenabango": first, "nayosesakiatenabango": second})
    _check("循環する名寄せの拒否", chain, "E1505")
    yield Flow("2.3.2 (5)", "名寄せ（番号は変えない。循環は拒否）", f"{second} → {first}")

    callers.edit(WELFARE, "4", second)
    _check("名寄せ解除", callers.record(WELFARE, second)["nayosemotofuragu"], "0")
    yield Flow("2.3.2 (6)", "名寄せ解除", second)

    yield from _integrated(callers, first, second)


def _integrated(callers: Callers, first: str, second: str) -> Iterator[Flow]:
    body = str(uuid.uuid4().int)[:11]
    individual = next(body + digit for digit in "0123456789" if is_individual_number(body + digit))
    people = [{"kojinbango": individual, "atenabango": number, **HANAKO} for number in (first, second)]
    answered = callers.ask(WELFARE, INTEGRATED, {"taishosha": people})
    numbers = {entry["dantainaitogoatenabango"] for entry in answered.body.get("result", [])}
    if not answered.done or len(numbers) != 1:
        raise CommandError(f"1人に1つの団体内統合宛名番号になりません：{answered.body.get('errors')}")
    (number,) = numbers
    yield Flow("2.4.3 (1)", "個人番号ごとに1つの番号。宛名番号2つが同じ番号になる", number)

    changed = [{"kojinbango": individual, "atenabango": first, **MOVED}]
    _check("更新", callers.done(WELFARE, INTEGRATED, {"taishosha": changed})["shinkifubanfuragu"], "0")
    found = callers.done(WELFARE, LOOK_UP, {"atenabango": first})
    flagged = [row["atenabango"] for row in found["atena"] if row["togoatenafuragu"] == "1"]
    _check("統合宛名フラグの数", len(flagged), 1)
    yield Flow("2.4.3 (2)", "更新と統合宛名フラグ", f"{number} フラグ {flagged[0]}")


def _check(what: str, found: object, right: object) -> None:
    if found != right:
        raise CommandError(f"{what}：{found}、正解 {right}")
