"""Properties of every regime model."""

import pickle

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch.regimes import RegimeModel

SIMULATED = hr.data.simulate_regimes(n_dates=4000, seed=5)
LABELS = SIMULATED.regimes.map({0: "calm", 1: "wild"})
MODELS = {
    "one regime": hr.GaussianHMM(1, n_starts=1),
    "gaussian": hr.GaussianHMM(2, n_starts=4),
    "diagonal": hr.GaussianHMM(2, covariance="diagonal", n_starts=4),
    "missing": hr.GaussianHMM(2, n_starts=3, allow_missing=True),
    "stationary": hr.GaussianHMM(2, n_starts=3, initial="stationary"),
    "student": hr.StudentHMM(2, n_starts=3),
    "jump": hr.JumpModel(2, penalty=1.0, n_starts=4),
    "threshold": hr.ThresholdRegimes(window=120),
    "levels": hr.ThresholdRegimes(levels=(0.02,), names=("quiet", "loud")),
    "labelled": hr.LabelledRegimes(LABELS),
    "named": hr.GaussianHMM(2, n_starts=3, names=("calm", "wild")),
    "switching": hr.MarkovSwitching(2, n_starts=3),
    "switching garch": hr.MarkovSwitchingGARCH(2, n_starts=3),
    "zero mean": hr.MarkovSwitchingGARCH(2, mean="zero", n_starts=3),
}
WITHOUT_LIKELIHOOD = {"threshold", "levels", "labelled", "jump"}
SPLIT = 600
pytestmark = pytest.mark.filterwarnings("ignore::hedgeresearch.errors.ConvergenceWarning")


@pytest.fixture(scope="module")
def both():
    """Returns of asset and hedge."""
    return SIMULATED.returns


@pytest.fixture(scope="module", params=MODELS, ids=str)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def returns(name, both):
    return both[["asset"]] if MODELS[name].univariate else both


@pytest.fixture(scope="module")
def fit(name, returns):
    return MODELS[name].fit(returns.iloc[:SPLIT])


def test_model_keeps_the_contract(name):
    assert isinstance(MODELS[name], RegimeModel)


@pytest.mark.long
def test_later_dates_change_no_earlier_probability(name, fit, returns):
    new = returns.iloc[SPLIT:1000]
    shocked = new.copy()
    day = 100
    shocked.iloc[day:] = 10 * shocked.iloc[day:] + 0.1
    quiet = fit.extend(new)
    loud = fit.extend(shocked)
    np.testing.assert_array_equal(quiet.predicted[: day + 1], loud.predicted[: day + 1])
    np.testing.assert_array_equal(quiet.filtered[:day], loud.filtered[:day])
    if name not in ("one regime", "threshold", "levels", "labelled", "jump"):
        # hindsight does move
        assert not np.allclose(quiet.smoothed[:day], loud.smoothed[:day], atol=1e-12)


@pytest.mark.long
def test_extension_bar_by_bar_is_one_long_filter(fit, returns):
    new = returns.iloc[SPLIT:]
    once = fit.extend(new)
    step = fit
    rows = []
    for i in range(len(new)):
        step = step.extend(new.iloc[i : i + 1])
        rows.append(step.predicted.to_numpy()[0])
    np.testing.assert_allclose(rows, once.predicted, atol=1e-12)
    np.testing.assert_allclose(step.next_probabilities, once.next_probabilities, atol=1e-12)
    np.testing.assert_allclose(fit.next_probabilities, once.predicted.iloc[0], atol=1e-15)


@pytest.mark.long
def test_units_do_not_matter(name, fit, returns):
    if name == "levels":
        return  # a level has the units of the data
    scaled = fit.model.fit(returns.iloc[:SPLIT] * 1e4)
    np.testing.assert_allclose(scaled.predicted, fit.predicted, atol=1e-6)


def test_order_of_the_series_does_not_matter(name, fit, returns):
    if fit.model.univariate or name in WITHOUT_LIKELIHOOD:
        return  # the first column is the only one, or decides
    mixed = fit.model.fit(returns.iloc[:SPLIT, ::-1])
    # other starts, the same optimum
    np.testing.assert_allclose(mixed.predicted, fit.predicted, atol=1e-3)


