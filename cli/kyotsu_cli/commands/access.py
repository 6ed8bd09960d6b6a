"""`kyotsu access`: who may touch what."""

from __future__ import annotations

import typer

from kyotsu_cli.commands import access_client
from kyotsu_cli.commands.access_matrix import show_matrix

app = typer.Typer(no_args_is_help=True)


app.command("matrix")(show_matrix)
app.add_typer(access_client.app, name="client", help="トークンを取得するシステムの登録とシークレット")
