r"""Several hedges combined with weights that depend on the regime.

.. math:: b_t = \sum_m \omega_{m,t} b_{m,t}, \qquad
          \omega_{m,t} = \sum_k p_{t,k} w_{k,m}, \qquad
          p_{t,k} = P(s_t = k \mid \text{data before } t)

Source: Elliott and Timmermann (2005), International Economic Review 46, for combinations of
forecasts whose weights follow a hidden Markov chain; here the weights of a regime are those of
stacking (Breiman 1996, Machine Learning 24), nonnegative and with sum one, from the hedged returns
x out of sample. As the regime of a date is not known, its loss counts in each regime with the
probability that was predicted:

.. math:: w_k = \arg\min_w \sum_t \Big(p_{t,k} + \frac{c}{n} \frac{l_k}{l}\Big)
          \Big(\sum_m w_m (x_{m,t} - \bar x_{m,k})\Big)^2

The second term counts c dates with the losses of all n dates, whose mean l is scaled to the mean
l_k of the regime. Hedged returns come from forward splits of the sample, as in ``CombinedHedge``.
The probabilities are predicted with parameters of the whole sample, so that regimes look better
separated within it than later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._containers.lazy_table import Dates, changed, held
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.composed.combination_weights import weights_by_regime
from hedgeresearch.hedges.composed.combined import combined_errors
from hedgeresearch.hedges.composed.members import checked_models, fit_members, hedged_out_of_fold
from hedgeresearch.hedges.composed.weighted_breakdown import WeightedBreakdown
from hedgeresearch.hedges.composition import advance_members, with_shared_sample
from hedgeresearch.hedges.constant_ratio import advance_constant_array
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.inputs import join_returns
from hedgeresearch.hedges.labels import labelled_covariance, labelled_path, labelled_ratio
from hedgeresearch.hedges.model import HedgeModel, check_warm_start
from hedgeresearch.hedges.regime_switching.observation import Observe
from hedgeresearch.hedges.regime_switching.regime_hedge import RegimeHedge
from hedgeresearch.hedges.remarks import keeps_remarks
from hedgeresearch.hedges.sample import Sample
from hedgeresearch.hedges.traits import HedgeTraits, horizon_of
from hedgeresearch.regimes.model import RegimeModel
from hedgeresearch.typing import Array


@keeps_remarks
@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class RegimeWeightedHedge:
    """The weighted sum of the ratios of several models, with weights that depend on the regime.

    The weights of each regime are estimated from hedged returns out of sample, within the
    estimation sample; ``extend`` keeps them, and the predicted probabilities of the regimes move
    the ratio between them. With a naive hedge and one other model, the other is shrunk toward 1:1
    by an amount that depends on the regime; with exponential weights of several decays, the decay
    depends on it. ``next_covariance`` is the weighted sum of the covariances of the members, whose
    fits are ``fit.state.members``; the fit of the regimes is ``fit.regimes``.

    Standard errors use the bound of ``CombinedHedge``, at the weights of the next date.

    Parameters
    ----------
    models : mapping from names to hedge models of returns
    regime_model : regime model
        One of several series observes asset and hedges jointly, one of a single series the asset.
    observe : DataFrame, Series or callable, optional
        What the regime model observes instead of the returns, as in ``RegimeHedge``.
    prior_dates : float > 0
        Number of dates, at average losses, that pull the weights of each regime toward those of
        all dates; a regime that was seen less often than that has nearly the latter.
    n_folds : int
        Number of folds of the second half of the sample, each hedged by fits on all earlier dates.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500")).tail(1000)
    >>> ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    >>> models = {"naive": hr.NaiveHedge(), "ewma": ewma}
    >>> shrunk = hr.RegimeWeightedHedge(models, hr.GaussianHMM(2, n_starts=4))
    >>> fit = shrunk.fit(returns["NASDAQ"], returns[["SP500"]])
    >>> bool((fit.state.weights.sum(axis=1).round(12) == 1.0).all())
    True
    """

    models: Mapping[str, HedgeModel]
    regime_model: RegimeModel
    observe: Observe | pd.DataFrame | pd.Series[float] | None = None
    prior_dates: float = 60.0
    n_folds: int = 4

    def __post_init__(self) -> None:
        object.__setattr__(self, "models", checked_models(self.models))
        horizons = {name: horizon_of(model) for name, model in self.models.items()}
        if any(horizon != 1 for horizon in horizons.values()):
            raise DataError(
                "models must hedge returns of one period, like the regimes between which they are "
                f"weighted; got {horizons}. Use CombinedHedge for a longer horizon."
            )
        object.__setattr__(self, "observe", self._regime_hedge.observe)
        check_between(self.prior_dates, "prior_dates", 0.0, np.inf)
        check_at_least(self.n_folds, "n_folds", 1)

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        models = tuple(self.models.values())
        warm_start = self.regime_model.warm_start
        warm_start = warm_start or any(model.traits.warm_start for model in models)
        return HedgeTraits(warm_start=warm_start, filters_state=True, parts=models)

    @property
    def _regime_hedge(self) -> RegimeHedge:
        """The hedge whose fit has the regimes."""
        return RegimeHedge(self.regime_model, observe=self.observe)

    def fit(
        self, asset: pd.Series[float], hedges: pd.DataFrame, *, warm_start: HedgeFit | None = None
    ) -> HedgeFit:
        """Estimate all models on asset (n_dates,) and hedges (n_dates, n_hedges), as fractions.

        ``warm_start`` is an earlier fit of the same hedge, at which the searches of the members and
        of the regimes start if their models support it.

        Raises
        ------
        DataError
            If a model refuses the data, or the first half of them.
        ConvergenceError
            If a model does not reach an optimum.
        """
        check_warm_start(warm_start, self)
        with data_checked():  # by the members, which may allow for closes at other times
            returns, kind = join_returns(asset, hedges)
        returns.attrs["returns"] = kind
        earlier: RegimeWeightedState | None = None if warm_start is None else warm_start.state
        sample = Sample.of(returns, kind)
        before = {} if earlier is None else earlier.members
        members = fit_members(self.models, returns, before, sample)
        replicating = replicating_fit(self, returns, kind)
        if replicating is not None:
            return replicating
        regimes = self._member_with_regimes(members)
        if regimes is None:
            with data_checked():
                alone = self._regime_hedge.fit(
                    returns.iloc[:, 0],
                    returns.iloc[:, 1:],
                    warm_start=None if earlier is None else earlier.regimes,
                )
            regimes = with_shared_sample(alone, sample)
        state = self._weighted(members, regimes, returns)
        lengths = [len(member.arrays.ratio) for member in members.values()]
        n_dates = min(*lengths, len(regimes.regimes.dates))  # a start-up is left out
        fields = _hedge(state, returns.index[-n_dates:], returns.columns)
        return HedgeFit(model=self, sample=sample, **fields)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """Return the fit over new dates, members and regimes extended, the weights unchanged."""
        return self.advance_array(fit, returns.to_numpy(), returns.index)

    def advance_array(self, fit: HedgeFit, returns: Array, dates: Dates) -> HedgeFit:
        """Return the fit over new dates of returns (n_new, 1 + n_hedges), without a table."""
        if fit.state is None:
            return advance_constant_array(fit, dates)
        before: RegimeWeightedState = fit.state
        fits = [*before.members.values()]
        place = next((i for i, one in enumerate(fits) if one is before.regimes), len(fits))
        if place == len(fits):
            fits.append(before.regimes)
        later_fits, sample = advance_members(fits, fit.sample, returns, dates)
        members = dict(zip(before.members, later_fits, strict=False))
        state = replace(before, members=members, regimes=later_fits[place])
        columns = held(fit, "next_covariance").columns
        later: HedgeFit = changed(fit, sample=sample, **_hedge(state, dates, columns))
        return later

    def _member_with_regimes(self, members: Mapping[str, HedgeFit]) -> HedgeFit | None:
        """Return the fit of a member that has the regimes, which are then estimated once."""
        if self.observe is not None:
            return None
        for name, model in self.models.items():
            # a subclass may have other regimes
            if not isinstance(model, RegimeHedge) or type(model) is not RegimeHedge:
                continue
            if model.regime_model is self.regime_model and model.observe is None:
                return members[name]
        return None

    def _weighted(
        self, members: dict[str, HedgeFit], regimes: HedgeFit, returns: pd.DataFrame
    ) -> RegimeWeightedState:
        """Return members and regimes with the weights that forward folds give them."""
        hedged = hedged_out_of_fold(self.models, returns, self.n_folds)
        predicted = regimes.regimes.predictions
        if len(predicted) < len(hedged):
            raise DataError(
                "regimes must be known on the second half of the dates, whose losses give the "
                f"weights; they are known on the last {len(predicted)} of {len(returns)} dates. "
                "Use a longer sample, or shorter windows in observe."
            )
        weights = weights_by_regime(
            hedged,
            predicted[-len(hedged) :],
            float(returns.iloc[:, 0].var()),
            self.prior_dates,
        )
        return RegimeWeightedState(members, regimes, weights, hedged.std(axis=0, ddof=1))


@dataclass(frozen=True, eq=False)
class RegimeWeightedState:
    """Fits of the members and of the regimes, and the weights of the members in each regime.

    Attributes
    ----------
    members : dict of HedgeFit by name
    regimes : HedgeFit of a RegimeHedge
    weights : array (k, n_members)
    volatilities : array (n_members,)
        Volatilities of the out-of-sample hedged returns.
    """

    members: dict[str, HedgeFit]
    regimes: HedgeFit
    weights: Array
    volatilities: Array

    @property
    def next_weights(self) -> Array:
        """Weights of the members at the next date, (n_members,)."""
        probabilities: Array = self.regimes.regimes.final_state.next_probabilities
        return probabilities @ self.weights

    @property
    def next_ratios(self) -> Array:
        """Ratios of the members at the next date, (n_members, n_hedges)."""
        return np.stack([member.arrays.next_ratio for member in self.members.values()])

    @property
    def summary(self) -> pd.DataFrame:
        """Weights at the next date and by regime, volatility and next ratios, by member."""
        names = pd.Index(list(self.members))
        table = pd.DataFrame({"weight": self.next_weights}, index=names)
        for regime, weights in zip(self.regimes.regimes.regimes, self.weights, strict=True):
            table[f"weight in {regime}"] = weights
        table["volatility"] = self.volatilities
        ratios = pd.DataFrame(self.next_ratios, names, self.regimes.hedges)
        return table.join(ratios.add_prefix("ratio "))


def _hedge(state: RegimeWeightedState, dates: Dates, columns: pd.Index[Any]) -> dict[str, Any]:
    """Return the fields of a fit that change with its dates, the last ones of all paths."""
    n_dates = len(dates)
    hedges = columns[1:]
    members = list(state.members.values())
    regimes = state.regimes.regimes
    by_date = regimes.predictions[-n_dates:] @ state.weights
    ratios = np.stack([member.arrays.ratio[-n_dates:] for member in members], axis=1)
    following = state.next_weights
    covariances = [member.arrays.next_covariance for member in members]
    weighted = [weight * one for weight, one in zip(following, covariances, strict=True)]
    path = np.einsum("tm,tmh->th", by_date, ratios)
    return {
        "ratio": labelled_path(path, dates, hedges),
        "next_ratio": labelled_ratio(following @ state.next_ratios, hedges),
        "next_covariance": labelled_covariance(reduce(np.add, weighted), columns),
        "estimates": state,
        "errors": combined_errors(members, following),
        "state": state,
        "detail": WeightedBreakdown(
            regimes=regimes,
            ratios=state.weights @ state.next_ratios,
            hedges=hedges,
            moments=state.regimes.detail.moments,
        ),
    }
