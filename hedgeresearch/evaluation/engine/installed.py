"""Versions of installed packages, which stand for their code."""

from __future__ import annotations

import sys
import sysconfig
from functools import cache
from importlib import metadata
from pathlib import Path

from hedgeresearch._version import VERSION

PACKAGE = __name__.partition(".")[0]
NUMERICAL = ("arch", "hmmlearn", "numba", "numpy", "pandas", "scipy", "scikit-learn", "statsmodels")
"""Distributions on which the numbers of the package depend."""


@cache
def numerical_versions() -> str:
    """Return the versions of Python, of this package and of the numerical libraries."""
    installed = {name: _version_or_none(name) for name in NUMERICAL}
    versions = [f"{name} {version}" for name, version in installed.items() if version]
    python = ".".join(map(str, sys.version_info[:3]))
    return ", ".join([f"python {python}", f"{PACKAGE} {VERSION}", *versions])


def _version_or_none(name: str) -> str | None:
    """Return the version of a distribution; None if it is not installed, as an optional one."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


@cache
def installed_version(module: str) -> str | None:
    """Return the version of the installed package that a module belongs to.

    Returns
    -------
    str or None
        Empty for Python itself and for this package, whose versions count anyway; None if the
        module is not installed but is code of the user.
    """
    top = module.partition(".")[0]
    if top == PACKAGE or top in sys.stdlib_module_names:
        return ""
    loaded = sys.modules.get(top)
    file = getattr(loaded, "__file__", None)
    if file is None or not _is_installed(Path(file)):
        return None
    names = metadata.packages_distributions().get(top, [])
    return " ".join(f"{name} {metadata.version(name)}" for name in sorted(set(names)))


def _is_installed(file: Path) -> bool:
    folders = {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")}
    parents = set(file.resolve().parents)
    return bool(folders & parents) or any(
        parent.name in ("site-packages", "dist-packages") for parent in parents
    )
