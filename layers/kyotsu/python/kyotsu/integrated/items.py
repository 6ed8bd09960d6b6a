"""Items of the requests of 団体内統合宛名: all ours, as no list of them is public.

They are named, and ruled, like those of 住登外者宛名番号付番API 2.0, and taken from its table where they occur there.
"""

from __future__ import annotations

from kyotsu.addressees.items import BY_NAME as PUBLISHED
from kyotsu.addressees.items import PERSON, RequestItem

PEOPLE = "taishosha"
"""対象者: the array of a request's people."""
MOST_PEOPLE = 200
"""People of one request: some 1 MB at worst, and a few seconds of work."""

SENDER = tuple(PUBLISHED[name] for name in ("shikuchosonkodo", "gyomuid", "dokujishisakushisutemutoid"))
OPERATION = tuple(PUBLISHED[name] for name in ("sosashaid", "sosanengappi", "sosajikoku"))
HEADER = (*SENDER, *OPERATION)
"""What is said once for all people."""

NUMBER = RequestItem("atenabango", "宛名番号", "X", 15, required=True)
INDIVIDUAL_NUMBER = RequestItem("kojinbango", "個人番号", "X", 12, required=True, fixed=True)
STATUS = RequestItem("juminjotai", "住民状態", "X", 1, fixed=True, codes=("1", "2", "3", "9"))
REASON = RequestItem("idojiyu", "異動事由", "X", 2, fixed=True)
SUBJECT = (INDIVIDUAL_NUMBER, NUMBER, *(PUBLISHED[name] for name in PERSON), STATUS, REASON)
"""What is said of each person."""

INTEGRATED = RequestItem("dantainaitogoatenabango", "団体内統合宛名番号", "X", 15)
WANTS_NUMBER = RequestItem("kojinbangoyohi", "個人番号要否", "X", 1, fixed=True, codes=("0", "1"))
SEARCH = (
    INTEGRATED,
    RequestItem("atenabango", "宛名番号", "X", 15),
    RequestItem("kojinbango", "個人番号", "X", 12, fixed=True),
)
LOOK_UP = (*SENDER, *SEARCH, WANTS_NUMBER, *OPERATION)
"""What a look-up says; one of `SEARCH` must be set."""
