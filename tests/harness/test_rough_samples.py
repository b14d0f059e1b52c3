"""Every hedge on samples that break formulas: a finite answer or a refusal, nothing else."""

import warnings

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from tests.harness.test_hedge_family import MODELS, needs_prices

N_DATES = 100


def plain(n_dates=N_DATES, seed=0):
    """Return an asset and two hedges without anything special, (n_dates, 3)."""
    rng = np.random.default_rng(seed)
    hedges = 0.01 * rng.standard_normal((n_dates, 2))
    asset = hedges @ [0.8, 0.2] + 0.004 * rng.standard_normal(n_dates)
    return np.column_stack([asset, hedges])


def on_a_grid(tick):
    return np.round(plain() / tick) * tick


def signs():
    steps = np.sign(np.random.default_rng(5).standard_normal((N_DATES, 4)))
    return np.column_stack([steps[:, 0] + steps[:, 1], steps[:, 2:]])


def sums_of_signs():
    steps = np.sign(np.random.default_rng(5).standard_normal((N_DATES, 3)))
    return np.column_stack([steps[:, 1] + steps[:, 0], steps[:, 1:]])


def near_twins(n_dates=N_DATES):
    values = plain(n_dates)
    values[:, 2] = values[:, 1] + 1e-5 * values[:, 2]
    return values


def levels(relative):
    values = plain()
    values[:, 1] = 1.0 + values[:, 1] / values[:, 1].std() / relative
    return values


def with_zeros(column, begin, end):
    values = plain()
    values[begin:end, column] = 0.0
    return values


def one_move():
    values = plain()
    values[:, 1] = 0.0
    values[70, 1] = 0.02
    return values


SAMPLES = {
    "ticks as large as volatility": lambda: on_a_grid(0.01),
    "ticks of two volatilities": lambda: on_a_grid(0.02),
    "plus or minus one": signs,
    "sums of plus or minus one": sums_of_signs,
    "near twins": near_twins,
    "near twins, 31 dates": lambda: near_twins(31),
    "31 dates": lambda: plain(31),
    "5 dates": lambda: plain(5),
    "mean of 1e4 deviations": lambda: levels(1e4),
    "mean of 1e6 deviations": lambda: levels(1e6),
    "hedge still at first": lambda: with_zeros(1, 0, 40),
    "hedge still at last": lambda: with_zeros(1, 66, 100),
    "asset still at last": lambda: with_zeros(0, 66, 100),
    "hedge moves once": one_move,
}
SLOW_TO_RESAMPLE = {"regime", "most likely", "switching", "combined"}
"""Models whose bootstrap repeats a long search."""


def prices_of(returns, model):
    """Return prices whose changes are proportional to returns (n_dates, 3)."""
    steps = (0.01 / returns.std().max() * returns).cumsum()
    if model.traits.price_changes == "difference":
        return 1000.0 + 10.0 * steps
    return 100.0 * np.exp(steps.clip(-5.0, 5.0))


def not_finite(fit, name):
    """Return the first value of a fit that is not finite; None if all are."""
    values = {"ratio": fit.ratio, "next ratio": fit.next_ratio, "covariance": fit.next_covariance}
    if fit.errors is not None:
        values["standard errors"] = fit.standard_errors
        values["interval"] = fit.conf_int()
        values["bands"] = bands_of(fit)
        wald_or_refusal(fit)
    elif name not in SLOW_TO_RESAMPLE:
        values["interval"] = fit.conf_int(n_bootstrap=4)
    for what, value in values.items():
        if not np.isfinite(np.asarray(value, dtype=float)).all():
            return f"{what} {np.asarray(value).tolist()}"
    return None


def bands_of(fit):
    try:
        return fit.bands()
    except hr.DataError:
        return 0.0


def wald_or_refusal(fit):
    try:
        assert np.isfinite(fit.wald_test().p_value)
    except hr.DataError:
        return


def outcome(name, returns):
    """Return what is wrong with the answer of a model; None for a finite one or a refusal."""
    model = MODELS[name]
    data = prices_of(returns, model) if needs_prices(model) else returns
    try:
        fit = model.fit(data["asset"], data[["hedge", "hedge2"]])
        return not_finite(fit, name)
    except hr.errors.HedgeResearchError:
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.long
@pytest.mark.parametrize("sample", SAMPLES)
def test_rough_samples_give_finite_numbers_or_a_refusal(sample):
    values = SAMPLES[sample]()
    dates = pd.bdate_range("2018-01-01", periods=len(values))
    returns = pd.DataFrame(values, dates, ["asset", "hedge", "hedge2"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what these samples are warned of is tested elsewhere
        found = {name: outcome(name, returns) for name in MODELS}
    assert {name: text for name, text in found.items() if text is not None} == {}
