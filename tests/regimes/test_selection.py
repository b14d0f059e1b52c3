"""The number of regimes, on simulations whose number is known and on tables made by hand."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes.jump_model import JumpModel
from hedgeresearch.regimes.selection import PREDICTIVE, recommend_number, select_regimes
from hedgeresearch.regimes.threshold import ThresholdRegimes

MODEL = hr.GaussianHMM(2, n_starts=3)


@pytest.fixture(scope="module")
def two_regimes():
    return hr.data.simulate_regimes(n_dates=1200, seed=0).returns


@pytest.fixture(scope="module")
def one_regime():
    volatility = {"hedge_volatility": [0.01], "residual_volatility": [0.005]}
    return hr.data.simulate_regimes(
        n_dates=1200, transition=[[1.0]], ratios=[0.9], **volatility, seed=1
    ).returns


@pytest.fixture(scope="module")
def selection(two_regimes):
    return select_regimes(MODEL, two_regimes, candidates=(3, 1, 2))


@pytest.mark.long
def test_two_regimes_are_recommended_if_there_are_two(selection, two_regimes):
    assert selection.recommended == 2
    assert selection.table.index.tolist() == [1, 2, 3]
    assert selection.held_out_from == two_regimes.index[900]
    assert selection.fit.n_regimes == 2
    assert len(selection.fit.dates) == 1200
    assert selection.reason.startswith("2 by BIC, and none of the fewer")


@pytest.mark.long
def test_one_regime_is_recommended_if_there_is_one(one_regime):
    selection = select_regimes(MODEL, one_regime, candidates=(1, 2))
    assert selection.recommended == 1
    assert selection.reason.startswith("1 by BIC, the fewest compared.")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_number_is_found_on_many_simulations(seed):
    two = hr.data.simulate_regimes(n_dates=1200, seed=seed).returns
    one = hr.data.simulate_regimes(1200, [[1.0]], [0.9], [0.01], [0.005], seed=seed).returns
    assert select_regimes(MODEL, two).recommended == 2
    assert select_regimes(MODEL, one).recommended == 1


@pytest.mark.long
def test_table_follows_its_definitions(selection, two_regimes):
    row = selection.table.loc[2]
    fit = MODEL.fit(two_regimes)
    assert row["log-likelihood"] == fit.log_likelihood
    # 2 means, 3 moments and 1 transition each, and the first date's distribution
    assert row["parameters"] == 13
    assert row["AIC"] == pytest.approx(2 * 13 - 2 * fit.log_likelihood)
    assert row["BIC"] == pytest.approx(13 * np.log(1200) - 2 * fit.log_likelihood)
    p = fit.smoothed.to_numpy()
    assert row["ICL"] == pytest.approx(row["BIC"] - 2 * (p * np.log(np.maximum(p, 1e-300))).sum())
    past = MODEL.fit(two_regimes.iloc[:900])
    densities = []
    for t in range(900, 1200):
        today = two_regimes.iloc[t : t + 1]
        mixture = 0.0
        for regime, weight in past.next_probabilities.items():
            error = today.to_numpy()[0] - past.means.loc[regime].to_numpy()
            covariance = past.covariances.loc[regime].to_numpy()
            size = np.linalg.det(2 * np.pi * covariance)
            mixture += (
                weight * np.exp(-0.5 * error @ np.linalg.solve(covariance, error)) / np.sqrt(size)
            )
        densities.append(np.log(mixture))
        past = past.extend(today)
    assert row[PREDICTIVE] == pytest.approx(np.mean(densities), rel=1e-9)


def table(bic, predictive, aic=None):
    columns = {"AIC": aic or bic, "BIC": bic, "ICL": bic, PREDICTIVE: predictive}
    return pd.DataFrame(columns, index=pd.Index([1, 2, 3], name="n_regimes"))


def test_fewer_regimes_are_recommended_if_they_predict_better():
    number, reason = recommend_number(table([30.0, 20.0, 10.0], [1.0, 1.25, 1.0]))
    assert number == 2
    assert reason.startswith(
        "2 rather than the 3 of BIC, as the held-out dates are predicted better with fewer, by 0.25"
    )
    assert "The criteria disagree (AIC 3, BIC 3, ICL 3, held-out dates 2)" in reason
    # more regimes than BIC's are not recommended, however well they predict
    number, reason = recommend_number(table([30.0, 10.0, 20.0], [1.0, 1.1, 1.2]))
    assert number == 2
    assert "held-out dates 3" in reason
    number, reason = recommend_number(table([30.0, 10.0, 20.0], [1.0, 1.2, 1.1]))
    assert (number, reason) == (
        2,
        "2 by BIC, and none of the fewer regimes compared predicts the held-out dates better.",
    )


def test_candidates_that_fail_or_warn_are_noted(two_regimes):
    short = two_regimes.iloc[:180].copy()
    short.iloc[50:60] = np.random.default_rng(0).standard_normal((10, 2))
    selection = select_regimes(MODEL, short, candidates=(1, 2, 3))
    remarks = selection.table["remarks"]
    assert remarks[1] == ""
    assert "regime 1 should be visited on 20 dates or more" in remarks[2]
    assert "must have at least 210 rows; got 180" in remarks[3]
    assert np.isnan(selection.table.loc[3, "BIC"])
    with pytest.raises(
        hr.ConvergenceError,
        match=r"at least one candidate must be estimated .*; 3: observations must",
    ):
        select_regimes(MODEL, short, candidates=[3])


def test_other_warnings_reach_the_caller(two_regimes):
    @dataclass(frozen=True)
    class Loud:
        """A model that warns."""

        n_regimes: int = 1
        univariate: ClassVar[bool] = False
        allow_missing: ClassVar[bool] = False
        warm_start: ClassVar[bool] = False

        def fit(self, observations):
            import warnings

            warnings.warn("look here", UserWarning, stacklevel=1)
            return hr.GaussianHMM(self.n_regimes, n_starts=1).fit(observations)

    with pytest.warns(UserWarning, match="look here"):
        select_regimes(Loud(), two_regimes, candidates=[1])


def test_page_says_what_is_recommended_and_why(selection):
    assert repr(selection) == "RegimeSelection(GaussianHMM, recommends 2 out of [1, 2, 3] regimes)"
    page = selection._repr_html_()
    assert (
        "2 by BIC" in page and PREDICTIVE in page and "Held out: the dates from 2003-06-16" in page
    )


def test_bad_settings_are_refused(two_regimes):
    features = two_regimes.rolling(20).std().dropna()
    for model, settings, message in [
        (MODEL, {"candidates": ()}, "one number of regimes or more"),
        (MODEL, {"candidates": (2, 2)}, "each once"),
        (
            MODEL,
            {"candidates": (0, 1)},
            "each of candidates must be a whole number of at least 1; got 0",
        ),
        (MODEL, {"held_out": 1.0}, "held_out must lie strictly between 0 and 1"),
        (ThresholdRegimes(), {}, "model must have a setting n_regimes"),
        (hr.GaussianHMM, {}, "model must be a regime model such as"),
        (JumpModel(penalty=5.0), {}, "model must have a likelihood, as GaussianHMM has; JumpModel"),
    ]:
        with pytest.raises(hr.DataError, match=message):
            select_regimes(model, features, **settings)
