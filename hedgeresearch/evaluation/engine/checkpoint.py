"""Finished walks on disk, so that a study that was interrupted goes on where it was.

A walk is a Parquet file whose name is a hash of everything it depends on: the returns, the settings of the model, the
schedule and the version of the package. It is written beside its place and moved there when complete, so that a
process killed at any moment leaves either nothing or the whole; a hash of its content tells one that was damaged later.
"""

from __future__ import annotations

import dis
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._version import VERSION
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.engine.schedule import Step
from hedgeresearch.evaluation.engine.walk import Note, Walk
from hedgeresearch.typing import Array

PARTIAL = ".partial"


@dataclass(frozen=True)
class Checkpoint:
    """A folder of finished walks."""

    folder: Path

    @classmethod
    def at(cls, folder: Any) -> Checkpoint:
        """The folder, made if it is not there."""
        if not isinstance(folder, str | os.PathLike):
            raise DataError(f"checkpoint must be the path of a folder; got {folder!r}.")
        path = Path(folder)
        try:
            path.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=path).close()
        except OSError as error:
            raise DataError(
                f"checkpoint must be a folder that can be written; {path}: {error.strerror}."
            ) from None
        return cls(path)

    def load(self, key: str) -> Walk | None:
        """The walk of a key; None if it is not there, or is damaged."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            table = pq.read_table(self._path(key))
            about = json.loads(table.schema.metadata[b"hedgeresearch"])
            values = np.column_stack([column.to_numpy() for column in table.columns])
            n_hedges, notes = about["n_hedges"], tuple(Note(*note) for note in about["notes"])
            walk = Walk(
                values[:, :n_hedges], values[:, n_hedges:] if about["regimes"] else None, notes
            )
            if about["digest"] != _digest(walk):
                return None
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
            return None
        self._tidy(key)
        return walk

    def save(self, key: str, walk: Walk) -> None:
        """Write a walk, all or nothing."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        about = {
            "n_hedges": walk.ratios.shape[1],
            "regimes": walk.predicted is not None,
            "notes": [list(note) for note in walk.notes],
            "digest": _digest(walk),
        }
        columns = {f"ratio {i}": column for i, column in enumerate(walk.ratios.T)}
        if walk.predicted is not None:
            columns |= {f"regime {k}": column for k, column in enumerate(walk.predicted.T)}
        table = pa.table(columns).replace_schema_metadata({"hedgeresearch": json.dumps(about)})
        handle, unfinished = tempfile.mkstemp(dir=self.folder, prefix=key, suffix=PARTIAL)
        with os.fdopen(handle, "wb") as file:
            pq.write_table(table, file)
            file.flush()
            os.fsync(file.fileno())
        with suppress(
            FileNotFoundError
        ):  # another run has just finished the same walk and tidied up
            os.replace(unfinished, self._path(key))
        self._tidy(key)

    def _tidy(self, key: str) -> None:
        """Remove what processes that were killed while they wrote have left of a walk that is now there."""
        for left in self.folder.glob(f"{key}*{PARTIAL}"):
            left.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.parquet"


def walk_key(model: Any, returns: pd.DataFrame, steps: Sequence[Step]) -> str:
    """A hash of everything that a walk depends on.

    Raises
    ------
    DataError
        If a setting of the model cannot be hashed, because it cannot be pickled.
    """
    digest = hashlib.sha256()
    labels = [
        VERSION,
        _written(model),
        str(list(returns.columns)),
        str(returns.attrs.get("returns")),
    ]
    for part in (*labels, str(returns.index.dtype)):
        digest.update(part.encode() + b"\0")
    rows: Array = np.ascontiguousarray(returns.to_numpy())
    digest.update(rows.tobytes())
    digest.update(pd.util.hash_pandas_object(returns.index).to_numpy().tobytes())
    digest.update(np.array(steps, dtype=np.int64).tobytes())
    return digest.hexdigest()[:32]


