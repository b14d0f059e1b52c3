"""Finished walks on disk, so that an interrupted backtest continues where it stopped.

A walk is a Parquet file whose name is a hash of everything it depends on: the returns, the settings
of the model, the refits, and the versions of the package and of the numerical libraries. It is
written to another file and renamed when complete, so that a process killed at any moment leaves
either nothing or the whole; a hash of the content detects a file that was damaged later.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch.errors import DataError, DataWarning, warn_caller
from hedgeresearch.evaluation.engine.fingerprint import fingerprint
from hedgeresearch.evaluation.engine.installed import numerical_versions
from hedgeresearch.evaluation.engine.regime_numbers import RegimeRecord
from hedgeresearch.evaluation.engine.steps import Note
from hedgeresearch.evaluation.engine.walk import Walk
from hedgeresearch.hedges.closed_form import Refit
from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array

PARTIAL = ".partial"
"""Suffix of a file that is being written."""
METADATA = b"hedgeresearch"
"""Key of the metadata in a Parquet file."""
KEY_LENGTH = 32


@dataclass(frozen=True)
class Checkpoint:
    """A folder of finished walks."""

    folder: Path

    @classmethod
    def at(cls, folder: Any) -> Checkpoint:
        """Return the checkpoint in a folder, which is created if it does not exist."""
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
        """Return the walk of a key; None if there is none, or it is damaged."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            table = pq.read_table(self._path(key))
            about = json.loads(table.schema.metadata[METADATA])
            values = np.column_stack([column.to_numpy() for column in table.columns])
            walk = _walk_of(values, about)
            if about["digest"] != _digest(walk):
                return None
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
            return None
        self._tidy(key)
        return walk

    def save(self, key: str, walk: Walk) -> None:
        """Write a walk, all or nothing; warn if it cannot be written, as on a full disk."""
        try:
            self._write(key, walk)
        except OSError as error:
            warn_caller(
                f"the checkpoint {self.folder} cannot be written ({error.strerror or error}); the "
                "run continues without it. Free some space before the next one.",
                DataWarning,
            )
        self._tidy(key)

    def _write(self, key: str, walk: Walk) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        about = {
            "n_hedges": walk.ratios.shape[1],
            "regimes": walk.predicted is not None,
            "notes": [list(note) for note in walk.notes],
            "records": [_plain_record(walk.first), _plain_record(walk.last)],
            "digest": _digest(walk),
        }
        columns = {f"ratio {i}": column for i, column in enumerate(walk.ratios.T)}
        if walk.predicted is not None:
            columns |= {f"regime {k}": column for k, column in enumerate(walk.predicted.T)}
        table = pa.table(columns).replace_schema_metadata({METADATA: json.dumps(about)})
        handle, unfinished = tempfile.mkstemp(dir=self.folder, prefix=key, suffix=PARTIAL)
        with os.fdopen(handle, "wb") as file:
            pq.write_table(table, file)
            file.flush()
            os.fsync(file.fileno())
        # another run may just have finished the same walk and tidied up
        with suppress(FileNotFoundError):
            os.replace(unfinished, self._path(key))

    def _tidy(self, key: str) -> None:
        """Remove partial files of a finished walk, which killed processes have left."""
        for partial in self.folder.glob(f"{key}*{PARTIAL}"):
            partial.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.parquet"


def walk_key(model: Any, returns: pd.DataFrame, refits: Sequence[Refit]) -> str:
    """Return a hash of everything that a walk depends on.

    Raises
    ------
    DataError
        If a setting of the model cannot be identified.
    """
    digest = hashlib.sha256()
    kind = str(returns.attrs.get("returns"))
    dtype = str(returns.index.dtype)
    for text in (numerical_versions(), fingerprint(model), str(list(returns.columns)), kind, dtype):
        digest.update(text.encode() + b"\0")
    rows: Array = np.ascontiguousarray(returns.to_numpy())
    digest.update(rows.tobytes())
    digest.update(pd.util.hash_pandas_object(returns.index).to_numpy().tobytes())
    digest.update(np.array(refits, dtype=np.int64).tobytes())
    return digest.hexdigest()[:KEY_LENGTH]


def _walk_of(values: Array, about: dict[str, Any]) -> Walk:
    """Return the walk in the columns of a table, with its metadata."""
    n_hedges = about["n_hedges"]
    predicted = values[:, n_hedges:] if about["regimes"] else None
    notes = tuple(Note(*note) for note in about["notes"])
    first, last = map(_record_of, about["records"])
    return Walk(values[:, :n_hedges], predicted, notes, first, last)


def _plain_record(record: RegimeRecord | None) -> dict[str, Any] | None:
    """Return a record as lists, for JSON."""
    if record is None:
        return None
    return {
        "means": record.moments.means.tolist(),
        "covariances": record.moments.covariances.tolist(),
        "probabilities": record.probabilities.tolist(),
        "stop": int(record.stop),
        "regimes": list(record.regimes),
        "identities": None if record.identities is None else list(record.identities),
    }


def _record_of(plain: dict[str, Any] | None) -> RegimeRecord | None:
    """Return the record of such lists."""
    if plain is None:
        return None
    identities = plain["identities"]
    return RegimeRecord(
        moments=Moments(np.array(plain["means"]), np.array(plain["covariances"])),
        probabilities=np.array(plain["probabilities"]),
        stop=plain["stop"],
        regimes=tuple(plain["regimes"]),
        identities=None if identities is None else tuple(identities),
    )


def _digest(walk: Walk) -> str:
    """Return a hash of the content of a walk."""
    records = [_plain_record(walk.first), _plain_record(walk.last)]
    digest = hashlib.sha256(json.dumps([walk.notes, records]).encode())
    for values in (walk.ratios, walk.predicted):
        digest.update(b"" if values is None else np.asarray(values, dtype=np.float64).tobytes())
    return digest.hexdigest()
