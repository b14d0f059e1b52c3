"""A volatility model of a user's own works wherever GARCH does."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.estimation.influence import Sensitivities
from hedgeresearch.volatility import (
    VolatilityEstimate,
    VolatilityModel,
    VolatilityState,
    fit_volatility,
)


@dataclass(frozen=True, eq=False)
class SmoothedState:
    """h_{t+1} = decay h_t + (1 - decay) r_t^2."""

    decay: float
    next_variance: float
    constant_mean: bool = True

    def filter(self, returns):
        variances = [self.next_variance]
        for r in returns:
            variances.append(self.decay * variances[-1] + (1 - self.decay) * r**2)
        means = np.zeros(len(variances))
        return means, np.array(variances), SmoothedState(self.decay, variances[-1])

    def forecast(self, horizon):
        return np.full(horizon, self.next_variance)

    def innovations(self, n_dates, generator):
        return generator.standard_normal(n_dates)


@dataclass(frozen=True, eq=False)
class SmoothedEstimate:
    """A decay that was chosen, not estimated: nothing to err."""

    decay: float
    returns: np.ndarray
    names: tuple = ()
    gradient_norm: float = 0.0
    bounds_hit: tuple = ()

    @property
    def parameters(self):
        return np.empty(0)

    @property
    def log_likelihood(self):
        variances = self.initial_state.filter(self.returns)[1][:-1]
        return -0.5 * (np.log(2 * np.pi * variances) + self.returns**2 / variances).sum()

    @property
    def initial_state(self):
        return SmoothedState(self.decay, np.mean(self.returns**2))

    def initial_state_after(self, change):
        return self.initial_state

    def sensitivities(self):
        n_dates = len(self.returns)
        return Sensitivities(np.zeros((n_dates, 0)), np.zeros((0, n_dates)))

    def covariance(self, kind="robust"):
        return np.zeros((0, 0))

    def check_error_kind(self, kind):
        if kind != "robust":
            raise hr.DataError(f"kind must be 'robust'; got {kind!r}.")


@dataclass(frozen=True)
class Smoothed:
    """RiskMetrics, as a univariate model."""

    decay: float = 0.94
    names: tuple = ()

    def fit(self, series, *, warm_start=None):
        return fit_volatility(self, series, warm_start)

    def estimate_array(self, returns, warm_start=None):
        return SmoothedEstimate(self.decay, returns)


def test_own_model_satisfies_the_protocols(simple_returns):
    assert isinstance(Smoothed(), VolatilityModel)
    assert not isinstance(hr.EWMACovariance(), VolatilityModel)
    model: VolatilityModel = Smoothed()
    estimate: VolatilityEstimate = model.estimate_array(simple_returns["SP500"].to_numpy())
    state: VolatilityState = estimate.initial_state
    assert state.forecast(3).shape == (3,)


def test_own_model_has_a_fit(simple_returns):
    returns = simple_returns["SP500"].iloc[:500]
    fit = Smoothed(0.9).fit(returns.iloc[:400])
    squares = returns.to_numpy() ** 2
    h = squares[:400].mean()
    expected = []
    for square in squares:
        expected.append(np.sqrt(h))
        h = 0.9 * h + 0.1 * square
    both = pd.concat([fit.volatility, fit.extend(returns.iloc[400:]).volatility])
    np.testing.assert_allclose(both, expected, rtol=1e-12)
    assert fit.parameters.empty
    assert fit.aic == -2 * fit.log_likelihood
    assert fit.simulate(3).shape == (3,)


def test_own_model_stands_in_covariance_models(simple_returns):
    sample = simple_returns.iloc[:800]
    fit = hr.CCC(univariate={"NASDAQ": Smoothed(), "SP500": hr.GARCH()}).fit(sample)
    single = Smoothed().fit(sample["NASDAQ"])
    np.testing.assert_allclose(fit.volatility["NASDAQ"], single.volatility, rtol=1e-12)
    assert np.isfinite(fit.standard_errors).all()
    dcc = hr.DCC(univariate=Smoothed()).fit(sample)
    assert dcc.parameters.index.tolist() == ["a", "b"]


def test_what_is_no_model_is_refused():
    for bad in (hr.GARCH, hr.EWMACovariance(), "GARCH", {"a": 1}):
        with pytest.raises(hr.DataError, match="univariate must be a volatility model such as"):
            hr.DCC(univariate=bad)