def _digest(walk: Walk) -> str:
    """A hash of the content of a walk."""
    digest = hashlib.sha256(json.dumps(walk.notes).encode())
    for values in (walk.ratios, walk.predicted):
        digest.update(b"" if values is None else np.asarray(values, dtype=np.float64).tobytes())
    return digest.hexdigest()


def _written(value: Any) -> str:
    """A setting in full, the same in every process; functions by their code."""
    value = getattr(value, "py_func", value)  # of what numba compiled
    if is_dataclass(value) and not isinstance(value, type):
        settings = ", ".join(
            f"{field.name}={_written(getattr(value, field.name))}" for field in fields(value)
        )
        return f"{_class(type(value))}({settings})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_written(k)}: {_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(map(_written, value))) + "}"
    if isinstance(value, partial):
        return f"partial{_written((value.func, value.args, value.keywords))}"
    if isinstance(value, FunctionType):
        return _function(value)
    if isinstance(value, CodeType):
        return f"{value.co_code.hex()}{value.co_names}{_written(value.co_consts)}"
    if value is None or isinstance(value, str | bytes | int | float | bool | np.number):
        return repr(value)
    if hasattr(value, "fit") and not isinstance(value, type):
        return f"{_class(type(value))}({_written(getattr(value, '__dict__', {}))})"
    return _hashed(value)


def _class(kind: type) -> str:
    """A class by its name, and one that does not come with the package by the code of its methods, too."""
    name = f"{kind.__module__}.{kind.__qualname__}"
    if kind.__module__.partition(".")[0] == __name__.partition(".")[0]:
        return name  # the version stands for its code
    own = [method for base in kind.__mro__ for method in vars(base).values() if base is not object]
    methods = [getattr(method, "__func__", getattr(method, "fget", method)) for method in own]
    written = [m for m in methods if isinstance(m, FunctionType) and not _is_generated(m)]
    return f"{name}[{' '.join(map(_function, written))}]"


def _is_generated(method: FunctionType) -> bool:
    """Whether a decorator such as ``dataclass`` has made a method, from settings that are told anyway."""
    return method.__name__.startswith("__") and method.__code__.co_filename == "<string>"


def _function(function: FunctionType) -> str:
    """A function by its code and all that it uses: defaults, closure, globals, and functions of its module likewise."""
    found, texts = [function], []
    for one in found:
        inside = []
        for value in _used(one):
            if isinstance(value, FunctionType):
                if value.__module__ == function.__module__ and value not in found:
                    found.append(value)
                inside.append(f"{value.__module__}.{value.__qualname__}")
            else:
                inside.append(
                    getattr(value, "__name__", "")
                    if isinstance(value, ModuleType)
                    else _written(value)
                )
        texts.append(f"{one.__module__}.{one.__qualname__}:{_written(one.__code__)}:{inside}")
    return " ".join(texts)


def _used(function: FunctionType) -> list[Any]:
    """Defaults, what the function closes over, and the globals it names, those of functions inside it included."""
    codes, names = [function.__code__], []
    for code in codes:
        codes += [inner for inner in code.co_consts if isinstance(inner, CodeType)]
        names += [
            step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"
        ]
    held = [cell.cell_contents for cell in function.__closure__ or ()]
    named = [
        function.__globals__[name] for name in dict.fromkeys(names) if name in function.__globals__
    ]
    return [
        *(function.__defaults__ or ()),
        *(function.__kwdefaults__ or {}).values(),
        *held,
        *named,
    ]


def _hashed(value: Any) -> str:
    from joblib import hash as hash_of

    try:
        return f"{type(value).__module__}.{type(value).__qualname__}#{hash_of(value)}"
    except Exception as error:  # whatever pickling it may raise
        raise DataError(
            f"settings of a model must be such that they can be pickled, for a checkpoint; {value!r} is not ({error})."
        ) from None
