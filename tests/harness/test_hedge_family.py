"""Properties that every hedge model must have."""

import inspect
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.hedges import HedgeModel, HedgeTraits

STORMS = pd.Series(
    np.where(np.arange(700) // 100 % 2, "storm", "calm"),
    hr.data.simulate_dcc(n_dates=700).returns.index,
    name="weather",
)
LEVEL = (STORMS == "storm").astype(float).rename("storm")


def sizes(returns):
    """An indicator with a window that does not depend on units or on the order of the hedges."""
    size = returns["asset"].abs()
    return np.log(size.rolling(10).mean() / size.expanding().mean()).iloc[30:].rename("size")


MODELS = {
    "naive": hr.NaiveHedge(),
    "ols": hr.OLSHedge(),
    "rolling": hr.RollingOLSHedge(100),
    "expanding": hr.ExpandingOLSHedge(),
    "weighted": hr.WeightedOLSHedge(60),
    "dimson": hr.DimsonHedge(),
    "horizon": hr.HorizonHedge(hr.OLSHedge(), 5),
    "blocks": hr.HorizonHedge(hr.RollingOLSHedge(30), 3, overlapping=False),
    "horizon of a state": hr.HorizonHedge(hr.MinimumVarianceHedge(hr.EWMACovariance(0.95)), 3),
    "kalman": hr.KalmanHedge(),
    "kalman with a mean": hr.KalmanHedge("mean_reverting"),
    "error correction": hr.ErrorCorrectionHedge(),
    "error correction, differences": hr.ErrorCorrectionHedge(kind="difference", lags=2),
    "vecm": hr.VECMHedge(),
    "vecm, rank 1": hr.VECMHedge(rank=1, lags=1),
    "cointegration": hr.CointegrationHedge(),
    "cointegration, static": hr.CointegrationHedge("static"),
    "cointegration, fully modified": hr.CointegrationHedge("fully_modified", kind="difference"),
    "cointegration, johansen": hr.CointegrationHedge("johansen"),
    "total least squares": hr.TotalLeastSquaresHedge(),
    "quantile": hr.QuantileHedge(),
    "low quantile": hr.QuantileHedge(0.1),
    "mean variance": hr.MeanVarianceHedge(3.0, expected=0.0),
    "cvar": hr.MinimumCVaRHedge(),
    "expected shortfall": hr.LowerPartialMomentHedge(1.0),
    "semivariance": hr.LowerPartialMomentHedge(),
    "third moment": hr.LowerPartialMomentHedge(3.0),
    "sample": hr.MinimumVarianceHedge(hr.SampleCovariance()),
    "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.95)),
    "window": hr.MinimumVarianceHedge(hr.RollingCovariance(100)),
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "ccc": hr.MinimumVarianceHedge(hr.CCC()),
    "bekk": hr.MinimumVarianceHedge(hr.BEKK("scalar", targeting=True)),
    "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=4)),
    "switching": hr.MarkovSwitchingHedge(n_starts=4),
    "most likely": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=4), weighting="most_likely"),
    "labelled": hr.RegimeHedge(hr.LabelledRegimes(STORMS)),
    "levels": hr.RegimeHedge(hr.ThresholdRegimes("storm", levels=(0.5,)), observe=LEVEL),
    "observed": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3), observe=sizes),
    "features": hr.RegimeHedge(
        hr.GaussianHMM(2, "diagonal", n_starts=4), observe=hr.hedges.PairFeatures()
    ),
    "correlation": hr.RegimeHedge(
        hr.GaussianHMM(2, n_starts=4),
        covariance_model=hr.EWMACovariance(0.97),
        observe=hr.hedges.StandardizedReturns(),
    ),
    "weighted by regime": hr.RegimeWeightedHedge(
        {"ols": hr.OLSHedge(), "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.95))},
        hr.GaussianHMM(2, n_starts=4),
    ),
    "weighted by features": hr.RegimeWeightedHedge(
        {"naive": hr.NaiveHedge(), "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.95))},
        hr.JumpModel(2, n_starts=4),
        observe=hr.hedges.PairFeatures(),
    ),
    "bounded": hr.ConstrainedHedge(hr.OLSHedge(), lower=0.0, upper=1.0),
    "tracking": hr.ConstrainedHedge(hr.OLSHedge(), lower=0.0, net=1.0),
    "one instrument": hr.ConstrainedHedge(
        hr.MinimumVarianceHedge(hr.EWMACovariance(0.95)), max_instruments=1
    ),
    "index": hr.TrackingHedge(1),
    "index, rebalanced": hr.TrackingHedge(
        1, total=None, lower=-9.0, turnover=0.05, rebalance=10, window=150
    ),
    "shrunk": hr.ShrunkHedge(hr.OLSHedge()),
    "shrunk toward ols": hr.ShrunkHedge(hr.WeightedOLSHedge(60), target="ols"),
    "combined": hr.CombinedHedge(
        {"ols": hr.OLSHedge(), "rolling": hr.RollingOLSHedge(60)}, weights="stacking"
    ),
}
FIXED = {"naive"}
FIXED |= {"bounded", "tracking", "shrunk", "weighted by features", "index", "index, rebalanced"}
"""Models whose ratio does not scale with the asset: it is fixed, bounded or shrunk to a number."""
OTHER_OBJECTIVES = {"naive"} | {name for name in MODELS if name.startswith("cointegration")}
OTHER_OBJECTIVES |= {"total least squares", "quantile", "low quantile"}
OTHER_OBJECTIVES |= {"cvar", "expected shortfall", "semivariance", "third moment"}
OTHER_OBJECTIVES |= {"index", "index, rebalanced"}
OTHER_OBJECTIVES |= {"tracking", "one instrument", "shrunk", "shrunk toward ols", "combined"}
OTHER_OBJECTIVES |= {"weighted by regime", "weighted by features"}
"""Models whose ratio is not that of least variance under the covariance they report."""
pytestmark = pytest.mark.filterwarnings("ignore:asset and hedges .* cointegrat")
"""The prices of the family are not cointegrated."""
SPLIT = 400


@pytest.fixture(scope="module", params=MODELS, ids=str)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def model(name):
    return MODELS[name]


@pytest.fixture(scope="module")
def returns(model):
    """Returns of an asset and two hedges; prices for a model that needs them."""
    calm = hr.data.simulate_dcc(n_dates=700, n_series=3, correlation=0.7, seed=7).returns
    storm = np.where(np.arange(700) // 100 % 2, 2.5, 1.0)
    moving = calm.mul(storm, axis=0)
    return 100.0 * np.exp(moving.cumsum()) if needs_prices(model) else moving


def needs_prices(model):
    return model.traits.input == "prices"


def test_model_declares_its_traits(model):
    assert isinstance(model, HedgeModel)
    assert isinstance(model.traits, HedgeTraits)
    accepts = "warm_start" in inspect.signature(model.fit).parameters
    assert accepts or not model.traits.warm_start


@pytest.fixture(scope="module")
def fit(model, returns):
    sample = returns.iloc[:SPLIT]
    return model.fit(sample["asset"], sample[["hedge", "hedge2"]])


def extend(fit, frame):
    return fit.extend(frame["asset"], frame[["hedge", "hedge2"]])


@pytest.mark.long
def test_ratios_use_past_data_only(fit, returns):
    new = returns.iloc[SPLIT:]
    shocked = returns.iloc[SPLIT:].copy()
    day = 100
    shocked.iloc[day:] = -10 * shocked.iloc[day:] + 0.1
    pd.testing.assert_frame_equal(
        extend(fit, new).ratio.iloc[: day + 1],
        extend(fit, shocked).ratio.iloc[: day + 1],
        check_exact=True,
    )


def test_path_ends_where_an_extension_begins(fit, model, returns):
    """The next ratio of a fit is the first one of an extension."""
    new = returns.iloc[SPLIT:]
    np.testing.assert_allclose(fit.next_ratio, extend(fit, new).ratio.iloc[0], rtol=1e-10)
    assert fit.ratio.index[-1] == fit.sample_end == fit.last_date


@pytest.mark.long
def test_extension_in_pieces_equals_one_extension(fit, returns):
    new = returns.iloc[SPLIT:]
    once = extend(fit, new)
    step = fit
    parts = []
    for start in range(0, len(new), 7):
        step = extend(step, new.iloc[start : start + 7])
        parts.append(step.ratio)
    pd.testing.assert_frame_equal(pd.concat(parts), once.ratio, rtol=1e-11, check_freq=False)
    np.testing.assert_allclose(step.next_ratio, once.next_ratio, rtol=1e-11)
    np.testing.assert_allclose(step.next_covariance, once.next_covariance, rtol=1e-11)
    assert once.sample_end == fit.sample_end
    assert once.last_date == new.index[-1]


@pytest.mark.filterwarnings("ignore:returns should have one unit")
@pytest.mark.filterwarnings("ignore:a hedge should need a ratio")
@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_scale_of_the_asset_scales_the_ratio(fit, name, model, returns, scale):
    if name in FIXED or needs_prices(model):
        return
    sample = returns.iloc[:SPLIT]
    scaled = model.fit(sample["asset"] * scale, sample[["hedge", "hedge2"]])
    np.testing.assert_allclose(scaled.ratio, fit.ratio * scale, rtol=1e-5)
    np.testing.assert_allclose(scaled.next_ratio, fit.next_ratio * scale, rtol=1e-5)


def test_order_of_hedges_does_not_matter(fit, model, returns):
    sample = returns.iloc[:SPLIT]
    turned = model.fit(sample["asset"], sample[["hedge2", "hedge"]])
    np.testing.assert_allclose(
        turned.ratio[["hedge", "hedge2"]], fit.ratio, rtol=1e-3
    )  # an HMM starts elsewhere


@pytest.mark.filterwarnings("ignore:a hedge should be another instrument")
@pytest.mark.long
def test_asset_hedges_itself_with_ratio_one(model, returns):
    asset = returns["asset"].iloc[:SPLIT]
    fit = model.fit(asset, asset.rename("itself"))
    np.testing.assert_allclose(fit.ratio, 1.0, rtol=1e-9)
    assert fit.next_ratio["itself"] == pytest.approx(1.0, rel=1e-9)
    assert fit.expected_effectiveness == pytest.approx(1.0, abs=1e-9)
    assert (fit.conf_int(n_bootstrap=5) - 1.0).abs().to_numpy().max() < 1e-8
    new = returns["asset"].iloc[SPLIT:]
    np.testing.assert_allclose(fit.extend(new, new.rename("itself")).ratio, 1.0, rtol=1e-9)


def test_same_data_give_the_same_bytes(fit, model, returns):
    sample = returns.iloc[:SPLIT]
    again = model.fit(sample["asset"], sample[["hedge", "hedge2"]])
    assert again.ratio.to_numpy().tobytes() == fit.ratio.to_numpy().tobytes()


def test_fit_pickles_and_never_changes(fit, returns):
    copy = pickle.loads(pickle.dumps(fit))
    new = returns.iloc[SPLIT:]
    before = fit.ratio.copy()
    pd.testing.assert_frame_equal(extend(copy, new).ratio, extend(fit, new).ratio, check_exact=True)
    pd.testing.assert_frame_equal(fit.ratio, before, check_exact=True)
    with pytest.raises(FrozenInstanceError):
        fit.model = None


def test_threads_share_a_fit(fit, returns):
    pieces = [returns.iloc[SPLIT : SPLIT + n] for n in (1, 20, 40, 20)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda piece: extend(fit, piece), pieces))
    for later, piece in zip(found, pieces, strict=True):
        pd.testing.assert_frame_equal(later.ratio, extend(fit, piece).ratio, check_exact=True)
        assert len(later.sample.rows) == len(fit.sample.rows) + len(piece)


def test_next_covariance_gives_the_next_ratio(fit, name):
    h = fit.next_covariance.to_numpy()
    np.testing.assert_array_equal(h, h.T)
    if name not in OTHER_OBJECTIVES:
        np.testing.assert_allclose(np.linalg.solve(h[1:, 1:], h[1:, 0]), fit.next_ratio, rtol=1e-8)
    assert fit.expected_effectiveness < 1.0


@pytest.mark.long
def test_intervals_cover_the_ratio(fit):
    interval = fit.conf_int(n_bootstrap=20)
    assert interval.index.tolist() == ["hedge", "hedge2"]
    assert (interval["lower"] <= fit.next_ratio).all()
    assert (fit.next_ratio <= interval["upper"]).all()
    assert (interval["upper"] - interval["lower"] < 2.0).all()
    wider = fit.conf_int(0.99, n_bootstrap=20)
    assert (wider["lower"] <= interval["lower"]).all()
    assert (wider["upper"] >= interval["upper"]).all()


def test_standard_errors_are_known_after_extensions(fit, name, returns):
    if fit.errors is None:
        return  # the bootstrap's, above
    errors = fit.standard_errors
    assert errors.index.tolist() == ["hedge", "hedge2"]
    assert np.isfinite(errors).all()
    assert (errors > 0.0).all() or name in FIXED
    later = extend(fit, returns.iloc[SPLIT:])
    assert np.isfinite(later.standard_errors).all()
    np.testing.assert_allclose(
        pickle.loads(pickle.dumps(later)).standard_errors, later.standard_errors, rtol=1e-9
    )
    pieces = extend(extend(fit, returns.iloc[SPLIT:550]), returns.iloc[550:])
    np.testing.assert_allclose(pieces.standard_errors, later.standard_errors, rtol=1e-9)


@pytest.mark.filterwarnings("ignore:a hedge should move about as much as the asset")
def test_model_is_causal(model, returns):
    """Without cointegration, the ratio of a cointegrating vector may be any number."""
    assert hr.check_causality(model, returns, n_shocks=3).passed


BAD = {
    "gap": (lambda f: f.replace(f.iloc[50, 0], np.nan), "has a gap"),
    "infinity": (lambda f: f.replace(f.iloc[9, 1], np.inf), "column 'hedge' has an infinity"),
    "constant": (lambda f: f.assign(hedge=0.1), "'hedge' is constant"),
    "collinear": (
        lambda f: f.assign(hedge2=2 * f["hedge"]),
        "hedges must not be collinear; hedge, hedge2 are",
    ),
    "unsorted": (lambda f: f.iloc[::-1], "sorted by date"),
    "duplicated": (lambda f: f.iloc[[0, 0, *range(1, SPLIT)]], "every date once"),
    "objects": (lambda f: f.astype(object), "must contain numbers"),
    "short": (lambda f: f.iloc[:3], r"at least \d+ rows; got 3|window must be shorter"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused(model, returns, case):
    spoil, message = BAD[case]
    spoiled = spoil(returns.iloc[:SPLIT])
    with pytest.raises(hr.DataError, match=message):
        model.fit(spoiled["asset"], spoiled[["hedge", "hedge2"]])


def test_mismatched_dates_are_refused(model, fit, returns):
    sample = returns.iloc[:SPLIT]
    with pytest.raises(hr.DataError, match=r"share their dates; 1 differ, the first .* hr.align"):
        model.fit(sample["asset"].iloc[1:], sample[["hedge", "hedge2"]])
    with pytest.raises(hr.DataError, match="must start after"):
        extend(fit, sample)
    with pytest.raises(hr.DataError, match="must have the columns"):
        fit.extend(returns["asset"].iloc[SPLIT:], returns[["hedge"]].iloc[SPLIT:])


def test_other_kinds_of_data_are_refused(model, fit, returns):
    sample = returns.iloc[:SPLIT].copy()
    new = returns.iloc[SPLIT:].copy()
    if needs_prices(model):
        sample.attrs["returns"] = new.attrs["returns"] = "simple"
        with pytest.raises(hr.DataError, match="must be prices; got simple returns"):
            model.fit(sample["asset"], sample[["hedge", "hedge2"]])
        with pytest.raises(hr.DataError, match="must be prices; got simple returns"):
            extend(fit, new)
    else:
        sample.attrs["returns"] = "simple"
        new.attrs["returns"] = "log"
        simple = model.fit(sample["asset"], sample[["hedge", "hedge2"]])
        with pytest.raises(
            hr.DataError, match="new data must be simple returns like those of the fit; got log"
        ):
            extend(simple, new)


def test_names_are_escaped_in_html(model, returns):
    sample = returns.iloc[:SPLIT].rename(columns={"hedge": "<b>"})
    assert "<b>" not in model.fit(sample["asset"], sample[["<b>", "hedge2"]])._repr_html_()


@pytest.mark.long
def test_fit_shows_its_model_and_ratio(fit, model):
    assert type(model).__name__ in repr(fit)
    assert "next ratio hedge" in repr(fit)
    assert "<table" in fit._repr_html_()
    assert fit.plot().get_ylabel() == "hedge ratio of asset"
