"""Compile before the first use: for images, clusters and the first day of a course."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from hedgeresearch import covariance, hedges, metrics, options, regimes, volatility
from hedgeresearch._exports import exported_by
from hedgeresearch._kernels.compilation.kernels import log, place_in_words
from hedgeresearch._kernels.compilation.steering import compiled_at_once
from hedgeresearch.data.simulation import simulate_dcc, simulate_regimes
from hedgeresearch.evaluation import walk_forward, walk_forward_pairs

N_DATES = 400
"""Observations of the simulated samples whose estimation compiles."""
WINDOW = 300


@exported_by("hedgeresearch")
def compile(show: Callable[[str], Any] | None = print) -> pd.DataFrame:
    """Compile the kernels that estimation, filters and walks use, and keep them for later.

    Kernels are otherwise compiled when they are first called. Small simulated samples are estimated
    with every family of models; what was compiled before is loaded, so that a second call takes a
    few seconds. In an image or on a cluster, run it once, as ``hedgeresearch compile``, where the
    package is installed. The folder is the first of these that can be written: that of
    ``NUMBA_CACHE_DIR``, the package's own, the user's caches, a temporary one.

    Parameters
    ----------
    show : function of a line of text, or None
        What shows the progress.

    Returns
    -------
    DataFrame
        One row for each family: number of kernels compiled and CPU seconds of compiling.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hr.compile()  # doctest: +SKIP
    """
    rows: dict[str, tuple[int, float]] = {}
    start = time.process_time()
    for family, run in _families().items():
        with compiled_at_once(), log().observed() as found, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run()
        rows[family] = (len(found), sum(kernel.seconds for kernel in found))
        if show is not None:
            show(_line(family, *rows[family]))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["compiled", "seconds"])
    if show is not None:
        show(_line("all", *table.sum()) + f" {time.process_time() - start:.1f} s with estimation.")
        show(place_in_words())
    return table.rename_axis("family")


def _line(family: str, n_kernels: float, seconds: float) -> str:
    what = f"{n_kernels:.0f} compiled in {seconds:.1f} s" if n_kernels else "compiled before"
    return f"{family}: {what}."


def _families() -> Mapping[str, Callable[[], None]]:
    """Return what compiles each family, simple models first."""
    return {
        "data": _use_data,
        "volatility": _use_volatility,
        "covariance": _use_covariance,
        "regimes": _use_regimes,
        "hedges": _use_hedges,
        "walks": _use_walks,
        "options": _use_options,
    }


def _returns(n_series: int = 2) -> pd.DataFrame:
    return simulate_dcc(N_DATES, n_series=n_series, correlation=0.5, seed=1).returns


def _use_data() -> None:
    returns = _returns()
    covariance.EWMACovariance().fit(returns)
    hedges.OLSHedge().fit(returns["asset"], returns[["hedge"]])


def _use_volatility() -> None:
    series = _returns()["asset"]
    models = [
        volatility.GARCH(),
        volatility.GARCH(asymmetric=True),
        volatility.GARCH(density="student"),
        volatility.GARCH(asymmetric=True, density="student"),
    ]
    for model in models:
        fit = model.fit(series.iloc[:WINDOW])
        _read(fit.standard_errors, fit.extend(series.iloc[WINDOW:]).volatility)


def _use_covariance() -> None:
    models: list[Any] = [
        covariance.SampleCovariance(),
        covariance.RollingCovariance(100),
        covariance.EWMACovariance(),
        covariance.CCC(),
        covariance.DCC(),
        covariance.DCC(asymmetric=True),
        covariance.DCC(density="student"),
        covariance.DCC(correction="aielli"),
        covariance.DCC(estimator="composite", target="nonlinear"),
        covariance.DECO(),
        covariance.BEKK(form="scalar"),
        covariance.BEKK(),
        covariance.OrthogonalGARCH(n_factors=1),
    ]
    for n_series in (2, 3):
        returns = _returns(n_series)
        for model in models:
            fit = model.fit(returns.iloc[:WINDOW])
            _read(fit.standard_errors, fit.extend(returns.iloc[WINDOW:]).path())
            _read(fit.next_covariance)


def _use_regimes() -> None:
    returns = simulate_regimes(N_DATES, seed=1).returns
    models: list[Any] = [
        regimes.GaussianHMM(2, n_starts=2),
        regimes.StudentHMM(2, n_starts=2),
        regimes.JumpModel(2, penalty=1.0, n_starts=2),
    ]
    for model in models:
        fit = model.fit(returns.iloc[:WINDOW])
        _read(fit.smoothed, fit.extend(returns.iloc[WINDOW:]).predicted)
    correlations: list[Any] = [covariance.RegimeCorrelation(n_starts=2), covariance.RegimeDCC()]
    for correlation in correlations:
        _read(correlation.fit(returns.iloc[:WINDOW]).extend(returns.iloc[WINDOW:]).path())
    of_one_series: list[Any] = [
        regimes.MarkovSwitching(2, n_starts=2),
        regimes.MarkovSwitchingGARCH(n_starts=2),
    ]
    for one in of_one_series:
        _read(one.fit(returns["asset"]).predicted)


def _use_hedges() -> None:
    returns = _returns(3)
    asset = returns["asset"]
    with_bands: list[hedges.HedgeModel] = [
        hedges.RollingOLSHedge(100),
        hedges.ExpandingOLSHedge(),
        hedges.WeightedOLSHedge(60),
        hedges.KalmanHedge(),
    ]
    others: list[hedges.HedgeModel] = [
        hedges.MinimumVarianceHedge(covariance.DCC()),
        hedges.RegimeHedge(regimes.GaussianHMM(2, n_starts=2)),
        hedges.MarkovSwitchingHedge(n_starts=2),
        hedges.MinimumCVaRHedge(),
    ]
    for n_hedges in (1, 2):
        sample = returns.iloc[:, 1 : 1 + n_hedges]
        for model in (*with_bands, *others):
            fit = model.fit(asset.iloc[:WINDOW], sample.iloc[:WINDOW])
            after = fit.extend(asset.iloc[WINDOW:], sample.iloc[WINDOW:])
            _read(fit.conf_int(), after.ratio, after.next_ratio)
            if model in with_bands:
                _read(fit.bands())


def _use_walks() -> None:
    returns = _returns()
    models: dict[str, hedges.HedgeModel] = {
        "ccc": hedges.MinimumVarianceHedge(covariance.CCC()),
        "dcc": hedges.MinimumVarianceHedge(covariance.DCC()),
        "regime": hedges.RegimeHedge(regimes.GaussianHMM(2, n_starts=2)),
    }
    backtest = walk_forward(models, returns["asset"], returns[["hedge"]], WINDOW, 50)
    _read(backtest.summary, metrics.effectiveness)
    # many refits of a pair are estimated in one call
    some = returns.iloc[: WINDOW + 30]
    _read(walk_forward({"dcc": models["dcc"]}, some["asset"], some[["hedge"]], WINDOW, 1))
    _read(walk_forward_pairs(some[["asset"]], some[["hedge"]], window=WINDOW).effectiveness)


def _use_options() -> None:
    terms = (100.0, 110.0, 0.25, 0.6)
    _read(options.greeks(*terms).table)
    _read(options.implied_volatility(options.black_price(*terms), *terms[:3]))
    _read(options.simulate_smiles(20).panel)
    strikes = pd.Series(range(80, 125, 5), dtype=float)
    expiry = pd.Timestamp("2024-06-21", tz="UTC")
    smile = pd.DataFrame({"expiry": expiry, "strike": strikes, "forward": 100.0, "volatility": 0.2})
    chain = options.OptionChain.from_volatilities(smile, expiry - pd.Timedelta(days=30))
    for surface in (options.SVI(), options.SABR()):
        _read(surface.fit(chain).summary)


def _read(*results: Any) -> None:
    """Compute what is computed when it is read."""
