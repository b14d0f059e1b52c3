"""Standard errors of the minimum-variance hedge ratios of the regimes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.parameter_name import ParameterName
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.regimes")
def regime_ratio_errors(fit: RegimeFit, asset: str, hedges: list[str]) -> pd.DataFrame:
    """Return standard errors of the minimum-variance ratios in each regime.

    By the delta method: the ratio b = S_hh^-1 S_ha moves by S_hh^-1 (dS_ha - dS_hh b).

    Parameters
    ----------
    fit : RegimeFit, of a model that estimates the covariances of all series
    asset : str, one of the series
    hedges : list of str, other series

    Returns
    -------
    DataFrame (k, n_hedges)

    Raises
    ------
    DataError
        If a series is unknown, or the fit has no standard errors of all covariances.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
    >>> fit = hr.GaussianHMM(2, n_starts=2).fit(returns)
    >>> hr.regimes.regime_ratio_errors(fit, "asset", ["hedge"]).round(3)
            hedge
    regime
    0       0.027
    1       0.043
    """
    unknown = [name for name in (asset, *hedges) if name not in fit.series]
    if unknown or asset in hedges:
        raise DataError(
            f"asset and hedges must be different series of {list(fit.series)}; got {asset!r} and "
            f"{hedges}."
        )
    sampling = fit.estimates.covariance
    errors = np.empty((fit.n_regimes, len(hedges)))
    for regime, covariance in enumerate(fit.final_state.moments.covariances):
        table = pd.DataFrame(covariance, fit.series, fit.series)
        slopes = _slopes_of_ratio(table, asset, hedges)
        names = [str(ParameterName(label, (regime,))) for label in slopes]
        if sampling is None or not set(names) <= set(sampling.index):
            raise DataError(
                "fit must contain the covariances of all series and their standard errors; got "
                f'{fit!r}. Use GaussianHMM(covariance="full") or StudentHMM.'
            )
        jacobian = np.stack(list(slopes.values()), axis=1)
        variances = jacobian @ sampling.loc[names, names].to_numpy() @ jacobian.T
        errors[regime] = np.sqrt(np.diag(variances))
    return pd.DataFrame(errors, index=fit.regimes, columns=hedges)


def _slopes_of_ratio(covariance: pd.DataFrame, asset: str, hedges: list[str]) -> dict[str, Array]:
    """Return the derivatives of the ratios (n_hedges,) w.r.t. each covariance, by its label."""
    series = list(covariance.index)
    inverse = np.linalg.inv(covariance.loc[hedges, hedges])
    ratio = inverse @ covariance.loc[hedges, asset]
    slopes = {}
    for i, row in enumerate(series):
        for column in series[: i + 1]:
            change = pd.DataFrame(0.0, series, series)
            change.loc[row, column] = 1.0
            change.loc[column, row] = 1.0
            moved = change.loc[hedges, asset] - change.loc[hedges, hedges] @ ratio
            slopes[f"cov {row} {column}"] = np.asarray(inverse @ moved)
    return slopes
