"""`kyotsu linkage twin`: one file through two layout versions, before a switch."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from kyotsu.catalogue.model import Catalogue
from kyotsu.contracts import outcomes
from kyotsu.japanese.dates import JST
from kyotsu.japanese.digits import is_municipality_code
from kyotsu.japanese.text import is_digits
from kyotsu.linkage.rejection import FileRejectedError
from kyotsu.linkage.twin import pair_of
from kyotsu.residents.comparing import PersonDifference
from kyotsu.runtime.clock import SystemClock
from kyotsu.wiring.twin import TwinSource, deployed, twinned, unconnected
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import catalogue, connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import bytes_progress, print_json
from kyotsu_cli.sending import object_key
from kyotsu_cli.twinning import as_shown, show_twin


def twin(
    file: Annotated[
        Path, typer.Argument(help="比べるファイル（送信するときの名前のまま）", exists=True, dir_okay=False)
    ],
    to: Annotated[str, typer.Option(help="比べる版（例：v2）。受付期間の前でも後でもよい")],
    municipality: Annotated[
        list[str] | None,
        typer.Option(
            help="受け付ける市区町村コード（複数可）。指定すると接続せず、全員を記録のない人として比べる"
            "（既定：接続先の設定と記録）"
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="一覧に示す人の最大件数（件数そのものは常に正確）")] = 100,
    as_json: AsJson = False,
) -> None:
    """1つのファイルを、ファイル名の版と別の版のレイアウトで検査し、項目ごとに違いを示す。何も書き込まない。

    行の結果・記録・住民区分のどれかが違えば終了コード4。レイアウトが違うだけで、このファイルには影響がなければ0。
    """
    loaded, now = catalogue(), SystemClock().now()
    try:
        pair = pair_of(loaded, object_key(file), to, now.astimezone(JST).date())
        source = _source(municipality)
        with (
            bytes_progress(file.name, file.stat().st_size) as progress,
            twinned(file, pair, loaded, source, now, progress) as found,
        ):
            people = [_person(person) for person in islice(found.people(), limit)]
            total = sum(1 for _ in found.people())
            shown = as_shown(file.name, found, people, total, now.astimezone(JST).date(), connected=not municipality)
    except FileRejectedError as error:
        raise _refused(error, to, loaded) from None
    if as_json:
        print_json(shown)
    else:
        show_twin(shown)
    raise typer.Exit(Exit.NOT_ACCEPTED if shown["differs"] else Exit.OK)


def _source(municipalities: list[str] | None) -> TwinSource:
    if municipalities:
        for code in municipalities:
            if not (is_digits(code) and len(code) == 6 and is_municipality_code(code)):
                raise CommandError(f"--municipality {code} は市区町村コード（6桁）ではありません。", Exit.USAGE)
        return unconnected(catalogue(), municipalities)
    try:
        deployment = connect()
    except CommandError as error:
        raise CommandError(f"{error}接続せずに比べるなら --municipality を指定してください。", error.code) from None
    return deployed(deployment.municipality, deployment.admission.accepted_municipalities, deployment.source)


def _refused(error: FileRejectedError, to: str, loaded: Catalogue) -> CommandError:
    if error.outcome is outcomes.UNKNOWN_VERSION and error.fields["version"] == to:
        interface = loaded.interfaces[str(error.fields["interface"])]
        versions = "、".join(version.id for version in interface.versions)
        return CommandError(f"連携ID {interface.id} に版 {to} はありません（ある版：{versions}）。", Exit.USAGE)
    return CommandError(f"{error.code} {error}", Exit.NOT_ACCEPTED)


def _person(person: PersonDifference) -> dict[str, Any]:
    own, other = person.own, person.other
    return {
        "addressee_number": own.addressee_number,
        "record_differs": person.record_differs,
        "category": {"own": own.category, "other": other.category},
        "since": {"own": own.since, "other": other.since},
    }
