"""Messages as JSON, and characters that the CS does not take."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from kyotsu.moving.cs.characters import GETA, TABLE, jis_x_0213, of_file, of_table, substituted
from kyotsu.moving.cs.mapping import is_message_id, is_of, message_id, notes_of, read, repeated
from kyotsu.moving.ports import MessageKind
from tests.fakes.cs import HERE, THERE, certificate, posted
from tools.cs_messages import FILE, schema

START = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[4]


def test_ids_come_from_the_case_so_that_a_repeat_is_known() -> None:
    assert message_id("O-20260401001", MessageKind.NOTICE, 2, 1) == "O-20260401001-tennyutsuchi-2-1"
    assert posted("O-1", "lane") == posted("O-1", "lane")
    certificate_id, cancel_id = "O-1-tenshutsushomeisho-2-1r1", "O-1-tenshutsushomeisho-torikeshi-2-1r1"
    assert is_of(certificate_id, "O-1", MessageKind.CERTIFICATE)
    assert is_of(cancel_id, "O-1", MessageKind.CERTIFICATE_CANCEL)
    assert not is_of(cancel_id, "O-1", MessageKind.CERTIFICATE)
    assert not is_of(certificate_id, "O-11", MessageKind.CERTIFICATE)
    assert is_message_id("I-CS-O-1-tenshutsushomeisho-1-1r1-tennyutsuchi-1-1")
    assert not any(map(is_message_id, ("", "a/b", "..", "a.json", "-a", "あ", "a" * 129, "a\n")))


def test_what_is_sent_can_be_read_as_it_was() -> None:
    sent = posted("O-1", "lane", content=certificate("髙橋　か゚"))
    got = read(sent.body, START)
    assert (got.content, got.message_id, got.sender, got.to) == (certificate("髙橋　か゚"), sent.id, HERE, THERE)
    assert got.substituted == ()
    again = read(repeated(sent.body, f"{sent.id}r1"), START)
    assert (again.message_id, again.refers_to, again.content) == (f"{sent.id}r1", sent.id, got.content)


def test_a_character_outside_is_named_with_its_place_on_both_sides() -> None:
    sent = posted("O-1", "lane", content=certificate("𠮷田　邉\U000e0102子"))
    notes = [
        ("people[0].name", 1, "U+20BB7", GETA),
        ("people[0].name", 5, "U+E0102", ""),
    ]
    assert notes_of(sent.body) == notes
    got = read(sent.body, START)
    assert got.content == certificate("〓田　邉子")
    assert [tuple(getattr(note, name) for name in note.__struct_fields__) for note in got.substituted] == notes


def test_a_deployment_may_have_a_table_of_its_own() -> None:
    repertoire = of_table(["# 表", "U+0041..U+005A  # A-Z", "u+5409", ""])
    assert substituted(["AZ吉a"], repertoire)[0] == ["AZ吉〓"]


def test_a_deployment_without_a_table_has_the_default(tmp_path: Path) -> None:
    assert of_file(tmp_path / TABLE) is jis_x_0213
    (tmp_path / TABLE).write_text("U+0041\n", "utf-8")
    assert [of_file(tmp_path / TABLE)(each) for each in "AB"] == [True, False]


@pytest.mark.parametrize("line", ["A", "U+0042..U+0041", "U+110000", "0041", "U+0041-U+0042", "", "# 表だけ"])
def test_a_table_that_would_substitute_everything_or_can_t_be_read_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"character|code point"):
        of_table([line])


@pytest.mark.parametrize("text", ["髙﨑", "𠮟る", "ｱｲｳ", "Nguyễn", "ー〜－", "①"])
def test_the_default_repertoire(text: str) -> None:
    assert (substituted(text)[1] == ()) is (text != "Nguyễn")


def test_the_published_schema_is_that_of_the_code() -> None:
    assert json.loads(FILE.read_text("utf-8")) == schema()
    page = (ROOT / "docs" / "cs-messages.md").read_text("utf-8")
    assert all(kind in page for kind in (*MessageKind, "juryotsuchi"))
    assert msgspec.json.decode(posted("O-1", "lane").body)["kind"] in schema()["properties"]["kind"]["enum"]
