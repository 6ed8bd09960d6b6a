"""Protection in the sandbox, by the `kyotsu` command: from the file of 001o009 to what an operator is shown."""

from __future__ import annotations

import json
import re

from tests.fakes.deployment import body, row
from tests.fakes.support import support_body, support_row
from tests.flows.conftest import Sandbox
from tests.flows.files import new_name, new_number

PLACES = {"jusho_choaza": "架空ヶ丘", "jusho_yubinbango": "9990001", "tennyumaejusho": "架空県旧住市"}


def support_name_of(residents_name: str) -> str:
    """Return a name of 001o009 that no other test has."""
    return re.sub("^001o006_.._._", "001o009_00_D_", residents_name)


def test_from_a_file_to_what_is_shown_and_back_by_an_undo(sandbox: Sandbox) -> None:
    number, name = new_number(), new_name()
    support = support_name_of(new_name())
    sandbox.put(name, body([row(atenabango=number, **PLACES)]))
    sandbox.put(support, support_body(support_row(atenabango=number)))
    assert sandbox.answer(name)["status"] == "ACCEPTED"
    answer = sandbox.answer(support)
    assert (answer["status"], answer["counts"]["added"]) == ("ACCEPTED", 1)

    hidden = sandbox.kyotsu("resident", "show", number, "--json")
    assert json.loads(hidden.stdout)["withheld"] is True
    plain = sandbox.kyotsu("resident", "show", number)
    assert "支援措置対象者のため" in plain.stdout
    for value in PLACES.values():
        assert value not in hidden.stdout + hidden.stderr + plain.stdout + plain.stderr

    wanted = sandbox.kyotsu("resident", "show", number, "--json", "--purpose", "protected_address")
    assert PLACES.items() <= json.loads(wanted.stdout)["record"].items()

    undone = sandbox.kyotsu("linkage", "undo", answer["receipt_id"], "--json", "--reason", "誤送信")
    assert json.loads(undone.stdout)["counts"]["people"] == 1
    shown = json.loads(sandbox.kyotsu("resident", "show", number, "--json").stdout)
    assert shown["withheld"] is False
    assert PLACES.items() <= shown["record"].items()
