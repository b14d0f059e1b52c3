"""Delta-method errors of regime hedges against limits, closed forms, the bootstrap and coverage."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges.regime_switching.ratio_errors import mixture_ratio, moment_influence
from hedgeresearch.regimes import regime_ratio_errors
from hedgeresearch.regimes.hmm.gaussian_emissions import GaussianEmissions
from hedgeresearch.regimes.mixture import weighted_moments
from hedgeresearch.regimes.state import HiddenMarkovChain
from tests.hedges.fitting import fit_to

PAIR = hr.data.simulate_regimes(n_dates=800, seed=3).returns


def error_of(model, returns=PAIR):
    return fit_to(model, returns).standard_errors.iloc[0]


def bootstrap_error(model, n_bootstrap):
    """Half the width of a 68% interval."""
    fit = fit_to(model, PAIR)
    interval = fit.conf_int(0.6827, method="bootstrap", n_bootstrap=n_bootstrap)
    return 0.5 * (interval["upper"] - interval["lower"]).iloc[0]


def test_one_regime_has_the_errors_of_ols():
    ols = error_of(hr.OLSHedge())
    gaussian = error_of(hr.RegimeHedge(hr.GaussianHMM(1, n_starts=1)))
    assert gaussian == pytest.approx(ols, rel=1e-3)
    diagonal = hr.GaussianHMM(1, covariance="diagonal", n_starts=1)
    assert error_of(hr.RegimeHedge(diagonal)) == pytest.approx(ols, rel=1e-6)
    regression = error_of(hr.MarkovSwitchingHedge(1, n_starts=1))
    assert regression == pytest.approx(ols, rel=1e-3)


@pytest.mark.long
@pytest.mark.parametrize(
    "model",
    [
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
        hr.RegimeHedge(hr.StudentHMM(2, n_starts=2)),
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2), weighting="most_likely"),
        hr.RegimeHedge(hr.GaussianHMM(2, covariance="diagonal", n_starts=2)),
        hr.MarkovSwitchingHedge(n_starts=2),
    ],
    ids=["gaussian", "student", "most likely", "weighted moments", "regression"],
)
def test_unit_of_the_asset_multiplies_the_error(model):
    scaled = PAIR.assign(asset=3.0 * PAIR["asset"])
    assert error_of(model, scaled) == pytest.approx(3.0 * error_of(model), rel=1e-2)


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=4)),
        hr.RegimeHedge(hr.StudentHMM(2, n_starts=4)),
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=4), weighting="most_likely"),
        hr.RegimeHedge(hr.GaussianHMM(2, covariance="diagonal", n_starts=4)),
        hr.MarkovSwitchingHedge(n_starts=4),
    ],
    ids=["gaussian", "student", "most likely", "weighted moments", "regression"],
)
def test_delta_method_agrees_with_the_bootstrap(model):
    """The error of 100 draws is itself known to about a tenth."""
    assert error_of(model) == pytest.approx(bootstrap_error(model, 100), rel=0.35)


def test_most_likely_regime_has_the_errors_of_its_own_ratio():
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2), weighting="most_likely")
    fit = fit_to(model, PAIR)
    of_regimes = regime_ratio_errors(fit.regimes, "asset", ["hedge"])
    most_likely = fit.regimes.next_probabilities.idxmax()
    # the table of the regimes has no lags
    assert fit.standard_errors.iloc[0] == pytest.approx(
        of_regimes.loc[most_likely, "hedge"], rel=0.3
    )


def test_weighted_moments_have_the_influence_of_their_differences():
    """The influence of a date is the slope of the ratio in its weight."""
    returns = PAIR.to_numpy()[:60]
    weights = np.random.default_rng(0).random((60, 2))
    following = np.array([0.3, 0.7])
    found = moment_influence(returns, weights, following, "mixture")
    for date in (0, 17, 59):
        ratios = []
        for step in (1e-5, -1e-5):
            moved = weights.copy()
            moved[date] *= 1.0 + step
            ratios.append(mixture_ratio(following, weighted_moments(returns, moved), "mixture"))
        slope = (ratios[0] - ratios[1]) / 2e-5
        np.testing.assert_allclose(found[date], len(returns) * slope, rtol=1e-6)


def test_extended_fit_has_errors_at_its_last_date():
    asset = PAIR["asset"]
    hedges = PAIR[["hedge"]]
    for model in (
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
        hr.RegimeHedge(hr.GaussianHMM(2, covariance="diagonal", n_starts=2)),
        hr.MarkovSwitchingHedge(n_starts=2),
    ):
        fit = model.fit(asset[:700], hedges[:700])
        extended = fit.extend(asset[700:], hedges[700:])
        error = extended.standard_errors.iloc[0]
        assert 0.0 < error < 0.2
        assert error != fit.standard_errors.iloc[0]


def test_models_without_delta_method_use_the_bootstrap():
    for model in (
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2), covariance_model=hr.EWMACovariance(0.97)),
        hr.RegimeHedge(hr.ThresholdRegimes()),
        hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2), observe=lambda returns: returns**2),
    ):
        fit = fit_to(model, PAIR)
        assert fit.errors is None
        with pytest.raises(hr.DataError, match="no delta-method"):
            fit.conf_int(method="delta")


TRUTH = HiddenMarkovChain(
    GaussianEmissions(
        np.zeros((2, 2)),
        np.array([[[1.0, 0.81], [0.81, 0.81]], [[4.0, 2.16], [2.16, 3.24]]]) * 1e-4,
        "full",
    ),
    np.array([[0.98, 0.02], [0.04, 0.96]]),
    np.array([2 / 3, 1 / 3]),
)


def draw_from_truth(n_dates, generator):
    """Returns of two regimes whose ratios are 1 and 2 / 3, (n_dates, 2)."""
    regime = int(generator.random() < 1 / 3)
    path = []
    for _ in range(n_dates):
        path.append(regime)
        regime = int(generator.random() < TRUTH.transition[regime, 1])
    roots = np.linalg.cholesky(TRUTH.moments.covariances)
    return np.einsum("tij,tj->ti", roots[path], generator.standard_normal((n_dates, 2)))


@pytest.mark.slow
def test_coverage_is_nominal_at_a_thousand_dates():
    """200 samples: the error of a coverage of 95% is 1.5 points."""
    generator = np.random.default_rng(7)
    dates = pd.RangeIndex(1000)
    hits = []
    for _ in range(200):
        values = draw_from_truth(1000, generator)
        after = TRUTH.advance(values)
        true_ratio = mixture_ratio(after.next_probabilities, after.moments, "mixture")[0]
        returns = pd.DataFrame(values, dates, ["asset", "hedge"])
        fit = fit_to(hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)), returns)
        lower, upper = fit.conf_int().to_numpy()[0]
        hits.append(lower <= true_ratio <= upper)
    assert 0.91 <= np.mean(hits) <= 0.98
