"""`kyotsu send`: put files into a provider's bucket, and wait for the answers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import boto3
import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from kyotsu_cli.commands import linked_options
from kyotsu_cli.commands.options import AsJson
from kyotsu_cli.deployment import connect
from kyotsu_cli.failure import CommandError, Exit
from kyotsu_cli.linked import LinkedSystem, Options, linked_system
from kyotsu_cli.output import console, notices, print_json
from kyotsu_cli.sending import Sent, answers, completeness, errors_of, upload
from kyotsu_cli.showing import show_answer

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

ACCEPTED = ("ACCEPTED", "DUPLICATE")


def send(
    files: Annotated[list[Path], typer.Argument(help="送信するファイル", exists=True, dir_okay=False)],
    wait: Annotated[bool, typer.Option("--wait", help="回答を待って表示する")] = False,
    system: Annotated[str | None, typer.Option(help="提供側の業務ID（既定：連携IDの先頭3桁）")] = None,
    timeout: Annotated[float, typer.Option(help="回答を待つ最大秒数")] = 600,
    metadata: Annotated[bool, typer.Option(help="row-count と sha256 を付ける")] = True,
    bucket: Annotated[
        str | None, typer.Option(envvar="KYOTSU_BUCKET", help="自分のバケット名（連携システム自身の権限で送る）")
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
    """ファイルを提供側のバケットに置く。--wait では、受付・重複以外の回答があれば終了コード4。

    運用者の権限で送る。--bucket か --federated があれば、連携システム自身の権限だけを使う。
    """
    own = None
    if bucket or federated:
        options = Options(
            buckets=(bucket,) if bucket else (),
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
        own = linked_system(options, system or files[0].name[:3])
    client, bucket_of = _place(own, system)
    sent = _uploaded(client, files, bucket_of, with_metadata=metadata)
    if not wait:
        for file in sent:
            _show_sent(file, as_json=as_json)
        return
    raise typer.Exit(_awaited(client, sent, timeout, as_json=as_json))


def _uploaded(
    client: S3Client, files: Sequence[Path], bucket_of: Callable[[Path], str], *, with_metadata: bool
) -> list[Sent]:
    sent = []
    with _progress() as progress:
        for path in files:
            task = progress.add_task(path.name, total=path.stat().st_size)
            claims = completeness(path) if with_metadata else {}
            sent.append(upload(client, bucket_of(path), path, claims, functools.partial(progress.advance, task)))
    return sent


def _awaited(client: S3Client, sent: list[Sent], timeout: float, *, as_json: bool) -> Exit:
    """Show every answer; return how the command ends. Raises CommandError if one does not come in time."""
    worst = Exit.OK
    for file, answer in answers(client, sent, timeout):
        if answer is None:
            raise CommandError(f"{file.path.name}: {timeout:g}秒待ちましたが回答がありません。")
        errors = errors_of(client, file.ref) if answer["counts"]["failed"] or answer["counts"]["warned"] else []
        _show_answer(answer, errors, as_json=as_json)
        if answer["status"] not in ACCEPTED:
            worst = Exit.NOT_ACCEPTED
    return worst


def _place(own: LinkedSystem | None, system: str | None) -> tuple[S3Client, Callable[[Path], str]]:
    """Return a client of the storage, and in which bucket a file belongs: a linked system's own, or any by its name."""
    if own is not None:
        bucket = own.own_bucket
        return own.s3, lambda _: bucket
    deployment = connect()
    return boto3.client("s3"), lambda path: deployment.bucket(system or path.name[:3])


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    return Progress(*columns, console=notices, transient=True)


def _show_sent(file: Sent, *, as_json: bool) -> None:
    if as_json:
        print_json({"bucket": file.ref.bucket, "object_key": file.ref.key, "version_id": file.ref.version_id})
    else:
        console.print(f"送信しました：{file.ref.key}（受付番号 {file.ref.receipt_id}）", highlight=False)


def _show_answer(answer: dict[str, Any], errors: list[dict[str, str]], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        show_answer(answer, errors)
