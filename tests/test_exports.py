"""Errors of calls with wrong arguments say how the function is called."""

import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch._exports import explains_calls


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.data.simulate_dcc(n_dates=120, seed=0).returns


CALLS: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "a covariance model on asset and hedges": (
        lambda a, h: hr.DCC().fit(a, h),
        "DCC(...).fit(returns); for a hedge, MinimumVarianceHedge(DCC(...)).fit(asset, hedges)",
    ),
    "a regime model on asset and hedges": (
        lambda a, h: hr.GaussianHMM(2).fit(a, h),
        "for a hedge, RegimeHedge(GaussianHMM(...)).fit(asset, hedges)",
    ),
    "a class": (
        lambda a, h: hr.OLSHedge.fit(a, h),
        "missing 1 required positional argument: 'hedges'. Call OLSHedge(...).fit(asset, hedges).",
    ),
    "one table": (lambda a, h: hr.OLSHedge().fit(h), "Call OLSHedge(...).fit(asset, hedges)."),
    "an unknown setting": (lambda a, _: hr.GARCH().fit(a, vol=1), "Call GARCH(...).fit("),
    "a notional": (
        lambda a, h: hr.recommend(hr.OLSHedge().fit(a, h), notional=1e6),
        "hr.hedge_notional(fit, 1_000_000) for an amount of currency.",
    ),
    "no notional": (
        lambda a, h: hr.hedge_notional(hr.OLSHedge().fit(a, h)),
        "Call hr.hedge_notional(fit, 1_000_000); for the best model",
    ),
}


@pytest.mark.parametrize("name", list(CALLS))
def test_a_wrong_call_says_how_to_call(name: str, returns: pd.DataFrame) -> None:
    call, message = CALLS[name]
    with pytest.raises(hr.errors.CallError) as caught:
        call(returns["asset"], returns[["hedge"]])
    assert isinstance(caught.value, TypeError)
    assert message in str(caught.value)


SETTINGS: dict[str, tuple[Callable[[], Any], str]] = {
    "states": (lambda: hr.GaussianHMM(n_states=2), "Call GaussianHMM(n_regimes, "),
    "distribution": (lambda: hr.GARCH(dist="t"), "'dist'. Call GARCH("),
    "regimes": (lambda: hr.RegimeHedge(regimes=2), "Call RegimeHedge(regime_model, weighting"),
    "no horizon": (lambda: hr.HorizonHedge(5), "Call HorizonHedge(model, horizon"),
    "covariance": (lambda: hr.MinimumVarianceHedge(covariance=hr.DCC()), "Call MinimumVarianceHe"),
    "lag": (lambda: hr.walk_forward(lag=1), "refit_every=20, horizon=1, execution_lag=0"),
}


@pytest.mark.parametrize("name", list(SETTINGS))
def test_a_wrong_setting_says_what_the_settings_are(name: str) -> None:
    call, message = SETTINGS[name]
    with pytest.raises(hr.errors.CallError) as caught:
        call()
    assert message in str(caught.value)


def test_settings_keep_their_signature_and_pickle() -> None:
    assert next(iter(inspect.signature(hr.GaussianHMM).parameters)) == "n_regimes"
    assert list(inspect.signature(hr.walk_forward).parameters)[:2] == ["models", "asset"]
    model = hr.GaussianHMM(3, seed=1)
    assert pickle.loads(pickle.dumps(model)) == model


def test_errors_inside_a_function_are_left_alone() -> None:
    @explains_calls("f(number)")
    def f(number: Any) -> float:
        """Return a half."""
        return float(number / 2)

    assert f(3) == 1.5
    with pytest.raises(TypeError, match="unsupported operand") as caught:
        f("3")
    assert not isinstance(caught.value, hr.errors.CallError)
    with pytest.raises(ZeroDivisionError):
        explains_calls("g()")(lambda: 1 / 0)()


def test_signatures_and_pickles_are_those_of_the_function(returns: pd.DataFrame) -> None:
    assert list(inspect.signature(hr.OLSHedge().fit).parameters) == ["asset", "hedges"]
    assert hr.recommend.__module__ == "hedgeresearch.recommendation"
    assert pickle.loads(pickle.dumps(hr.recommend)) is hr.recommend
    fit = pickle.loads(pickle.dumps(hr.OLSHedge().fit))
    assert fit(returns["asset"], returns[["hedge"]]).hedges == ["hedge"]


@pytest.mark.parametrize(
    "call",
    [
        lambda a, h: hr.walk_forward({"o": hr.OLSHedge}, a, h),
        lambda a, h: hr.HorizonHedge(hr.OLSHedge, 5),
        lambda a, h: hr.MinimumVarianceHedge(hr.DCC),
        lambda *_: hr.RegimeHedge(hr.GaussianHMM),
        lambda a, h: hr.DCC(univariate=hr.GARCH).fit(h.join(a)),
        lambda a, h: hr.check_causality(hr.OLSHedge, h.join(a)),
    ],
)
def test_a_class_in_place_of_a_model_is_named(
    call: Callable[[Any, Any], Any], returns: pd.DataFrame
) -> None:
    with pytest.raises(hr.DataError, match="Pass an instance, "):
        call(returns["asset"], returns[["hedge"]])


def test_models_that_are_no_dictionary_get_an_example(returns: pd.DataFrame) -> None:
    models: Any = hr.OLSHedge()
    with pytest.raises(hr.DataError, match=r"Pass for example \{'dcc': MinimumVarianceHedge"):
        hr.walk_forward(models, returns["asset"], returns[["hedge"]])
