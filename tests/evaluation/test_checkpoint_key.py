"""The key of a finished walk: all that the walk depends on, the same in every process."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import checkpoint
from hedgeresearch.evaluation.engine.checkpoint import walk_key
from hedgeresearch.evaluation.engine.schedule import schedule
from hedgeresearch.hedges import HedgeTraits


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.data.simulate_dcc(n_dates=400, seed=11).returns


def key_of(model: Any, data: pd.DataFrame, window: Any = 250, every: int = 50) -> str:
    return walk_key(model, data, schedule(len(data), window, every, None))


def made(source: str, **names: Any) -> Callable[..., Any]:
    """A function ``observe`` as a file or a notebook would define it, among other names."""
    space = {"__name__": "notebook", **names}
    exec(source, space)
    return space["observe"]


ABSOLUTE = "def observe(returns): return returns.abs()"
HELPED = (
    "def scale(returns): return SIZE * returns.abs()\ndef observe(returns): return scale(returns)"
)


def test_a_key_says_all_that_a_walk_depends_on(returns: pd.DataFrame) -> None:
    hmm = hr.GaussianHMM(2)

    def regime(observe: Any) -> Any:
        return hr.RegimeHedge(hmm, observe=observe)

    def closing(size: float) -> Any:
        return lambda table: size * table.abs()

    moved = returns.copy()
    moved.iloc[399, 1] = np.nextafter(moved.iloc[399, 1], 1)
    log = returns.copy()
    log.attrs = {"returns": "log"}
    rolling = hr.RollingOLSHedge(60)
    keys = [
        *(
            key_of(rolling, data)
            for data in (returns, moved, log, returns.iloc[1:], returns.shift(freq="D"))
        ),
        key_of(rolling, returns.rename(columns={"hedge": "gold"})),
        key_of(rolling, returns, window=251),
        key_of(rolling, returns, every=49),
        key_of(hr.RollingOLSHedge(61), returns),
        key_of(hr.WeightedOLSHedge(60), returns),
        key_of(hr.MinimumVarianceHedge(hr.DCC()), returns),
        key_of(hr.MinimumVarianceHedge(hr.DCC(univariate=hr.GARCH(asymmetric=True))), returns),
        key_of(regime(None), returns),
        key_of(regime(made(ABSOLUTE)), returns),
        key_of(regime(made(ABSOLUTE.replace("abs", "cumsum"))), returns),
        key_of(regime(made("def observe(returns, size=1): return size * returns")), returns),
        key_of(regime(made("def observe(returns, size=2): return size * returns")), returns),
        key_of(regime(made("def observe(returns, *, size=3): return size * returns")), returns),
        key_of(regime(made(HELPED, SIZE=1.0)), returns),
        key_of(regime(made(HELPED, SIZE=2.0)), returns),
        key_of(regime(made(HELPED.replace("abs", "cumsum"), SIZE=2.0)), returns),
        key_of(regime(made("observe = lambda r: [x * SIZE for x in r]", SIZE=2)), returns),
        key_of(regime(made("observe = lambda r: [x * SIZE for x in r]", SIZE=3)), returns),
        key_of(regime(made("observe = lambda r: vix.loc[r.index]", vix=returns)), returns),
        key_of(regime(made("observe = lambda r: vix.loc[r.index]", vix=moved)), returns),
        key_of(regime(closing(1.0)), returns),
        key_of(regime(closing(2.0)), returns),
        key_of(regime(partial(made(ABSOLUTE), 1)), returns),
        key_of(regime(partial(made(ABSOLUTE), 2)), returns),
        key_of(regime(partial(made(ABSOLUTE.replace("abs", "cumsum")), 2)), returns),
    ]
    assert len(set(keys)) == len(keys)
    assert keys[0] == key_of(hr.RollingOLSHedge(60), returns.copy())
    assert key_of(regime(closing(1.0)), returns) == key_of(regime(closing(1.0)), returns)


def test_a_key_holds_the_version(returns: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    before = key_of(hr.OLSHedge(), returns)
    monkeypatch.setattr(checkpoint, "VERSION", "0.0.0")
    assert key_of(hr.OLSHedge(), returns) != before


def test_functions_that_call_themselves_have_a_key(returns: pd.DataFrame) -> None:
    def again(table: Any, n: int = 3) -> Any:
        return table if n == 0 else again(table, n - 1)

    assert len(key_of(hr.RegimeHedge(hr.GaussianHMM(2), observe=again), returns)) == 32
    source = "def odd(r): return even(r)\ndef even(r): return odd(r)\ndef observe(r): return odd(r)"
    assert len(key_of(hr.RegimeHedge(hr.GaussianHMM(2), observe=made(source)), returns)) == 32


@dataclass(frozen=True)
class Odd:
    """A model with a setting that cannot be written down."""

    setting: Any
    traits: ClassVar[HedgeTraits] = HedgeTraits()

    fit = hr.OLSHedge.fit
    advance = hr.OLSHedge.advance


def test_a_setting_that_cannot_be_hashed_is_refused(returns: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(
        hr.DataError, match="settings of a model must be such that they can be pickled"
    ):
        hr.walk_forward(
            {"odd": Odd(iter(FunctionType, None))},
            returns["asset"],
            returns[["hedge"]],
            250,
            progress=False,
            checkpoint=tmp_path,
        )


KEYS = """
import numba, numpy as np, pandas as pd, hedgeresearch as hr
from hedgeresearch.evaluation.engine.checkpoint import walk_key
double = numba.njit(lambda x: 2 * x)
models = [
    hr.RegimeHedge(hr.GaussianHMM(2), observe=lambda r: r if "a" in {"b", "a", "c", "d"} else double(r)),
    hr.CombinedHedge({"ols": hr.OLSHedge(), "rolling": hr.RollingOLSHedge(60)}, weights="stacking"),
    hr.MinimumVarianceHedge(hr.DCC(univariate=hr.GARCH())),
]
returns = hr.data.simulate_dcc(n_dates=50, seed=1).returns
print([walk_key(model, returns, [(0, 20, 20, 50)]) for model in models])
"""


def test_a_key_is_the_same_in_every_process() -> None:
    found = set()
    for seed in ("1", "2"):
        environment = os.environ | {
            "PYTHONPATH": str(Path(hr.__file__).parents[1]),
            "PYTHONHASHSEED": seed,
        }
        command = [sys.executable, "-c", KEYS]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        found.add(done.stdout)
    assert len(found) == 1
