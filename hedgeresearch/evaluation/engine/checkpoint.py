"""Finished walks on disk, so that an interrupted backtest continues where it stopped.

A walk is a file whose name is a hash of everything it depends on: the returns, the settings of the
model, the refits, and the versions of the package and of the numerical libraries. It is written to
another file and renamed when complete, so that a process killed at any moment leaves either nothing
or the whole. Its first line is a hash of the rest, an archive of numpy, so that a file that was
damaged later is not read.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
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
FINISHED = ".walk"
"""Suffix of a file that is complete."""
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

    def has(self, key: str) -> bool:
        """Return whether there is a file of a key, which may be damaged."""
        return self._path(key).exists()

    def load(self, key: str) -> Walk | None:
        """Return the walk of a key; None if there is none, or it is damaged."""
        try:
            digest, _, content = self._path(key).read_bytes().partition(b"\n")
        except OSError:
            return None
        if digest != _digest(content):
            return None
        with np.load(io.BytesIO(content)) as arrays:
            walk = _walk_of(arrays)
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
        content = _content_of(walk)
        handle, unfinished = tempfile.mkstemp(dir=self.folder, prefix=key, suffix=PARTIAL)
        with os.fdopen(handle, "wb") as file:
            file.write(_digest(content) + b"\n" + content)
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
        return self.folder / f"{key}{FINISHED}"


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


def _content_of(walk: Walk) -> bytes:
    """Return a walk as an archive of arrays; what is no array is JSON in one of them."""
    about = {
        "notes": [list(note) for note in walk.notes],
        "records": [_plain_record(walk.first), _plain_record(walk.last)],
    }
    arrays = {"ratios": walk.ratios, "about": np.array(json.dumps(about))}
    if walk.predicted is not None:
        arrays["predicted"] = walk.predicted
    archive = io.BytesIO()
    np.savez(archive, allow_pickle=False, **arrays)
    return archive.getvalue()


def _walk_of(arrays: Mapping[str, Any]) -> Walk:
    """Return the walk in an archive of arrays."""
    about = json.loads(arrays["about"].item())
    notes = tuple(Note(*note) for note in about["notes"])
    first, last = map(_record_of, about["records"])
    predicted = arrays.get("predicted")
    return Walk(arrays["ratios"], predicted, notes, first, last)


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


def _digest(content: bytes) -> bytes:
    """Return a hash of content, as letters."""
    return hashlib.sha256(content).hexdigest().encode()
