"""Layers as this machine can run them.

The deployed layers of third-party libraries hold compiled modules for arm64 Linux; the sandbox takes the builds of the
same lock file for this machine and its Python.
"""

from pathlib import Path

from infra.bundling import build_local_dependencies, build_local_forms


def local_layer(folder: Path) -> Path:
    """Return `folder`, or the local build of the same layer if `folder` holds compiled modules."""
    libraries = folder / "python"
    if (libraries / "typst").is_dir() and not (libraries / "boto3").is_dir():
        return build_local_forms()
    if any(folder.glob("python/**/*.so")):
        return build_local_dependencies()
    return folder
