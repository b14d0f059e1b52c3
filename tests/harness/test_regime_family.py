"""What must be true of every regime model."""

import pickle

import numpy as np
import pytest

import hedgeresearch as hr

MODELS = {"one regime": hr.GaussianHMM(1, n_starts=1), "gaussian": hr.GaussianHMM(2, n_starts=4)}
SPLIT = 600


@pytest.fixture(scope="module")
def returns():
    return hr.simulate_regimes(n_dates=4000, seed=5).returns


@pytest.fixture(scope="module", params=MODELS, ids=str)
def fit(request, returns):
    return MODELS[request.param].fit(returns.iloc[:SPLIT])


def test_the_arrow_of_time(fit, returns):
    new, shocked, day = returns.iloc[SPLIT:1000], returns.iloc[SPLIT:1000].copy(), 100
    shocked.iloc[day:] = 10 * shocked.iloc[day:] + 0.1
    quiet, loud = fit.extend(new), fit.extend(shocked)
    np.testing.assert_array_equal(quiet.predicted[: day + 1], loud.predicted[: day + 1])
    np.testing.assert_array_equal(quiet.filtered[:day], loud.filtered[:day])
    if fit.n_regimes > 1:
        assert not np.allclose(quiet.smoothed[:day], loud.smoothed[:day], atol=1e-12)  # hindsight does move


def test_bar_by_bar_is_one_long_filter(fit, returns):
    new = returns.iloc[SPLIT:]
    once, step, rows = fit.extend(new), fit, []
    for i in range(len(new)):
        step = step.extend(new.iloc[i : i + 1])
        rows.append(step.predicted.to_numpy()[0])
    np.testing.assert_allclose(rows, once.predicted, atol=1e-12)
    np.testing.assert_allclose(step.next_probabilities, once.next_probabilities, atol=1e-12)
    np.testing.assert_allclose(fit.next_probabilities, once.predicted.iloc[0], atol=1e-15)


def test_units_and_order_do_not_matter(fit, returns):
    scaled = fit.model.fit(returns.iloc[:SPLIT] * 1e4)
    np.testing.assert_allclose(scaled.predicted, fit.predicted, atol=1e-6)
    mixed = fit.model.fit(returns.iloc[:SPLIT, ::-1])
    np.testing.assert_allclose(mixed.predicted, fit.predicted, atol=1e-3)  # other starts, the same optimum


def test_the_same_seed_gives_the_same_bytes(fit, returns):
    assert fit.model.fit(returns.iloc[:SPLIT]).predicted.to_numpy().tobytes() == fit.predicted.to_numpy().tobytes()


def test_a_fit_survives_pickling(fit, returns):
    copy, new = pickle.loads(pickle.dumps(fit)), returns.iloc[SPLIT:1000]
    np.testing.assert_array_equal(copy.extend(new).predicted, fit.extend(new).predicted)


def test_bad_input_is_refused(fit, returns):
    sample = returns.iloc[:SPLIT]
    for bad, message in [
        (sample.replace(sample.iloc[50, 0], np.nan), "has a gap"),
        (sample.assign(asset=-np.inf), "has an infinity"),
        (sample.assign(asset=0.1), "'asset' is constant"),
        (sample.iloc[::-1], "sorted by date"),
        (sample.iloc[:4], r"at least \d+ rows; got 4"),
    ]:
        with pytest.raises(hr.DataError, match=message):
            fit.model.fit(bad)
    with pytest.raises(hr.DataError, match="must start after"):
        fit.extend(sample)


def test_its_words(fit):
    assert type(fit.model).__name__ in repr(fit)
    assert "expected duration" in fit._repr_html_()
    assert fit.plot().get_ylabel() == "predicted probability"
