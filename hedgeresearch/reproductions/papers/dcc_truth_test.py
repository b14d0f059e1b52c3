r"""The hedge ratio of a known DCC process: a test for any program of dynamic correlations.

.. math:: \frac{1}{T - 100} \sum_{t > 100} |\hat\beta_t - \beta_t|, \quad
          \beta_t = H_{12,t} / H_{22,t}

on returns of a DCC-GARCH(1,1) with a = .05, b = .93 and a mean correlation of .6, after Engle
(2002), Journal of Business & Economic Statistics 20. To test a program, estimate on the returns of
``truth_returns`` and pass its path of ratios to ``score``. On the first sample a program that
estimates correctly scores about .026, the same path dated a day late .042, a constant ratio .182.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.covariance.dcc.dcc import DCC
from hedgeresearch.covariance.model import CovarianceModel
from hedgeresearch.covariance.moments.ewma import EWMACovariance
from hedgeresearch.covariance.moments.rolling import RollingCovariance
from hedgeresearch.data.simulation import SimulatedDCC, simulate_dcc
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.regression.ols import OLSHedge
from hedgeresearch.plotting import COLORS, plot_lines
from hedgeresearch.reproductions.paper import Findings, Number, Paper
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER = Paper(
    title="The hedge ratio of a known DCC process",
    citation="Simulated returns: the mean-reverting process of Engle, R. (2002). Dynamic "
    "conditional correlation. Journal of Business & Economic Statistics, 20(3), 339-350.",
    doi="10.1198/073500102288618487",
    numbers_from="an independent program of numpy and GARCH models of the arch package, which is "
    "part of the tests",
    differs=("The variances of the independent program have other starting values.",),
    replications=20,
    seconds=3.0,
)

N_DATES = 2000
START_UP = 100
"""Dates that are not scored, as programs start in different ways."""
SHOWN = slice("2004", "2005")


def truth_returns(seed: int = 0) -> pd.DataFrame:
    """Return the returns of the test, fractions per day, (2000, 2): columns asset and hedge.

    Parameters
    ----------
    seed : int, gives another sample of the same process

    Examples
    --------
    >>> truth_returns().shape
    (2000, 2)
    """
    return _truth(seed).returns


def score(ratio: pd.Series[float] | npt.ArrayLike, seed: int = 0) -> float:
    """Return the mean absolute error of a path of hedge ratios after the first 100 dates.

    Parameters
    ----------
    ratio : array (2000,), the ratio of each date, from returns before that date; a Series must
        have the dates of ``truth_returns``. The first 100 may be missing
    seed : int, seed of the returns

    Raises
    ------
    DataError
        If the path has another length or other dates, or misses a ratio after the first 100.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = truth_returns()
    >>> fit = hr.DCC().fit(returns)  # or another program, with its path as an array
    >>> path = fit.hedge_ratio("asset", "hedge")["hedge"]
    >>> round(score(path), 3)
    0.026
    >>> slope = returns.cov().loc["asset", "hedge"] / returns["hedge"].var()
    >>> round(score(np.full(2000, slope)), 3)
    0.182
    """
    true = _truth(seed).hedge_ratio["hedge"]
    return _error(_checked(ratio, true.index), true)


def _checked(ratio: pd.Series[float] | npt.ArrayLike, dates: pd.Index[Any]) -> Array:
    if isinstance(ratio, pd.Series) and not ratio.index.equals(dates):
        raise DataError(
            f"ratio must have the dates of truth_returns(), {N_DATES} from {dates[0]:%Y-%m-%d}; "
            f"got {len(ratio)} others. Call ratio.reindex(truth_returns().index) if the first "
            "ones are missing."
        )
    values = np.asarray(ratio, dtype=np.float64)
    if values.shape != (N_DATES,):
        raise DataError(
            f"ratio must have one number for each date, shape ({N_DATES},); "
            f"got shape {values.shape}."
        )
    late = values[START_UP:]
    if not np.isfinite(late).all():
        first = START_UP + int(np.argmin(np.isfinite(late)))
        raise DataError(
            f"ratio must be finite after the first {START_UP} dates; got {values[first]} at row "
            f"{first}."
        )
    return values


def _error(ratio: Array, true: pd.Series[float]) -> float:
    return float(np.abs(ratio - true.to_numpy())[START_UP:].mean())


def _truth(seed: int) -> SimulatedDCC:
    check_at_least(seed, "seed", 0)
    return simulate_dcc(
        N_DATES,
        a=0.05,
        b=0.93,
        correlation=0.6,
        omega=0.05,
        alpha=0.06,
        beta=0.92,
        scale=0.01,
        seed=seed,
    )


def paths(returns: pd.DataFrame) -> pd.DataFrame:
    """Return the ratios of five methods, (2000, 5); missing before a window is full."""
    moving: dict[str, CovarianceModel] = {
        "DCC": DCC(),
        "EWMA": EWMACovariance(0.94),
        "moving average": RollingCovariance(100),
    }
    ratios = {
        name: model.fit(returns).hedge_ratio("asset", "hedge")["hedge"]
        for name, model in moving.items()
    }
    ratios["OLS"] = OLSHedge().fit(returns["asset"], returns[["hedge"]]).ratio["hedge"]
    ratios["DCC, a date late"] = ratios["DCC"].shift(1)
    return pd.DataFrame(ratios, index=returns.index)


def _sample(seed: int) -> pd.DataFrame:
    truth = _truth(seed)
    return paths(truth.returns).assign(true=truth.hedge_ratio["hedge"])


def run(replications: int) -> Findings:
    """Compare scores on the first sample with an independent program; score many samples."""
    samples = [_sample(seed) for seed in range(replications)]
    scores = pd.DataFrame(
        [sample.drop(columns="true").apply(_error, true=sample["true"]) for sample in samples]
    )
    first = scores.iloc[0]
    mean = scores.mean()
    numbers = (
        Number("DCC, error of the ratio", 0.0255, first["DCC"], 5e-4, "independent"),
        Number("OLS, error of the ratio", 0.18235, first["OLS"], 5e-6, "independent"),
        *(
            Number(f"{name}, error of the ratio", None, first[name])
            for name in first.index.drop(["DCC", "OLS"])
        ),
        *(Number(f"{name}, mean of all samples", None, mean[name]) for name in mean.index),
    )
    spread = pd.DataFrame(
        {"mean": mean, "standard deviation": scores.std(), "largest": scores.max()}
    )
    shown = samples[0].loc[SHOWN, ["OLS", "DCC", "true"]]
    return Findings(numbers, shown, {f"error of the hedge ratio, {replications} samples": spread})


def draw(figure: Figure, shown: pd.DataFrame) -> None:
    """Draw the true ratio and two estimates of it over two years."""
    references = {"OLS": COLORS[1], "DCC": COLORS[0], "true": COLORS[6]}
    axes = plot_lines(shown, ylabel="hedge ratio", references=references, ax=figure.add_subplot())
    axes.margins(x=0.01)
