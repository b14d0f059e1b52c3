"""Deltas of Hull and White: against regressions row by row, and in simulated smiles."""

import pickle

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.errors import DataWarning
from hedgeresearch.hedges import DeltaHedge, HullWhiteDelta
from hedgeresearch.options import OptionPanel, SimulatedSmiles, simulate_smiles

TWO_REGIMES = {"nu": (0.5, 1.0), "rho": (-0.2, -0.85), "level": (0.15, 0.35)}
BOTH = ("call", "put")


@pytest.fixture(scope="module")
def smiles() -> SimulatedSmiles:
    """Calls and puts on 300 days in two regimes."""
    return simulate_smiles(300, **TWO_REGIMES, kinds=BOTH, days=(21, 63), stay=0.97, seed=2)


def regressors(panel: OptionPanel, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Errors of Black's hedge and their regressors, row by row."""
    rows = panel.arrays
    errors = []
    columns = []
    for i in range(rows.n_rows):
        x = rows.next_forward[i] / rows.forward[i] - 1
        y = (rows.next_price[i] - rows.price[i]) / rows.forward[i]
        delta = rows.delta[i]
        scale = rows.vega[i] / np.sqrt(rows.expiry[i]) * x / rows.forward[i]
        p = probabilities[rows.day_of_row[i]]
        errors.append(y - delta * x)
        columns.append(
            np.concatenate([p[k] * scale * delta ** np.arange(3) for k in range(len(p))])
        )
    return np.array(errors), np.array(columns)


def response(panel: OptionPanel, ratios: np.ndarray) -> np.ndarray:
    """Correction of each ratio in units of vega / (F root T)."""
    rows = panel.arrays
    return (ratios[:, 0] - rows.delta) * rows.forward * np.sqrt(rows.expiry) / rows.vega


def test_pooled_fit_is_the_regression_of_each_kind(smiles: SimulatedSmiles) -> None:
    panel = smiles.panel
    fit = HullWhiteDelta().fit(panel)
    errors, columns = regressors(panel, np.ones((300, 1)))
    found = response(panel, fit.ratios)
    for sign, kind in ((1.0, "call"), (-1.0, "put")):
        some = panel.arrays.sign == sign
        c, *_ = np.linalg.lstsq(columns[some], errors[some])
        curve = np.vander(panel.arrays.delta[some], 3, increasing=True) @ c
        np.testing.assert_allclose(found[some], curve, rtol=1e-7)
        remaining = ((errors[some] - columns[some] @ c) ** 2).sum()
        gain = 1 - remaining / (errors[some] ** 2).sum()
        assert fit.detail.gains.loc[kind, "all"] == pytest.approx(gain, abs=1e-10)


def test_standard_errors_are_clustered_by_day(smiles: SimulatedSmiles) -> None:
    panel = smiles.panel
    fit = HullWhiteDelta().fit(panel)
    errors, columns = regressors(panel, np.ones((300, 1)))
    some = panel.arrays.sign == 1.0
    c, *_ = np.linalg.lstsq(columns[some], errors[some])
    residuals = errors[some] - columns[some] @ c
    days = panel.arrays.day_of_row[some]
    scores = [columns[some][days == t].T @ residuals[days == t] for t in range(300)]
    inverse = np.linalg.inv(columns[some].T @ columns[some])
    covariance = inverse @ (np.transpose(scores) @ np.array(scores)) @ inverse
    powers = np.array([1.0, 0.5, 0.25])
    expected = np.sqrt(powers @ covariance @ powers)
    curve = fit.detail.curve([0.5])
    assert curve.loc[("call", 0.5), "standard error"] == pytest.approx(expected, rel=1e-6)
    last = panel.days(299, 300).arrays
    first = int(np.flatnonzero(last.sign == 1.0)[0])
    powers = last.delta[first] ** np.arange(3)
    scale = last.vega[first] / last.forward[first] / np.sqrt(last.expiry[first])
    expected = scale * np.sqrt(powers @ covariance @ powers)
    assert fit.standard_errors.iloc[first, 0] == pytest.approx(expected, rel=1e-6)
    interval = fit.conf_int(0.95).iloc[first]
    width = interval["future", "upper"] - interval["future", "lower"]
    assert width == pytest.approx(2 * 1.959964 * expected, rel=1e-5)


def test_regime_fit_weights_regressors_by_predictions(smiles: SimulatedSmiles) -> None:
    panel = smiles.panel
    model = HullWhiteDelta(regimes=hr.GaussianHMM(2, n_starts=2))
    fit = model.fit(panel)
    predicted = fit.state.regimes.predicted.to_numpy()
    errors, columns = regressors(panel, predicted)
    some = panel.arrays.sign == -1.0
    c, *_ = np.linalg.lstsq(columns[some], errors[some])
    powers = np.vander(panel.arrays.delta[some], 3, increasing=True)
    p = predicted[panel.arrays.day_of_row[some]]
    expected = p[:, 0] * (powers @ c[:3]) + p[:, 1] * (powers @ c[3:])
    np.testing.assert_allclose(response(panel, fit.ratios)[some], expected, rtol=1e-6)
    assert list(fit.detail.gains.columns) == ["all", "regime 0", "regime 1"]
    assert fit.summary.index.names == ["kind", "regime", "delta"]
    # regime 0 is the one whose volatility moves little
    names = fit.state.regimes.observations.columns
    assert list(names) == ["change of log volatility", "return over volatility"]


def test_adaptive_path_is_the_weighted_regression_of_the_past(smiles: SimulatedSmiles) -> None:
    panel = smiles.panel
    fit = HullWhiteDelta(halflife=20.0).fit(panel)
    found = response(panel, fit.ratios)
    errors, columns = regressors(panel, np.ones((300, 1)))
    days = panel.arrays.day_of_row
    for t in (60, 150, 299):
        past = (days < t) & (panel.arrays.sign == 1.0)
        root = np.sqrt(0.5 ** ((t - 1 - days[past]) / 20.0))
        c, *_ = np.linalg.lstsq(columns[past] * root[:, None], errors[past] * root)
        rows = (days == t) & (panel.arrays.sign == 1.0)
        curve = np.vander(panel.arrays.delta[rows], 3, increasing=True) @ c
        np.testing.assert_allclose(found[rows], curve, rtol=1e-6)
    np.testing.assert_array_equal(found[days < 60], 0.0)


def test_adaptive_errors_and_gain_are_those_of_the_days_ahead(smiles: SimulatedSmiles) -> None:
    panel = smiles.panel
    decay = 0.5 ** (1 / 20.0)
    errors, columns = regressors(panel, np.ones((300, 1)))
    days = panel.arrays.day_of_row
    some = panel.arrays.sign == 1.0
    gram = np.zeros((3, 3))
    moment = np.zeros(3)
    scores = np.zeros((3, 3))
    c = np.zeros(3)
    left = 0.0
    for t in range(300):
        rows = (days == t) & some
        residual = errors[rows] - columns[rows] @ c
        left += (residual**2).sum()
        score = columns[rows].T @ residual
        gram = decay * gram + columns[rows].T @ columns[rows]
        moment = decay * moment + columns[rows].T @ errors[rows]
        scores = decay**2 * scores + np.outer(score, score)
        if t >= 59:
            c = np.linalg.solve(gram, moment)
    covariance = np.linalg.inv(gram) @ scores @ np.linalg.inv(gram)
    powers = np.array([1.0, 0.5, 0.25])
    expected = np.sqrt(powers @ covariance @ powers)
    fit = HullWhiteDelta(halflife=20.0).fit(panel)
    curve = fit.detail.curve([0.5])
    assert curve.loc[("call", 0.5), "standard error"] == pytest.approx(expected, rel=1e-6)
    assert curve.loc[("call", 0.5), "response"] == pytest.approx(powers @ c, rel=1e-6)
    gain = 1 - left / (errors[some] ** 2).sum()
    assert fit.detail.gains.loc["call", "all"] == pytest.approx(gain, rel=1e-8)
    # the state of an extension has the scores of all days, too
    first = HullWhiteDelta(halflife=20.0).fit(panel.days(0, 200))
    later = first.extend(panel.days(200, 250)).extend(panel.days(250, 300))
    found = later.state.equations["call"].covariance
    np.testing.assert_allclose(found, covariance, rtol=1e-6)


MODELS = {
    "pooled": HullWhiteDelta(),
    "adaptive": HullWhiteDelta(halflife=30.0),
    "shrunk": HullWhiteDelta(shrink=0.5),
    "regimes": HullWhiteDelta(regimes=hr.GaussianHMM(2, n_starts=2)),
    "adaptive regimes": HullWhiteDelta(60.0, regimes=hr.GaussianHMM(2, n_starts=2)),
    "coin": HullWhiteDelta(convention="premium_adjusted"),
}


@pytest.mark.parametrize("name", MODELS)
def test_extension_by_day_is_that_at_once(name: str, smiles: SimulatedSmiles) -> None:
    fit = MODELS[name].fit(smiles.panel.days(0, 200))
    at_once = fit.extend(smiles.panel.days(200, 260))
    by_day = fit
    ratios = []
    for t in range(200, 260):
        by_day = by_day.extend(smiles.panel.days(t, t + 1))
        ratios.append(by_day.ratios)
    np.testing.assert_allclose(np.concatenate(ratios), at_once.ratios, rtol=1e-9)
    assert by_day.sample_end == fit.sample_end
    again = pickle.loads(pickle.dumps(by_day)).extend(smiles.panel.days(260, 261))
    np.testing.assert_array_equal(again.ratios, by_day.extend(smiles.panel.days(260, 261)).ratios)


def test_open_rows_of_the_last_date_have_ratios(smiles: SimulatedSmiles) -> None:
    table = smiles.panel.table.iloc[: 201 * 36].copy()
    table.loc[200 * 36 :, ["next_price", "next_forward", "next_volatility"]] = np.nan
    for model in (MODELS["adaptive"], MODELS["regimes"]):
        fit = model.fit(OptionPanel(table, min_expiry=0.0, delta_range=(0.0, 1.0)))
        closed = model.fit(smiles.panel.days(0, 200)).extend(smiles.panel.days(200, 201))
        np.testing.assert_allclose(fit.ratios[-36:], closed.ratios, rtol=1e-9)
        # the date that was open is passed again, with its moves
        later = fit.extend(smiles.panel.days(200, 203))
        expected = closed.extend(smiles.panel.days(201, 203))
        np.testing.assert_allclose(later.ratios[36:], expected.ratios, rtol=1e-9)


def test_shrinkage_goes_from_hull_and_white_to_black(smiles: SimulatedSmiles) -> None:
    black = DeltaHedge().fit(smiles.panel).ratios
    full = HullWhiteDelta().fit(smiles.panel).ratios
    half = HullWhiteDelta(shrink=0.5).fit(smiles.panel)
    np.testing.assert_allclose(half.ratios, (black + full) / 2, rtol=1e-10)
    np.testing.assert_array_equal(HullWhiteDelta(shrink=1.0).fit(smiles.panel).ratios, black)
    gain = (
        1
        - (half.hedging_errors**2).sum()
        / (DeltaHedge().fit(smiles.panel).hedging_errors ** 2).sum()
    )
    assert 0 < gain < 1


def test_scale_of_the_currency_does_not_matter(smiles: SimulatedSmiles) -> None:
    prices = ["strike", "forward", "price", "next_forward", "next_price"]
    scaled = smiles.panel.table.copy()
    scaled[prices] *= 1e4
    found = HullWhiteDelta().fit(OptionPanel(scaled, 0.0, (0.0, 1.0))).ratios
    np.testing.assert_allclose(found, HullWhiteDelta().fit(smiles.panel).ratios, rtol=1e-8)


def test_coin_account_corrects_the_premium_adjusted_delta(smiles: SimulatedSmiles) -> None:
    rows = smiles.panel.arrays
    fit = HullWhiteDelta(shrink=1.0, convention="premium_adjusted").fit(smiles.panel)
    np.testing.assert_allclose(fit.ratios[:, 0], rows.delta - rows.price / rows.forward, rtol=1e-12)
    y = rows.next_price / rows.next_forward - rows.price / rows.forward
    x = 1 - rows.forward / rows.next_forward
    np.testing.assert_allclose(fit.hedging_errors, y - fit.ratios[:, 0] * x, atol=1e-14)


def test_regimes_of_returns_alone_are_warned_of(smiles: SimulatedSmiles) -> None:
    model = HullWhiteDelta(regimes=hr.GaussianHMM(2, n_starts=2), observe="return")
    with pytest.warns(DataWarning, match="rarely show in returns alone"):
        fit = model.fit(smiles.panel)
    assert list(fit.state.regimes.observations.columns) == ["return over volatility"]


def test_bad_panels_are_refused(smiles: SimulatedSmiles) -> None:
    with pytest.raises(hr.DataError, match="moves of at least 60 days; got 59"):
        HullWhiteDelta().fit(smiles.panel.days(0, 59))
    one_delta = simulate_smiles(80, deltas=(0.48, 0.5), days=(21,), seed=1).panel
    with pytest.raises(hr.DataError, match="calls whose deltas spread over 0.2 or more; most lie"):
        HullWhiteDelta().fit(one_delta)
    calls = OptionPanel(smiles.panel.table[smiles.panel.table["kind"] == "call"])
    fit = HullWhiteDelta().fit(calls.days(0, 100))
    with pytest.raises(hr.DataError, match="has puts, but the estimation had none"):
        fit.extend(smiles.panel.days(100, 101))
    with pytest.raises(hr.DataError, match="must begin on 2000-05-22"):
        fit.extend(calls.days(101, 102))
    with pytest.raises(hr.DataError, match="must be an OptionPanel"):
        HullWhiteDelta().fit([1, 2])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"halflife": 0.0}, "halflife must lie strictly between"),
        ({"shrink": 1.5}, "shrink must lie between 0 and 1"),
        ({"regimes": hr.OLSHedge()}, "regimes must be a regime model"),
        ({"observe": "volume"}, "observe must be one of"),
        ({"convention": "spot"}, "convention must be 'forward'.*The hedge is the future"),
    ],
)
def test_bad_settings_are_refused(settings: dict, message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        HullWhiteDelta(**settings)


def test_response_has_a_curve_per_kind(smiles: SimulatedSmiles) -> None:
    fit = HullWhiteDelta().fit(smiles.panel)
    assert repr(fit).startswith("OptionHedgeFit(HullWhiteDelta(), 300 dates to 2001-02-23, 10,800")
    assert list(fit.summary.index.get_level_values("kind").unique()) == ["call", "put"]
    assert fit.summary.loc["put"].index.tolist() == [-0.1, -0.3, -0.5, -0.7, -0.9]
    assert isinstance(fit.ratio.loc[pd.Timestamp("2000-01-03")], pd.DataFrame)
    axes = fit.plot()
    assert axes.get_xlabel() == "Black's forward delta"
    assert [line.get_label() for line in axes.lines] == ["30 days", "91 days"]
