"""Data files of R."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from hedgeresearch._exports import exported_by
from hedgeresearch._extras import missing_package


@exported_by("hedgeresearch.datasets")
def read_rda(path: Path) -> Any:
    """Return the first object in a file of R data (``.rda``), as the package rdata converts it.

    Raises
    ------
    MissingDataError
        If the package rdata is not installed.
    """
    try:
        import rdata
    except ImportError:
        raise missing_package(f"The R file {path.name}", "rdata", "reproductions") from None
    with warnings.catch_warnings():
        # rdata warns of classes of R that it converts to plain arrays.
        warnings.simplefilter("ignore")
        return next(iter(rdata.read_rda(path).values()))
