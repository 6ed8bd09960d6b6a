"""Examples of docs/openapi.json: the answers are those published in 2.0; the people in the requests don't exist."""

from __future__ import annotations

from typing import Any

_PATH = "/app_submit/v10/jutogaishaatenabangofuban"
_TOP = {"title": "住登外者宛名番号付番", "_links": {"self": {"href": _PATH}}}
_OPERATION = {"sosashaid": "123456", "sosanengappi": "2021-11-01", "sosajikoku": "09:00:00"}
_SENDER = {"shikuchosonkodo": "141003", "gyomuid": "010"}
PERSON = {
    "shimei": "見本　花子",
    "uji_nihonjin": "見本",
    "na_nihonjin": "花子",
    "seibetsu": "2",
    "seinengappi": "1980-02-29",
    "jusho_shikuchosonkodo": "131016",
    "jusho_todofuken": "東京都",
    "jusho_shikugunchosonmei": "千代田区",
}
_ISSUED = {"shikuchosonkodo": "131016", "atenabango": "123456789123456", "rirekibango": 1, **_OPERATION}

EXAMPLES: dict[str, dict[str, Any]] = {
    "jutogaishaatenabangofuban": {
        "request": {
            "shorikubun": "0",
            **_SENDER,
            **PERSON,
            "nayosemotofuragu": "0",
            "tagyomusanshofukafuragu": "0",
            **_OPERATION,
        },
        "200": {
            "metadata": {"title": _TOP["title"], "detail": "登録が完了しました。"},
            "_links": _TOP["_links"],
            "result": [_ISSUED],
        },
        "400": {
            **_TOP,
            "detail": "エラーが発生しました。",
            "errors": [{"code": "E0001", "message": "宛名番号が設定されていません。"}],
        },
        "401": {**_TOP, "detail": "アクセストークンが無効です。"},
        "503": {**_TOP, "detail": "想定外のエラーが発生しました。"},
    },
    "jutogaishaatenakihonjohokoshin": {
        "request": {"shorikubun": "1", "atenabango": "800000000000009", **_SENDER, **PERSON, **_OPERATION}
    },
    "tenshutsushomeishojohoshokai": {
        "request": {**_SENDER, "gyomuid": "001", "uketsukebango": "A2026000001", **_OPERATION}
    },
    "jutogaishaatenarirekishokai": {"request": {"atenabango": "800000000000009", **_SENDER, **_OPERATION}},
    "jutogaishaatenakihonjohosyokai": {
        "request": {
            **_SENDER,
            "shimei": "見本　花子",
            "shimei_furigana": "ミホン　ハナコ",
            "seinengappi": "1980-02-29",
            "seibetsu": "2",
            "jusho": "東京都千代田区霞が関１丁目３番１号",
            "itchihoho": {"seinengappi": "1", "jusho": "3"},
            "saidaikensu": "10",
            "taisho": "1",
            **_OPERATION,
        },
        "200": {
            "metadata": {"title": "住登外者宛名基本情報照会", "detail": "照会が完了しました。"},
            "_links": {"self": {"href": "/app_submit/v10/jutogaishaatenakihonjohosyokai"}},
            "result": [
                {
                    "shikuchosonkodo": "141003",
                    "atenabango": "800000000000009",
                    "rirekibango": 2,
                    "tokuten": 99,
                    "riyu": [
                        {"code": "N02", "text": "異体字一致"},
                        {"code": "K01", "text": "カナ一致"},
                        {"code": "B01", "text": "生年月日一致"},
                        {"code": "A07", "text": "旧住所一致"},
                    ],
                    "rirekiitchi": "1",
                    "yokushifuragu": "0",
                    "jusho": "東京都千代田区",
                    "riyofuragu": "0",
                    "nayosemotofuragu": "0",
                    "tagyomusanshofukafuragu": "0",
                    **PERSON,
                }
            ],
        },
    },
    "juminatenabangofuban": {"request": {"shikuchosonkodo": "141003", "gyomuid": "001", **_OPERATION}},
    "dantainaitogoatenabangofuban": {
        "request": {
            **_SENDER,
            **_OPERATION,
            "taishosha": [{"kojinbango": "123456789018", "atenabango": "800000000000009", **PERSON}],
        }
    },
    "dantainaitogoatenakihonjohosyokai": {"request": {**_SENDER, "atenabango": "800000000000009", **_OPERATION}},
}
