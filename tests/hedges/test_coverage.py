"""Coverage of the default 95% intervals in short samples; docs/models.md shows these figures."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

MODELS = {
    "ols": hr.OLSHedge(),
    "dimson": hr.DimsonHedge(),
    "sample": hr.MinimumVarianceHedge(hr.SampleCovariance()),
    "total least squares": hr.TotalLeastSquaresHedge(),
    "mean variance": hr.MeanVarianceHedge(50.0, expected=0.0),
    "quantile": hr.QuantileHedge(),
    "semivariance": hr.LowerPartialMomentHedge(),
}
RATIO = 0.8


def shapes_of(kind, rng, n_dates):
    """Return a hedge and the noise of the asset, of unit size, (n_dates,) each."""
    hedge = rng.standard_normal(n_dates + 50)
    noise = rng.standard_normal(n_dates + 50)
    if kind == "student":
        hedge = rng.standard_t(5, n_dates + 50)
        noise = rng.standard_t(5, n_dates + 50)
    for t in range(1, n_dates + 50):
        if kind == "ar":
            hedge[t] += 0.5 * hedge[t - 1]
    if kind == "garch":
        variance = 1.0
        for t in range(n_dates + 50):
            noise[t] *= variance**0.5
            hedge[t] *= variance**0.5
            variance = 0.05 + 0.1 * noise[t] ** 2 + 0.85 * variance
    return hedge[50:], noise[50:]


def coverage(model, n_dates, kind, n_samples):
    truth = np.hypot(RATIO, 0.4) if isinstance(model, hr.TotalLeastSquaresHedge) else RATIO
    held = []
    for seed in range(n_samples):
        hedge, noise = shapes_of(kind, np.random.default_rng(seed), n_dates)
        asset = pd.Series(0.01 * (RATIO * hedge + 0.4 * noise), name="asset")
        try:
            fit = model.fit(asset, pd.DataFrame({"hedge": 0.01 * hedge}))
        except hr.DataError:
            continue  # too few shortfalls for a semivariance, in a few samples of twelve dates
        lower, upper = fit.conf_int().loc["hedge"]
        held.append(lower <= truth <= upper)
    return np.mean(held)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")
@pytest.mark.parametrize("kind", ["normal", "student", "ar", "garch"])
@pytest.mark.parametrize(("n_dates", "lowest"), [(5, 0.9), (10, 0.92), (30, 0.92)])
def test_intervals_of_ols_cover_the_ratio(n_dates, lowest, kind):
    assert coverage(hr.OLSHedge(), n_dates, kind, 600) >= lowest


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("n_dates", [12, 30, 100])
def test_intervals_of_short_samples_cover_the_ratio(name, n_dates):
    found = coverage(MODELS[name], n_dates, "normal", 400)
    print(f"\n{name} {n_dates} {found:.3f}")
    assert found >= 0.91


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hedgeresearch.errors.DataWarning")
@pytest.mark.parametrize(
    "model",
    [
        hr.RollingOLSHedge(10),
        hr.RollingOLSHedge(5),
        hr.ExpandingOLSHedge(5),
        hr.WeightedOLSHedge(8),
        hr.MinimumVarianceHedge(hr.EWMACovariance(0.94)),
    ],
    ids=["window of 10", "window of 5", "expanding", "half-life of 8", "ewma"],
)
def test_intervals_of_moving_ratios_cover_the_ratio(model):
    found = coverage(model, 40, "normal", 400)
    print(f"\n{model} {found:.3f}")
    assert found >= 0.92
