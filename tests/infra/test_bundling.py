"""The layers as they are deployed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from infra import bundling
from infra.bundling import ROOT, build_layers, build_local_dependencies, build_local_forms
from infra.sandbox.layers import local_layer

AARCH64 = b"\xb7\x00"
"""`e_machine` of an ELF file."""


def test_our_layer_holds_the_packages_and_the_catalogue_beside_them() -> None:
    layer = build_layers().kyotsu
    assert (layer / "python" / "kyotsu" / "py.typed").exists()
    assert (layer / "catalogue" / "systems.yaml").read_bytes() == (ROOT / "catalogue" / "systems.yaml").read_bytes()


def test_third_party_packages_are_for_lambda_and_not_for_this_machine() -> None:
    layers = build_layers()
    site = layers.dependencies / "python"
    libraries = [*site.rglob("*.so"), *layers.forms.rglob("*.so")]
    assert {"_typst.abi3.so", "_rust.abi3.so"} <= {path.name for path in libraries}
    for path in libraries:
        # Most name their platform in full; cryptography's is for any Python.
        assert path.name.endswith((".cpython-313-aarch64-linux-gnu.so", ".abi3.so")), path
        assert path.read_bytes()[18:20] == AARCH64, path
    assert (site / "pynamodb").is_dir()
    assert not (site / "moto").exists(), "nothing of the sandbox is deployed"
    assert not (site / "aws_cdk").exists()


def test_layers_hold_no_bytecode_and_no_leftovers_of_the_installer_but_every_licence() -> None:
    layers = build_layers()
    for folder in (layers.kyotsu, layers.dependencies, layers.forms):
        assert not [path for path in folder.rglob("*") if path.name == "__pycache__" or path.suffix == ".pyc"]
    for site in (layers.dependencies / "python", layers.forms / "python"):
        assert not [path.name for path in site.glob("*.dist-info/*") if path.name in bundling.DISPENSABLE]
        assert not (site / "bin").exists()
        for package in site.glob("*.dist-info"):
            names = [path.name.upper() for path in package.rglob("*")]
            assert [name for name in names if name.startswith(("LICEN", "COPYING"))], package.name


def test_all_layers_of_the_function_that_draws_fit_into_lambda_with_a_font_of_50_mb_beside_them() -> None:
    layers = build_layers()
    folders = (layers.kyotsu, layers.dependencies, layers.forms)
    size = sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
    assert size + 50_000_000 < 250 * 1024 * 1024


def test_a_font_of_the_municipality_comes_with_the_forms_layer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    font = tmp_path / "layers" / "forms" / "fonts" / "ipamjm.ttf"
    font.parent.mkdir(parents=True)
    font.write_bytes(b"font")
    (font.parent / "README.md").write_text("no font")
    monkeypatch.setattr(bundling, "ROOT", tmp_path)
    assert bundling._fonts() == [font]


def test_the_local_layer_serves_this_machine_with_nothing_installed_beside_it() -> None:
    site = build_local_dependencies() / "python"
    names = "aws_lambda_powertools, boto3, msgspec, pynamodb.models, yaml"
    script = f"import sys; sys.path.insert(0, {str(site)!r}); import {names}; print(msgspec.__file__)"
    # -I and -S: neither this virtual environment nor the user's packages are on the path.
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.startswith(str(site))


def test_the_local_layers_draw_a_form_with_nothing_installed_beside_them() -> None:
    """Requirement: the sandbox draws with the engine and the fonts that are deployed."""
    forms = local_layer(build_layers().forms)
    assert forms == build_local_forms()
    layers = [str(layer / "python") for layer in (build_layers().kyotsu, build_local_dependencies(), forms)]
    script = f"""import sys; sys.path[:0] = {layers!r}
from kyotsu.moving.form.drawing import draw
from kyotsu.moving.form.fonts import find_fonts
from kyotsu.moving.form.forms import MoveInForm
print(draw(MoveInForm(case_id="I-1"), find_fonts()).pdf[:5])"""
    command = [sys.executable, "-I", "-S", "-B", "-c", script]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "b'%PDF-'\n"


def test_the_same_lock_file_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = build_layers().dependencies
    monkeypatch.setattr(bundling, "BUILT", tmp_path)
    again = build_layers().dependencies
    assert again.is_relative_to(tmp_path)
    assert _content(first) == _content(again)


def test_a_layer_is_built_again_only_when_its_inputs_change(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bundling, "ROOT", tmp_path)
    monkeypatch.setattr(bundling, "BUILT", tmp_path / ".build" / "layers")
    monkeypatch.setattr(bundling, "__file__", str(tmp_path / "bundling.py"))
    package, catalogue = tmp_path / "layers" / "kyotsu" / "python" / "kyotsu", tmp_path / "catalogue"
    for folder, name in ((package, "code.py"), (catalogue, "systems.yaml"), (tmp_path, "bundling.py")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("one")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "code.pyc").write_text("one")

    layer = bundling._build_kyotsu()
    built = (layer / "python" / "kyotsu" / "code.py").stat().st_ino
    (package / "__pycache__" / "code.pyc").write_text("two")
    assert (bundling._build_kyotsu() / "python" / "kyotsu" / "code.py").stat().st_ino == built

    (catalogue / "systems.yaml").write_text("two")
    assert (bundling._build_kyotsu() / "catalogue" / "systems.yaml").read_text() == "two"
    assert (layer / "python" / "kyotsu" / "code.py").stat().st_ino != built


def _content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
