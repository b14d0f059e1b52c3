"""The protocol of covariance models, and a model written by a user."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.covariance.fit import fit_from_state
from hedgeresearch.covariance.model import check_covariance_model
from hedgeresearch.covariance.moments.sample import SampleState
from hedgeresearch.estimation.estimates import NOTHING_ESTIMATED

MODELS = [
    hr.BEKK(),
    hr.CCC(),
    hr.DCC(),
    hr.DECO(),
    hr.EWMACovariance(),
    hr.OrthogonalGARCH(),
    hr.RegimeCorrelation(),
    hr.RollingCovariance(60),
    hr.SampleCovariance(),
]


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_every_model_satisfies_the_contract(model):
    assert isinstance(model, hr.covariance.CovarianceModel)
    check_covariance_model(model, "covariance_model")


@dataclass(frozen=True)
class UncorrelatedModel:
    """Covariance without correlations, as a user may write it."""

    warm_start: ClassVar[bool] = False
    error_source: ClassVar[str] = "bootstrap"

    def fit(self, returns):
        covariance = np.diag(returns.var().to_numpy())
        state = SampleState(returns.mean().to_numpy(), covariance)
        return fit_from_state(self, returns, state, NOTHING_ESTIMATED)


@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_a_model_of_a_user_can_be_hedged_with(percent_log_returns):
    hedge = hr.MinimumVarianceHedge(UncorrelatedModel())
    fit = hedge.fit(percent_log_returns["NASDAQ"], percent_log_returns[["SP500"]])
    assert (fit.ratio == 0.0).all(axis=None)


def test_a_class_is_refused_with_the_remedy():
    with pytest.raises(
        hr.DataError, match=r"got the class DCC. Pass an instance, such as DCC\(\)."
    ):
        hr.MinimumVarianceHedge(hr.DCC)


@pytest.mark.parametrize("other", ["DCC", hr.OLSHedge(), hr.GARCH(), hr.GaussianHMM(2)], ids=str)
def test_other_models_are_refused_with_the_remedy(other):
    with pytest.raises(hr.DataError, match=r"must be a covariance model such as DCC\(\)"):
        hr.MinimumVarianceHedge(other)
