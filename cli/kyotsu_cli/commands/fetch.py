"""`kyotsu fetch`: take over what a system was delivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kyotsu_cli.commands import linked_options
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.failure import Exit
from kyotsu_cli.fetching import (
    ACKNOWLEDGED,
    FETCHED,
    SETTLED,
    DamagedError,
    Offer,
    acknowledge,
    download,
    is_here,
    manifest_of,
    offers,
    standing,
)
from kyotsu_cli.holding import held
from kyotsu_cli.linked import LinkedSystem, Options, linked_system
from kyotsu_cli.output import bytes_progress, console, notices, print_json, print_table

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_COLUMNS = ("提供番号", "部分", "行数", "受領期限", "状態", "ファイル")
_STATES = {FETCHED: "取得済み", ACKNOWLEDGED: "受領"}


def fetch(
    system: Annotated[str, typer.Option(help="自分の業務ID（独自施策システム等は3桁のID）")],
    into: Annotated[Path, typer.Option(help="保存先のフォルダー", file_okay=False)] = Path("deliveries"),
    tell: Annotated[
        bool, typer.Option("--acknowledge", help="検証したファイルを受領済み（ACKNOWLEDGED）にする")
    ] = False,
    bucket: Annotated[
        list[str] | None, typer.Option(envvar="KYOTSU_BUCKET", help="提供物のあるバケット名（繰り返し可）")
    ] = None,
    federated: linked_options.Federated = False,
    token_url: linked_options.TokenUrl = None,
    client_id: linked_options.ClientId = None,
    secret_file: linked_options.SecretFile = None,
    basic: linked_options.Basic = False,
    role_arn: linked_options.RoleArn = None,
    region: linked_options.Region = None,
    sts_url: linked_options.StsUrl = None,
    s3_url: linked_options.S3Url = None,
    as_json: AsJson = False,
) -> None:
    """自分あてに提供されたファイルのうち、まだ受領していないものを取得し、検証する。

    取得したことは FETCHED として、--acknowledge では受領したことも ACKNOWLEDGED として、ファイルの横に置いて知らせる。
    取得できないものがあれば、ほかを取得したうえで終了コード1。
    """
    options = Options(
        buckets=tuple(bucket or ()),
        federated=federated,
        token_url=token_url,
        client_id=client_id,
        secret_file=secret_file,
        basic=basic,
        role_arn=role_arn,
        region=region,
        sts_url=sts_url,
        s3_url=s3_url,
    )
    fetcher = _Fetcher(linked_system(options, system), into, tell)
    with held(into):
        rows = []
        for row in fetcher.rows():
            if as_json:
                print_json(row)
            rows.append(row)
    if not as_json:
        _show(rows)
    raise typer.Exit(Exit.FAILED if fetcher.failed else Exit.OK)


@dataclass(slots=True)
class _Fetcher:
    """Fetches one part after the other. `failed`: how many could not be had."""

    linked: LinkedSystem
    into: Path
    tell: bool
    failed: int = 0

    def rows(self) -> Iterator[dict[str, Any]]:
        """Fetch what is new, and yield what is said of each part."""
        client = self.linked.s3
        for bucket in self.linked.delivering_buckets:
            for offer in offers(client, bucket, self.linked.system):
                state, refusal = standing(client, offer)
                if refusal:
                    self._complain(f"{offer.name}: 受領の通知が受け付けられませんでした：{refusal}")
                if offer.undone:
                    notices.print(f"{offer.name}: 提供元のファイルが取り消されました。取り込まないでください。")
                elif state not in SETTLED:
                    yield from self._fetched(client, offer, state)

    def _fetched(self, client: S3Client, offer: Offer, state: str) -> Iterator[dict[str, Any]]:
        manifest, target = manifest_of(client, offer), self.into / offer.interface / offer.name
        if not is_here(target, manifest):
            try:
                with bytes_progress(offer.name, manifest.size) as progress:
                    download(client, offer, manifest, target, progress)
            except DamagedError as error:
                self._complain(f"{error} 再度実行し、続く場合は運用者に連絡してください。")
                return
        for said in (FETCHED, ACKNOWLEDGED) if self.tell else (FETCHED,):
            if said != state:
                acknowledge(client, offer, said, manifest)
                state = said
        yield {
            "delivery_id": manifest.delivery_id,
            "part": manifest.part,
            "last": manifest.last,
            "rows": manifest.rows,
            "sha256": manifest.sha256,
            "deadline": manifest.deadline,
            "state": state,
            "bucket": offer.bucket,
            "object_key": f"{offer.stem}.csv",
            "file": str(target),
        }

    def _complain(self, text: str) -> None:
        self.failed += 1
        notices.print(f"[red]{text}[/red]", highlight=False)


def _show(rows: list[dict[str, Any]]) -> None:
    if not rows:
        console.print("新しい提供はありません。")
        return
    print_table(
        "取得したファイル",
        _COLUMNS,
        [
            (row["delivery_id"], row["part"], row["rows"], row["deadline"], _STATES[row["state"]], row["file"])
            for row in rows
        ],
    )
