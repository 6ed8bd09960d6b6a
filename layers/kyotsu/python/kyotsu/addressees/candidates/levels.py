"""How well two values of an item agree. A level's text is part of the names of the parameters."""

from __future__ import annotations

from enum import StrEnum


class Kanji(StrEnum):
    """Two names' parts in kanji, variants folded."""

    SAME = "same"
    GAP = "gap"
    """The same but for characters that nobody could type."""
    CLOSE = "close"
    """One character differs of three or more."""
    HALF = "half"
    """One character differs of two, or half of them do."""
    FAR = "far"
    NONE = "none"
    """At least one is not known."""


class Kana(StrEnum):
    """Two names' parts in kana or Latin letters."""

    SAME = "same"
    LENGTH = "length"
    """The same but for the length of vowels: romaji rarely tell it."""
    SOUND = "sound"
    """The same without voicing and long vowels."""
    SLIP = "slip"
    """One kana too many, too few, or two in the wrong order."""
    OTHER = "other"
    """One kana is another one."""
    LOOSE = "loose"
    FAR = "far"
    NONE = "none"


class Birth(StrEnum):
    """Two birth dates."""

    SAME = "same"
    YEAR_MONTH = "year-month"
    """The same as far as known: the day is not."""
    YEAR = "year"
    PARTLY = "partly"
    """The same as far as known, and the year is not."""
    SWAPPED = "swapped"
    """Month and day in each other's place."""
    DIGIT = "digit"
    """One digit differs, or two neighbours are in each other's place."""
    ERA = "era"
    """The year of another era, or of the same animal: 昭和5年 for 平成5年."""
    OTHER_YEAR = "other-year"
    OTHER_MONTH = "other-month"
    OTHER_DAY = "other-day"
    FAR = "far"
    NONE = "none"


class Sex(StrEnum):
    """Two sexes."""

    SAME = "same"
    FAR = "far"
    NONE = "none"


class Place(StrEnum):
    """Two addresses."""

    SAME = "same"
    """All numbers, with the room's if there is one."""
    STREET = "street"
    """The street's numbers; the room is known of one only."""
    ROOM = "room"
    """The street's numbers, but another room."""
    PART = "part"
    """One stops earlier than the street's numbers do."""
    DIGIT = "digit"
    """One of the numbers differs."""
    TOWN = "town"
    MUNICIPALITY = "municipality"
    FAR = "far"
    NONE = "none"
