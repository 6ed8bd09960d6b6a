"""`kyotsu addressee import`: take over the numbers of existing systems, once each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from kyotsu.addressees.migrating import Fate
from kyotsu.catalogue.model import System
from kyotsu.contracts.audit import Deed
from kyotsu.linkage.rejection import FileRejectedError
from kyotsu.runtime.clock import SystemClock
from kyotsu.wiring.migration import Migration, SameContentError
from kyotsu.wiring.migration_files import FileChangedError, MigrationFile, RowReader
from kyotsu_cli import migrating
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import catalogue, connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.output import counted_progress, print_json
from kyotsu_cli.registry import Registry

Shown = Callable[[str, int], Callable[[int], object]]
"""Shows a step by its name and size, and returns what is told how much of it is done."""


def import_(
    files: Annotated[list[Path], typer.Argument(help="031i001 のCSVファイル（複数可）", exists=True, dir_okay=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="点検だけを行い、何も書き込まない")] = False,
    system: Annotated[str | None, typer.Option(help="移行元の業務ID・独自施策システム等ID（既定：各行の値）")] = None,
    skip_duplicates: Annotated[
        bool, typer.Option("--skip-duplicates", help="別の人の番号と重複する行を除いて移行する（番号は予約する）")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="行ごとの報告書（.csv か .json。氏名・住所は含まない）", dir_okay=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """既存システムの住登外者の宛名番号を移行する。書き込む前に、必ず全行を点検する。

    番号の付け直しはしない。中断しても、同じファイルでもう一度実行すれば、続きから各行を1回だけ移行する。
    移行しない行（誤り・重複）があれば終了コード4。
    """
    migrating.check_format(report)
    registry = Registry(connect())
    migration = _migration(registry, _system(system))
    try:
        with counted_progress() as shown:
            read = _surveyed(migration, files, shown)
            for numbers in migration.survey.disclosed():
                registry.tell("addressee import", numbers, Deed.READ)
            blocked = migrating.blocked(migration.survey) > 0 and not skip_duplicates
            writes = not dry_run and not blocked
            if writes:
                migration.reserve()
                counts = migration.survey.counts()
                rows = counts[Fate.REGISTERS] + counts[Fate.JOINS]
                migration.write(read, shown("移行", rows))
        found = migrating.summary(migration.survey, read, written=writes)
        if report is not None:
            migrating.write_report(migration.survey, read, report, found)
        failed = migrating.errors(migration.survey) > 0
    except FileRejectedError as error:
        raise CommandError(f"{error.code} {error}", Exit.NOT_ACCEPTED) from None
    except SameContentError:
        raise CommandError("同じ内容のファイルが2つ以上あります。", Exit.USAGE) from None
    except FileChangedError as error:
        raise CommandError(f"{error}：実行中にファイルが変わりました。もう一度実行してください。") from None
    finally:
        migration.survey.close()
    print_json(found) if as_json else migrating.show(found)
    if blocked and not dry_run:
        raise CommandError(
            "別の人の番号と重複する行があるため、何も書き込んでいません。番号を正すか、"
            "--skip-duplicates でこれらの行を除いてください。",
            Exit.NOT_ACCEPTED,
        )
    raise typer.Exit(Exit.NOT_ACCEPTED if failed else Exit.OK)


def _surveyed(migration: Migration, paths: Sequence[Path], shown: Shown) -> list[MigrationFile]:
    size = sum(path.stat().st_size for path in paths)
    files = migration.open(paths, shown("ファイルの確認", size))
    migration.read(files, shown("行の点検", size))
    migration.compare(shown("番号の照合", migration.survey.counts()["undecided"]))
    return files


def _migration(registry: Registry, system: System | None) -> Migration:
    deployment, clock = registry.deployment, SystemClock()
    accepted = frozenset(deployment.outputs["AcceptedMunicipalities"].split(","))

    def told(name: str, numbers: Sequence[str]) -> None:
        registry.tell("addressee import", numbers, Deed.CHANGED, f"import/{name}")

    return Migration(
        reader=RowReader(catalogue(), deployment.municipality, accepted, clock.now(), system),
        registry=registry.table,
        integrated=registry.integrated,
        residents=deployment.residents,
        ranges=registry.ranges,
        fingerprints=deployment.sealing.fingerprints,
        now=clock.now,
        told=told,
    )


def _system(given: str | None) -> System | None:
    if given is None:
        return None
    known = catalogue().systems
    found = next((system for system in known.values() if system.id.lower() == given.lower()), None)
    if found is None:
        raise CommandError(f"{given} はカタログにないシステムです。--system を確認してください。", Exit.USAGE)
    return found
