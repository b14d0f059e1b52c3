r"""The regime-conditional minimum-variance hedge.

The ratio follows, as in any minimum-variance hedge, from the covariance of the mixture of the regimes (see
``regime_covariances``) with predicted probabilities :math:`p_{t,k} = P(s_t = k \mid \text{data before } t)`. With a
covariance model ``within`` the regimes,

.. math:: \Sigma_{t,k} = S_k C_t S_k', \quad C_t = \mathrm{Cov}_t(z), \quad z_t = H_t^{-1/2} (r_t - m_t)

where :math:`S_k` is the root of the regime's covariance, H the mixture without ``within``, and C the conditional
covariance of what the regimes leave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from hedgeresearch._containers.growing_table import History
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.settings import check_choice, check_model
from hedgeresearch.covariance.fit import CovarianceFit
from hedgeresearch.covariance.hedge_ratio import minimum_variance_path, minimum_variance_ratio
from hedgeresearch.covariance.matrix_roots import scaled_roots
from hedgeresearch.covariance.model import CovarianceModel
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.constant_ratio import carry_constant_ratio
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit, RegimeMoments, labelled_path, labelled_ratio
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.model import fit_from
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.mixture import mixture_covariance, weighted_moments
from hedgeresearch.regimes.model import RegimeModel, check_regime_model
from hedgeresearch.regimes.state import Moments
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class RegimeHedge:
    """The minimum-variance hedge under the covariance of the regimes, weighted by predicted probabilities.

    Parameters
    ----------
    regime_model : any regime model. One of several series, such as ``GaussianHMM(2)``, observes asset and hedges
        jointly and gives their covariances; for one of a single series, which observes the asset, or without
        covariances, they are those of the sample weighted by filtered probabilities
    combine : "mixture" weighs the regimes by their probabilities, "most_likely" takes the likeliest one alone
    within : a covariance model of what the regimes leave, such as ``EWMACovariance()`` or ``DCC()``; None for
        covariances that are constant within a regime
    observe : a function from the returns of asset and hedges (n_dates, 1 + n_hedges) to what the regime model observes
        on the same dates, such as an indicator; each value from data up to its date. Covariances are then weighted by
        filtered probabilities. An extension hands it the new dates alone

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
    within: CovarianceModel | None = None
    observe: Callable[[pd.DataFrame], pd.DataFrame] | None = None

    def __post_init__(self) -> None:
        check_regime_model(self.regime_model, "regime_model")
        check_choice(self.combine, "combine", ("mixture", "most_likely"))
        if self.within is not None:
            check_model(self.within, "within", "EWMACovariance()")
        if self.observe is not None and not callable(self.observe):
            raise DataError(
                f"observe must be a function of the returns, or None; got {self.observe!r}."
            )

    def fit(
        self, asset: pd.Series[float], hedges: pd.DataFrame, *, warm_start: HedgeFit | None = None
    ) -> HedgeFit:
        """Estimate on asset (n_dates,) and hedges (n_dates, n_hedges), fractions per period.

        ``warm_start`` is an earlier fit of the same hedge, from which the search begins if the regime model can.

        Raises
        ------
        DataError
            If the hedges are collinear, or the regime model refuses the data.
        ConvergenceError
            If the regime model does not reach an optimum.
        """
        returns, kind = join_returns(asset, hedges)
        return replicating_fit(self, returns, kind) or self._estimate(returns, kind, warm_start)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """The same regimes filtered over new dates."""
        if fit.regimes is None or fit.regime_moments is None:
            return carry_constant_ratio(fit, returns)
        observed = self._observed(returns)
        regimes = (
            fit.regimes.advance(observed) if self.observe is None else fit.regimes.extend(observed)
        )
        moments = Moments(*fit.regime_moments)
        labels = Labels(returns.columns, fit.ratio.columns)
        if fit.covariances is None:  # what each regime asks for stays
            return replace(fit, **self._ratios(regimes, moments, None, labels))
        left = fit.covariances.advance(_standardised(returns, regimes, moments))
        moved = self._ratios(regimes, moments, left, labels)
        return replace(
            fit, **moved, by_regime=_by_regime(moved["next_regime_covariances"], labels.hedges)
        )

    def _estimate(
        self, returns: pd.DataFrame, kind: str | None, warm_start: HedgeFit | None
    ) -> HedgeFit:
        regimes = fit_from(
            self.regime_model.fit, self._observed(returns), warm_start and warm_start.regimes
        )
        returns = returns.loc[regimes.dates]  # a model may need the first dates for its start
        moments = regimes.final_state.moments
        joint = self.observe is None and regimes.series.equals(returns.columns) and _covary(moments)
        if not joint:
            moments = weighted_moments(returns.to_numpy(), regimes.filtered.to_numpy())
        left = (
            None
            if self.within is None
            else self.within.fit(_standardised(returns, regimes, moments))
        )
        labels = Labels(returns.columns, returns.columns[1:])
        moved = self._ratios(regimes, moments, left, labels)
        return HedgeFit(
            model=self,
            asset=returns.columns[0],
            sample_end=regimes.sample_end,
            history=History.of(returns),
            n_sample=len(returns),
            carries_state=True,
            returns_kind=kind,
            by_regime=_by_regime(moved["next_regime_covariances"], labels.hedges),
            regime_moments=RegimeMoments(moments.means, moments.covariances),
            **moved,
        )

    def _observed(self, returns: pd.DataFrame) -> pd.DataFrame:
        if self.observe is None:
            return returns.iloc[:, :1] if self.regime_model.univariate else returns
        observed = check_frame(self.observe(returns), "what observe gives")
        if not observed.index.equals(returns.index):
            raise DataError(
                f"observe must give a row for each of the {len(returns)} dates of the returns; got {len(observed)} "
                f"rows, {len(observed.index.intersection(returns.index))} of them on these dates."
            )
        return observed

    def _ratios(
        self, regimes: RegimeFit, moments: Moments, left: CovarianceFit | None, labels: Labels
    ) -> dict[str, Any]:
        """What dates move in a fit, under the names of its fields."""
        (columns, hedges), dates = labels, regimes.dates if left is None else left.dates
        names = [str(name) for name in hedges]
        by_date, by_regime = moments.covariances, moments.covariances
        if left is not None:
            roots, _ = scaled_roots(moments.covariances)
            by_date = np.einsum("kij,tjl,kml->tkim", roots, left.path(), roots)
            by_regime = np.einsum("kij,jl,kml->kim", roots, left.final_state.next_covariance, roots)
        predicted = regimes.predictions[
            -len(dates) :
        ]  # without the covariance model's own start-up
        path = self._covariances(predicted, moments.means, by_date)
        following = self._covariances(
            regimes.final_state.next_probabilities[None], moments.means, by_regime
        )[0]
        return {
            "ratio": labelled_path(minimum_variance_path(path, names, dates), dates, hedges),
            "next_ratio": labelled_ratio(minimum_variance_ratio(following, names), hedges),
            "next_covariance": pd.DataFrame(following, index=columns, columns=columns),
            "estimates": regimes,
            "last_date": dates[-1],
            "covariances": left,
            "regimes": regimes,
            "next_regime_covariances": by_regime,
        }

    def _covariances(self, probabilities: Array, means: Array, covariances: Array) -> Array:
        if self.combine == "most_likely":
            likeliest = probabilities.argmax(axis=1)
            if covariances.ndim == 4:
                return np.asarray(covariances[np.arange(len(likeliest)), likeliest])
            return np.asarray(covariances[likeliest])
        return mixture_covariance(probabilities, means, covariances)


