"""Items of the `Addressees` table: what is known of a number is one item, and all beside it is found by the number.

| item | pk | sk | attributes |
|---|---|---|---|
| number | 団体コード#宛名番号 | A | see below |
| history | 団体コード#宛名番号 | H#revision | b packed entry, w codes of remarks |
| business | 団体コード#宛名番号 | B#業務ID/独自施策システム等ID | b sealed 個人番号; k data key; f fingerprint |
| link | 団体コード#principal's number | L#linked number | d ended when its record was closed |
| posting | 団体コード#P#keyed fingerprint | P#宛名番号 | |
| done | 団体コード#O#what must happen once | O | f keyed fingerprint of what was asked, a answer |
| serials | 団体コード#N#kind | N | n last serial reserved |

Number: n revision, b packed rest, o owner, s uses, g registered since (JST), p principal, x closed to others,
d deleted, q whom a closed record was linked to when it was closed ("": nobody): the record; without n there is none.
c records linked to it, m reserved by a migration, j obtained by the 住民記録 system, e who edits it, u until when (ms
since 1970). A business without a 個人番号 has no item of its own: s names it. A posting stays when the person changes:
who reads it looks at the number. Nothing expires. One-letter names keep a typical item within one write unit. A test
holds the models against the table.
"""

from __future__ import annotations

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from kyotsu.runtime.tables import TableItem


class NumberItem(TableItem):
    """A number."""

    n = NumberAttribute(null=True)
    b = BinaryAttribute(legacy_encoding=False, null=True)
    o = UnicodeAttribute(null=True)
    s: UnicodeSetAttribute = UnicodeSetAttribute(null=True)
    g = UnicodeAttribute(null=True)
    p = UnicodeAttribute(null=True)
    x = NumberAttribute(null=True)
    d = NumberAttribute(null=True)
    q = UnicodeAttribute(null=True)
    c = NumberAttribute(null=True)
    m = NumberAttribute(null=True)
    j = NumberAttribute(null=True)
    e = UnicodeAttribute(null=True)
    u = NumberAttribute(null=True)


class HistoryItem(TableItem):
    """What was done to a record once."""

    b = BinaryAttribute(legacy_encoding=False)
    w: UnicodeSetAttribute = UnicodeSetAttribute(null=True)


class BusinessItem(TableItem):
    """A business's 個人番号."""

    b = BinaryAttribute(legacy_encoding=False)
    k = BinaryAttribute(legacy_encoding=False)
    f = BinaryAttribute(legacy_encoding=False)


class LinkItem(TableItem):
    """A link of a principal."""

    d = NumberAttribute(null=True)


class FoundItem(TableItem):
    """A posting: its keys say everything."""


class DoneItem(TableItem):
    """What happened once."""

    f = BinaryAttribute(legacy_encoding=False)
    a = BinaryAttribute(legacy_encoding=False)


class SerialItem(TableItem):
    """How far a kind's serials are reserved."""

    n = NumberAttribute()
