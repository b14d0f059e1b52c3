"""Connectedness against R, statsmodels, a simulated decomposition and its definitions."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.api import VAR

import hedgeresearch as hr
from hedgeresearch.errors import ConvergenceWarning, DataError, DataWarning
from hedgeresearch.risk import (
    autoregression_errors,
    connectedness,
    connectedness_path,
    rolling_connectedness,
)
from hedgeresearch.risk.systemic.vector_autoregression import (
    fit_autoregression,
    generalized_shares,
    moving_average,
)
from tests.r_files import read_r_file

EXPECTED = [
    [88.757002, 7.291185, 0.345328, 3.606486],
    [10.213545, 81.445712, 2.726974, 5.61377],
    [0.468118, 3.695953, 93.694189, 2.14174],
    [5.691579, 7.026017, 1.547759, 85.734645],
]
"""Percent, of a VAR(4) at ten steps, of the data of Diebold and Yilmaz (2012)."""


def simulated(n_dates: int = 600, n: int = 3, seed: int = 0) -> pd.DataFrame:
    """Return a stable first-order autoregression with correlated errors."""
    generator = np.random.default_rng(seed)
    coefficients = 0.3 * np.eye(n) + 0.1 * np.triu(np.ones((n, n)), 1)
    errors = generator.standard_normal((n_dates, n)) @ (np.eye(n) + 0.4).T * 0.01
    values = np.zeros((n_dates, n))
    for date in range(1, n_dates):
        values[date] = coefficients @ values[date - 1] + errors[date]
    days = pd.date_range("2020-01-01", periods=n_dates, name="date")
    return pd.DataFrame(values, days, columns=[f"S{i}" for i in range(n)])


def test_the_table_of_r_is_reproduced(data_dir: Path) -> None:
    data = read_r_file(data_dir / "dy2012.rda")
    days = pd.date_range("2000-01-01", periods=len(data), name="date")
    frame = pd.DataFrame(np.asarray(data), days, columns=[str(name) for name in data.dim_1.values])
    result = connectedness(frame, n_lags=4, horizon=10)
    np.testing.assert_allclose(100.0 * result.table.to_numpy(), EXPECTED, atol=1e-6)
    assert 100.0 * result.table.iloc[0, 0] == pytest.approx(88.76, abs=6e-3)
    assert 100.0 * result.total == pytest.approx(12.592113069702009, abs=1e-8)
    assert 100.0 * result.total_corrected == pytest.approx(16.78948409293601, abs=1e-8)
    to_others = [16.373241, 18.013154, 4.620061, 11.361996]
    np.testing.assert_allclose(100.0 * result.to_others, to_others, atol=1e-6)


@pytest.mark.parametrize("n_lags", [1, 3])
def test_the_autoregression_is_that_of_statsmodels(n_lags: int) -> None:
    frame = simulated()
    ours = fit_autoregression(frame.to_numpy(), n_lags)
    theirs = VAR(frame).fit(n_lags)
    np.testing.assert_allclose(ours.coefficients, theirs.coefs, atol=1e-12)
    np.testing.assert_allclose(ours.residuals, theirs.resid, atol=1e-14)
    np.testing.assert_allclose(moving_average(ours.coefficients, 10), theirs.ma_rep(9), atol=1e-12)
    assert ours.largest_root == pytest.approx(1.0 / np.abs(theirs.roots).min(), rel=1e-10)


def test_cholesky_shares_are_those_of_statsmodels() -> None:
    frame = simulated()
    theirs = VAR(frame).fit(2).fevd(10)
    ours = connectedness(frame, n_lags=2, decomposition="cholesky").table
    # statsmodels divides the covariance by the degrees of freedom, which leaves shares unchanged
    np.testing.assert_allclose(ours, theirs.decomp[:, -1, :], atol=1e-10)


def test_generalized_shares_are_their_definition() -> None:
    """The fall of the forecast error variance when one error is known, by Monte Carlo-free sums."""
    model = fit_autoregression(simulated().to_numpy(), 1)
    covariance = model.error_covariance
    responses = moving_average(model.coefficients, 4)
    n = len(covariance)
    expected = np.zeros((n, n))
    for j in range(n):
        known = np.outer(covariance[:, j], covariance[j]) / covariance[j, j]
        fall = sum(response @ known @ response.T for response in responses)
        whole = sum(response @ covariance @ response.T for response in responses)
        expected[:, j] = np.diag(fall) / np.diag(whole)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(generalized_shares(responses, covariance), expected, rtol=1e-12)


def test_sums_are_consistent() -> None:
    result = connectedness(simulated())
    np.testing.assert_allclose(result.table.sum(axis=1), 1.0)
    assert result.net.sum() == pytest.approx(0.0, abs=1e-14)
    assert result.total == pytest.approx(result.from_others.mean())
    np.testing.assert_allclose(result.pairwise, -result.pairwise.T)
    np.testing.assert_allclose(result.pairwise.sum(axis=0), result.net, atol=1e-14)


def test_units_and_order_do_not_matter() -> None:
    frame = simulated()
    result = connectedness(frame)
    scaled = connectedness(frame * [1.0, 100.0, 1e-3])
    np.testing.assert_allclose(result.table, scaled.table, rtol=1e-9)
    turned = connectedness(frame[["S2", "S0", "S1"]])
    pd.testing.assert_frame_equal(turned.table.loc[frame.columns, frame.columns], result.table)


def test_a_moving_window_is_the_static_table_of_each_window() -> None:
    frame = simulated(400)
    rolling = rolling_connectedness(frame, window=100)
    assert len(rolling) == 301
    for row in (0, 150, 300):
        window = frame.iloc[row : row + 100]
        result = connectedness(window)
        assert rolling.index[row] == window.index[-1]
        assert rolling["total"].iloc[row] == pytest.approx(result.total, rel=1e-12)
        np.testing.assert_allclose(rolling.iloc[row, 1:], result.net, atol=1e-12)


def test_later_returns_do_not_change_a_window() -> None:
    frame = simulated(400)
    changed = frame.copy()
    changed.iloc[250:] *= 3.0
    before = frame.index[249]
    first = rolling_connectedness(frame, window=100).loc[:before]
    pd.testing.assert_frame_equal(first, rolling_connectedness(changed, 100).loc[:before])


def rolling_total(returns: pd.DataFrame) -> pd.DataFrame:
    """Return the total connectedness of the last 60 days, or the last that is known."""
    return rolling_connectedness(returns, 60)[["total"]].ffill()


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:The vector autoregression is not stable")
def test_regimes_of_rolling_connectedness_are_causal() -> None:
    returns = simulated(400).set_axis(["asset", "hedge", "hedge2"], axis=1)
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2), observe=rolling_total)
    assert hr.check_causality(model, returns, n_shocks=2).passed


def test_a_path_of_equal_covariances_is_the_static_table() -> None:
    frame = simulated()
    errors = autoregression_errors(frame)
    covariance = errors.to_numpy().T @ errors.to_numpy() / len(errors)
    path = connectedness_path(frame, np.repeat(covariance[None], len(errors), axis=0))
    result = connectedness(frame)
    np.testing.assert_allclose(path["total"], result.total, rtol=1e-12)
    np.testing.assert_allclose(path.iloc[:, 1:], np.tile(result.net, (len(path), 1)), atol=1e-12)


@pytest.mark.long
def test_a_path_takes_the_covariances_of_a_dcc() -> None:
    frame = simulated()[["S0", "S1"]]
    with pytest.warns(ConvergenceWarning):
        fit = hr.DCC().fit(autoregression_errors(frame))
    path = connectedness_path(frame, fit.covariance)
    assert path["total"].between(0.0, 0.5).all()
    assert path["total"].std() > 0.0


UNITS = np.tile(np.eye(3), (599, 1, 1))


def table_of_units() -> pd.DataFrame:
    """Return covariances as a covariance model does, by date and series."""
    errors = autoregression_errors(simulated())
    rows = pd.MultiIndex.from_product([errors.index, errors.columns])
    return pd.DataFrame(UNITS.reshape(-1, 3), rows, errors.columns)


def doubled(frame: pd.DataFrame) -> pd.Series:
    return 2.0 * frame["S0"]


def test_an_unstable_autoregression_is_refused() -> None:
    frame = simulated().cumsum().cumsum()
    with pytest.raises(DataError, match=r"not stable: its largest root is 1\.0"):
        connectedness(frame)


def test_unstable_windows_are_counted_and_have_no_values() -> None:
    frame = simulated(400)
    frame.iloc[200:300] = frame.iloc[200:300].cumsum().cumsum()
    with pytest.warns(DataWarning, match=r"not stable in \d+ of 301 windows"):
        rolling = rolling_connectedness(frame, window=100)
    assert rolling["total"].isna().any()
    assert rolling["total"].iloc[:50].notna().all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: connectedness(simulated()[["S0"]]), r"At least two series are needed; got 1"),
        (lambda: connectedness(simulated(50), n_lags=2), r"at least 72 observations"),
        (lambda: rolling_connectedness(simulated(), 20), r"A window must have at least 41"),
        (lambda: rolling_connectedness(simulated(), 601), r"window must be a whole number up to"),
        (lambda: connectedness(simulated(), decomposition="none"), r"'generalized', 'cholesky'"),
        (lambda: connectedness_path(simulated(), np.eye(3)), r"of the shape \(599, 3, 3\)"),
        (lambda: connectedness_path(simulated(), UNITS.T), r"of the shape \(599, 3, 3\); got"),
        (lambda: connectedness_path(simulated(), -UNITS), r"with positive variances"),
        (lambda: connectedness_path(simulated(), np.triu(UNITS + 0.1)), r"must be symmetric"),
        (
            lambda: connectedness_path(simulated(), table_of_units().iloc[:, ::-1]),
            r"the series S0, S1, S2. Fit the covariance model",
        ),
        (
            lambda: rolling_connectedness(simulated().rename(columns={"S0": "total"}), 100),
            r"No series may be called 'total'",
        ),
        (
            lambda: connectedness(simulated().assign(S2=doubled), decomposition="cholesky"),
            r"exact combination of others",
        ),
    ],
)
def test_bad_input_is_refused(call: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()


def test_a_window_in_which_a_series_is_constant_is_refused() -> None:
    frame = simulated()
    frame.iloc[150:260, 2] = 0.0
    with pytest.raises(DataError, match=rf"S2 is constant .* ends on {frame.index[249]:%Y-%m-%d}"):
        rolling_connectedness(frame, 100)


def test_its_network_names_each_series() -> None:
    axes = connectedness(simulated()).plot()
    texts = " ".join(text.get_text() for text in axes.texts)
    assert all(name in texts for name in ("S0", "S1", "S2"))
