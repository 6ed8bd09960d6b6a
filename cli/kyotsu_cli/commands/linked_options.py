"""Options of what linked systems do. The secret has none: command lines are seen by every user of a machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_PANEL = "他のクラウド・オンプレミスから（--federated）"

Federated = Annotated[
    bool, typer.Option("--federated", help="トークンを一時的な認証情報に交換して使う", rich_help_panel=_PANEL)
]
TokenUrl = Annotated[
    str | None, typer.Option(envvar="KYOTSU_TOKEN_URL", help="認証認可サーバのトークンのURL", rich_help_panel=_PANEL)
]
ClientId = Annotated[str | None, typer.Option(envvar="KYOTSU_CLIENT_ID", help="クライアントID", rich_help_panel=_PANEL)]
SecretFile = Annotated[
    Path | None,
    typer.Option(
        "--client-secret-file",
        envvar="KYOTSU_CLIENT_SECRET_FILE",
        help="クライアントシークレットのファイル（または環境変数 KYOTSU_CLIENT_SECRET）",
        rich_help_panel=_PANEL,
    ),
]
Basic = Annotated[
    bool,
    typer.Option(
        "--basic", help="client_secret_jwt の代わりに client_secret_basic（暫定）を使う", rich_help_panel=_PANEL
    ),
]
RoleArn = Annotated[
    str | None, typer.Option(envvar="KYOTSU_ROLE_ARN", help="引き受けるロールのARN", rich_help_panel=_PANEL)
]
Region = Annotated[
    str | None, typer.Option(envvar="AWS_REGION", help="リージョン（既定：ap-northeast-1）", rich_help_panel=_PANEL)
]
StsUrl = Annotated[
    str | None, typer.Option(envvar="KYOTSU_STS_URL", help="STSのエンドポイントのURL", rich_help_panel=_PANEL)
]
S3Url = Annotated[str | None, typer.Option(envvar="KYOTSU_S3_URL", help="S3のエンドポイントのURL")]
