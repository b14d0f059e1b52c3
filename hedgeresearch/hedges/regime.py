r"""The regime-conditional minimum-variance hedge.

.. math:: H_{t} = \sum_k p_{t,k} (\Sigma_k + \mu_k \mu_k') - m_t m_t', \quad m_t = \sum_k p_{t,k} \mu_k

with predicted probabilities :math:`p_{t,k} = P(s_t = k \mid \text{data before } t)`; the ratio follows from
:math:`H_t` as in any minimum-variance hedge. Source: moments of a mixture of normals; Hamilton (1994), Time Series
Analysis, eq. 22.4.6 for the probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from hedgeresearch._types import Array
from hedgeresearch._validation import check_choice, check_model, join_returns
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.constant_ratio import carry_constant_ratio
from hedgeresearch.hedges.hedge_fit import HedgeFit, labelled_path, labelled_ratio
from hedgeresearch.hedges.replication import replicating_fit
from hedgeresearch.minimum_variance import minimum_variance_path, minimum_variance_ratio
from hedgeresearch.regimes.regime_fit import RegimeFit, RegimeModel


@dataclass(frozen=True)
class RegimeHedge:
    """The minimum-variance hedge under the covariance of the regimes, weighted by predicted probabilities.

    Parameters
    ----------
    regime_model : a regime model of several series, such as ``GaussianHMM(2)``; it observes asset and hedges jointly
    combine : "mixture" weighs the regimes by their probabilities, "most_likely" takes the likeliest one alone

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> fit = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=4)).fit(returns["NASDAQ"], returns[["SP500"]])
    >>> fit.by_regime.round(2)["SP500"].tolist()
    [1.14, 1.19]
    """

    regime_model: RegimeModel
    combine: Literal["mixture", "most_likely"] = "mixture"

    def __post_init__(self) -> None:
        check_model(self.regime_model, "regime_model", "GaussianHMM(2)")
        check_choice(self.combine, "combine", ("mixture", "most_likely"))

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        Raises
        ------
        DataError
            If the hedges are collinear, or the regime model refuses the data.
        ConvergenceError
            If the regime model does not reach an optimum.
        """
        returns, kind = join_returns(asset, hedges)
        return replicating_fit(self, returns, kind) or self._hedge(self.regime_model.fit(returns), kind)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """The same regimes filtered over new dates."""
        if fit.regimes is None:
            return carry_constant_ratio(fit, returns)
        return self._hedge(fit.regimes.extend(returns), fit.returns_kind)

    def _hedge(self, regimes: RegimeFit, kind: str | None) -> HedgeFit:
        if not isinstance(regimes, RegimeFit):
            raise DataError(
                f"regime_model must be a model of regimes such as GaussianHMM(2); got {self.regime_model!r}."
            )
        hedges = regimes.series[1:]
        names = [str(name) for name in hedges]
        means, covariances = regimes.recursion.moments
        following = self._covariances(regimes.next_probabilities.to_numpy()[None], means, covariances)[0]
        path = self._covariances(regimes.predicted.to_numpy(), means, covariances)
        by_regime = np.stack([minimum_variance_ratio(covariance, names) for covariance in covariances])
        dates = regimes.predicted.index
        return HedgeFit(
            model=self,
            asset=regimes.series[0],
            ratio=labelled_path(minimum_variance_path(path, names, dates), dates, hedges),
            next_ratio=labelled_ratio(minimum_variance_ratio(following, names), hedges),
            next_covariance=pd.DataFrame(following, index=regimes.series, columns=regimes.series),
            estimates=regimes.summary,
            sample_end=regimes.sample_end,
            last_date=dates[-1],
            returns_kind=kind,
            regimes=regimes,
            by_regime=pd.DataFrame(by_regime, index=regimes.next_probabilities.index, columns=hedges),
        )

    def _covariances(self, probabilities: Array, means: Array, covariances: Array) -> Array:
        if self.combine == "most_likely":
            return np.asarray(covariances[probabilities.argmax(axis=1)])
        return mixture_covariance(probabilities, means, covariances)


def mixture_covariance(probabilities: Array, means: Array, covariances: Array) -> Array:
    """Covariance of a mixture for each row of probabilities (n_dates, k): (n_dates, n, n).

    sum_k p_k (S_k + m_k m_k') - m m', in the deviations m_k - m, which is the same and never loses definiteness.
    """
    deviations = means[None] - (probabilities @ means)[:, None, :]
    between = np.einsum("tk,tki,tkj->tij", probabilities, deviations, deviations)
    return np.asarray(np.einsum("tk,kij->tij", probabilities, covariances) + between)
