"""Hash of the source of a module and of what it imports, by which compiled code is kept."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

KERNELS = "hedgeresearch._kernels"
"""The package of kernels, whose packages are families of modules."""
IMPORTED = re.compile(r"^ *from (hedgeresearch[\w.]*) import (?:\(([^)]*)\)|(.*))", re.MULTILINE)


def name_among_kernels(module: str) -> str:
    """Return the name of a module within the package of kernels; "" for another module."""
    name = module.removeprefix(f"{KERNELS}.")
    return "" if name == module else name


@cache
def source_digest(module: str) -> str:
    """Return a hash of the source of a module and of the modules of the package it imports."""
    digest = hashlib.sha256()
    for path in sorted(_sources(module)):
        digest.update(Path(path).read_bytes())
    return digest.hexdigest()[:16]


def _sources(module: str) -> set[str]:
    """Return the files of a module and, through its imports, of the modules it needs."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        path = _file_of(waiting.pop())
        if path in found:
            continue
        found.add(path)
        waiting += _imported(Path(path).read_text(encoding="utf-8"))
    return found


def _imported(source: str) -> Iterator[str]:
    """Yield the modules of the package that a source imports, or imports names of."""
    for module, several, one in IMPORTED.findall(source):
        yield module
        if _file_of(module).endswith("__init__.py"):
            for name in re.findall(r"(\w+)(?: as \w+)?", several or one):
                yield f"{module}.{name}"


def _file_of(module: str) -> str:
    if module in sys.modules:
        return str(sys.modules[module].__file__)
    spec = importlib.util.find_spec(module)
    return str(spec.origin) if spec else __file__
