"""Layers as this machine can run them.

The deployed layer of third-party libraries holds compiled modules for arm64 Linux; the sandbox takes the build of the
same lock file for this machine and its Python.
"""

from pathlib import Path

from infra.bundling import build_local_dependencies


def local_layer(folder: Path) -> Path:
    """Return `folder`, or the local build of the dependencies if `folder` holds compiled modules."""
    if any(folder.glob("python/**/*.so")):
        return build_local_dependencies()
    return folder
