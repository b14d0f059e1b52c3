"""The protocol of regime models: what implements it, what does not, and a model of one's own."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

import hedgeresearch as hr
from hedgeresearch.regimes import RegimeModel
from hedgeresearch.regimes.model import CountedRegimeModel, check_regime_model

MODELS = [
    hr.GaussianHMM(2),
    hr.StudentHMM(2),
    hr.MarkovSwitching(),
    hr.MarkovSwitchingGARCH(),
    hr.JumpModel(),
    hr.ThresholdRegimes(),
]


@dataclass(frozen=True)
class OwnModel:
    """A regime model of a user."""

    n_regimes: int = 2
    univariate: ClassVar[bool] = False
    allow_missing: ClassVar[bool] = False
    warm_start: ClassVar[bool] = False

    def fit(self, observations):
        return hr.GaussianHMM(self.n_regimes, n_starts=1).fit(observations)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_every_model_keeps_the_contract(model):
    assert isinstance(model, RegimeModel)
    check_regime_model(model, "model")
    single = isinstance(model, hr.MarkovSwitching | hr.MarkovSwitchingGARCH)
    assert model.univariate is single
    assert model.warm_start is True
    assert model.allow_missing is False


def test_missing_values_are_a_setting_of_the_gaussian_hmm():
    assert hr.GaussianHMM(2, allow_missing=True).allow_missing is True


def test_number_of_regimes_is_a_setting_of_all_but_thresholds():
    counted = [isinstance(model, CountedRegimeModel) for model in MODELS]
    assert counted == [True, True, True, True, True, False]


@pytest.mark.parametrize(
    "wrong", [2, "GaussianHMM", hr.GaussianHMM, hr.EWMACovariance(), hr.OLSHedge()], ids=repr
)
def test_other_things_are_refused(wrong):
    with pytest.raises(hr.DataError, match="regime_model must be a regime model such as Gauss"):
        check_regime_model(wrong, "regime_model")


def test_own_model_hedges_and_is_selected():
    returns = hr.data.simulate_regimes(n_dates=800, seed=0).returns
    hedge = hr.RegimeHedge(OwnModel()).fit(returns["asset"], returns[["hedge"]])
    expected = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=1)).fit(
        returns["asset"], returns[["hedge"]]
    )
    assert hedge.next_ratio["hedge"] == expected.next_ratio["hedge"]
    assert hr.select_regimes(OwnModel(), returns, candidates=(1, 2)).recommended == 2
