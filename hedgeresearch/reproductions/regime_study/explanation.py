r"""Why regimes help: a regression of the gain on what regimes could add at most.

With shares pi, variances s of the hedge, ratios b and residual variances v of the regimes,

.. math:: G = \frac{\sum_k \pi_k s_k (b_k - \bar b)^2}{\sum_k \pi_k v_k}, \qquad
          \bar b = \frac{\sum_k \pi_k s_k b_k}{\sum_k \pi_k s_k}

is what a constant ratio leaves in excess of a hedge that knows the regime, relative to what that
one leaves: log(1 + G) is the largest gain. Errors are clustered by market: Liang and Zeger (1986),
Biometrika 73, with the correction g / (g - 1) (n - 1) / (n - k).
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch.errors import ConvergenceError, DataError, HedgeResearchWarning
from hedgeresearch.hedges.regime_switching.regime_hedge import RegimeHedge
from hedgeresearch.regimes.state import HiddenMarkovChain
from hedgeresearch.reproductions.regime_study.entrants import REGIMES
from hedgeresearch.reproductions.regime_study.pair import Pair, TrueRegimes
from hedgeresearch.typing import Array


class RegimePotential(NamedTuple):
    """Largest gain from regimes in a hedge of a pair, with hindsight.

    Attributes
    ----------
    potential : log(1 + G)
    persistence : second eigenvalue of the transition
    difference : ratio of the turbulent regime less that of the calm one
    share : share of dates in the turbulent regime
    """

    potential: float
    persistence: float
    difference: float
    share: float


def potential_of(pair: Pair) -> RegimePotential:
    """Return the potential of the regimes of a pair, estimated on its whole sample.

    It is NaN where the search finds no regimes; such pairs are not in the regression.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", HedgeResearchWarning)
            fit = RegimeHedge(REGIMES).fit(pair.asset, pair.hedges)
    except (DataError, ConvergenceError):
        return RegimePotential(np.nan, np.nan, np.nan, np.nan)
    regimes = fit.detail.regimes
    covariances = fit.detail.moments.covariances
    chain = regimes.final_state
    if not isinstance(chain, HiddenMarkovChain):
        raise TypeError(f"a hidden Markov chain is needed; got {type(chain).__name__}")
    shares = regimes.smoothed.to_numpy().mean(axis=0)
    return potential(covariances, shares, chain.transition)


def true_potential(truth: TrueRegimes) -> RegimePotential:
    """Return the potential of the regimes from which returns were simulated."""
    return potential(truth.covariances, truth.shares, truth.transition)


def potential(covariances: Array, shares: Array, transition: Array) -> RegimePotential:
    """Return the potential of two regimes.

    Parameters
    ----------
    covariances : array (2, 2, 2), of asset and hedge in each regime
    shares : array (2,), of the regimes
    transition : array (2, 2)
    """
    weights = shares * covariances[:, 1, 1]
    ratios = covariances[:, 0, 1] / covariances[:, 1, 1]
    constant = float(weights @ ratios / weights.sum())
    left = covariances[:, 0, 0] - ratios * covariances[:, 0, 1]
    excess = float(weights @ (ratios - constant) ** 2) / float(shares @ left)
    persistence = float(np.trace(transition)) - 1.0
    return RegimePotential(
        float(np.log1p(excess)), persistence, float(ratios[1] - ratios[0]), float(shares[1])
    )


def regression(gains: pd.DataFrame) -> pd.DataFrame:
    """Regress gains on the potential, the persistence, their product and 1000 / window.

    Parameters
    ----------
    gains : DataFrame with the columns gain, potential, persistence, window and market

    Returns
    -------
    DataFrame with a row for each regressor: coefficient, error, t; and the R squared
    """
    columns = {
        "constant": 1.0,
        "potential": gains["potential"],
        "persistence": gains["persistence"],
        "potential x persistence": gains["potential"] * gains["persistence"],
        "1000 / window": 1000.0 / gains["window"],
    }
    regressors = pd.DataFrame(columns, index=gains.index)
    regressors = regressors.loc[:, (regressors.nunique() > 1) | (regressors.columns == "constant")]
    x = regressors.to_numpy()
    y = gains["gain"].to_numpy()
    bread = np.linalg.pinv(x.T @ x)
    coefficients = bread @ (x.T @ y)
    residuals = y - x @ coefficients
    covariance = bread @ cluster_sum(x * residuals[:, None], gains["market"]) @ bread
    errors = np.sqrt(np.diag(covariance))
    table: dict[str, Any] = {
        "coefficient": coefficients,
        "error": errors,
        "t": coefficients / errors,
    }
    frame = pd.DataFrame(table, index=regressors.columns)
    frame["R squared"] = 1.0 - residuals.var() / y.var()
    frame["gains"] = len(y)
    return frame


def cluster_sum(scores: Array, clusters: pd.Series[Any]) -> Array:
    """Return the sum over clusters of products of summed scores (n, k), corrected, (k, k)."""
    sums = pd.DataFrame(scores).groupby(clusters.to_numpy()).sum().to_numpy()
    n_clusters = len(sums)
    n, k = scores.shape
    factor = n_clusters / (n_clusters - 1) * (n - 1) / (n - k)
    return np.asarray(factor * sums.T @ sums)