class Labels(NamedTuple):
    """Names of asset and hedges, and of the hedges alone: to slice them anew for every bar would be slow."""

    columns: pd.Index[Any]
    hedges: pd.Index[Any]


def _by_regime(covariances: Array, hedges: pd.Index[Any]) -> pd.DataFrame:
    """The ratio that each regime of covariances (k, 1 + n_hedges, 1 + n_hedges) asks for."""
    names = [str(name) for name in hedges]
    ratios = np.stack([minimum_variance_ratio(covariance, names) for covariance in covariances])
    return pd.DataFrame(ratios, index=pd.RangeIndex(len(ratios), name="regime"), columns=hedges)


def _covary(moments: Moments) -> bool:
    """Whether the regimes have covariances, not variances alone."""
    diagonal = np.eye(moments.covariances.shape[1], dtype=bool)
    return bool((moments.covariances[:, ~diagonal] != 0.0).any())


def _standardised(returns: pd.DataFrame, regimes: RegimeFit, moments: Moments) -> pd.DataFrame:
    """z_t: what the mixture of the regimes, as predicted, leaves of each date's returns."""
    predicted = regimes.predictions
    errors = returns.to_numpy() - predicted @ moments.means
    roots, _ = scaled_roots(mixture_covariance(predicted, moments.means, moments.covariances))
    values = np.linalg.solve(roots, errors[:, :, None])[:, :, 0]
    return pd.DataFrame(values, index=returns.index, columns=returns.columns)
