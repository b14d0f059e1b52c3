"""Files of R: the objects of one, and the error without the package that reads them."""

import sys
from pathlib import Path

import numpy as np
import pytest

from hedgeresearch.datasets import read_rda
from hedgeresearch.errors import MissingDataError


def test_first_object_is_read(data_dir: Path) -> None:
    returns = np.asarray(read_rda(data_dir / "dem2gbp.rda"), dtype=np.float64).ravel()
    assert len(returns) == 1974
    assert np.isfinite(returns).all()


def test_missing_package_is_refused_with_the_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rdata", None)
    with pytest.raises(MissingDataError, match=r"prices\.rda needs the package rdata; install"):
        read_rda(Path("prices.rda"))