@pytest.mark.long
def test_same_seed_gives_the_same_bytes(fit, returns):
    again = fit.model.fit(returns.iloc[:SPLIT])
    assert again.predicted.to_numpy().tobytes() == fit.predicted.to_numpy().tobytes()


def test_fit_survives_pickling(fit, returns):
    copy = pickle.loads(pickle.dumps(fit))
    new = returns.iloc[SPLIT:1000]
    np.testing.assert_array_equal(copy.extend(new).predicted, fit.extend(new).predicted)


def test_bad_input_is_refused(fit, returns):
    sample = returns.iloc[:SPLIT]
    if not fit.model.allow_missing:
        with pytest.raises(hr.DataError, match="has a gap"):
            fit.model.fit(sample.replace(sample.iloc[50, 0], np.nan))
    for bad, message in [
        (sample.assign(asset=-np.inf), "has an infinity"),
        (sample.assign(asset=0.1), "'asset' is constant"),
        (sample.iloc[::-1], "sorted by date"),
        (sample.iloc[:4], r"at least \d+ rows.*; got 4"),
    ]:
        with pytest.raises(hr.DataError, match=message):
            fit.model.fit(bad)
    with pytest.raises(hr.DataError, match="must start after"):
        fit.extend(sample)


def test_repr_page_and_plot_name_the_model(fit):
    assert type(fit.model).__name__ in repr(fit)
    assert "expected duration" in fit._repr_html_()
    assert fit.plot().get_ylabel() == "predicted probability"


def test_probabilities_and_transitions_are_proper(fit):
    for table in (fit.predicted, fit.filtered, fit.smoothed, fit.forecast(5), fit.transition):
        np.testing.assert_allclose(table.sum(axis=1), 1.0, atol=1e-9)
        assert (table.to_numpy() >= 0).all()
    np.testing.assert_allclose(
        fit.stationary @ fit.transition.to_numpy(), fit.stationary, atol=1e-9
    )
    np.testing.assert_allclose(fit.forecast(1).iloc[0], fit.next_probabilities)
    assert set(fit.most_likely_path.unique()) <= set(fit.regimes)
    assert "hindsight" in fit.most_likely_path.name


def test_regimes_are_numbered_from_calm_to_turbulent(fit):
    variances = fit.final_state.moments.covariances[:, 0, 0]
    # switching GARCH numbers by the long run
    assert (np.diff(variances) >= 0).all() or isinstance(fit.model, hr.MarkovSwitchingGARCH)
    shape = (fit.n_regimes * len(fit.series), len(fit.series))
    assert fit.correlations.shape == fit.covariances.shape == shape


def test_criteria_exist_if_a_likelihood_does(name, fit):
    if name in WITHOUT_LIKELIHOOD:
        assert fit.log_likelihood is fit.aic is fit.bic is fit.icl is None
        return
    assert fit.aic < fit.bic <= fit.icl
    assert fit.log_likelihood == pytest.approx(np.nanmax(fit.start_log_likelihoods), abs=0.1)


@pytest.mark.long
def test_model_hedges(fit, both):
    sample = both.iloc[:SPLIT]
    hedge = hr.RegimeHedge(fit.model).fit(sample["asset"], sample[["hedge"]])
    assert hedge.ratio["hedge"].between(0.3, 1.3).all()
    np.testing.assert_allclose(hedge.decomposition["contribution"].sum(), hedge.next_ratio)


@pytest.mark.long
def test_hedge_does_not_look_ahead(fit):
    short = hr.data.simulate_regimes(n_dates=1000, seed=5).returns
    assert hr.check_causality(hr.RegimeHedge(fit.model), short, n_shocks=2).passed


@pytest.mark.long
def test_warm_start_reaches_the_optimum_of_a_search(name, fit, returns):
    later = returns.iloc[20 : SPLIT + 20]
    again = fit.model.fit(later, warm_start=fit)
    cold = fit.model.fit(later)
    assert again.log_likelihood == pytest.approx(cold.log_likelihood, abs=0.05)
    if name not in ("threshold", "levels", "labelled"):  # these have nothing to search
        with pytest.raises(hr.DataError, match="warm_start must be an earlier fit of"):
            fit.model.fit(returns.iloc[:SPLIT], warm_start="yesterday")
