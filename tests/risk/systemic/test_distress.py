"""CoVaR and marginal expected shortfall against R, another program and brute force."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.errors import DataError
from hedgeresearch.risk import covar, marginal_expected_shortfall
from hedgeresearch.risk.systemic.distress import quantile_line
from tests.r_files import read_r_file

AT_DISTRESS = [
    -0.005935796,
    -0.006311906,
    -0.006616653,
    -0.006309617,
    -0.006416972,
    -0.006543308,
    -0.006301242,
]
AT_MEDIAN = [
    -0.003822414,
    -0.003334609,
    -0.002978839,
    -0.00263808,
    -0.003372269,
    -0.003308349,
    -0.003048159,
]
DAYS = pd.date_range("2020-01-01", periods=400, name="date")


def series(values: Any) -> pd.Series:
    return pd.Series(np.asarray(values, float), DAYS[: len(values)])


def pair(seed: int = 0, n: int = 400) -> tuple[pd.Series, pd.Series]:
    generator = np.random.default_rng(seed)
    x = 0.01 * generator.standard_normal(n)
    return series(0.5 * x + 0.01 * generator.standard_normal(n)), series(x)


def test_the_printed_matrix_of_r_is_reproduced(data_dir: Path) -> None:
    data = read_r_file(data_dir / "data_stock_returns.rda")
    days = pd.date_range("2000-01-01", periods=len(data), name="date")
    frame = data.drop(columns="Date").astype(float).set_axis(days)
    table = covar(frame.iloc[:, 0], frame.iloc[:, 1:8], value_at_risk="normal")
    np.testing.assert_allclose(table["at_distress"], AT_DISTRESS, atol=6e-10)
    np.testing.assert_allclose(table["at_median"], AT_MEDIAN, atol=6e-10)
    np.testing.assert_allclose(table["delta"], table["at_distress"] - table["at_median"])


@pytest.mark.parametrize("q", [0.05, 0.25])
def test_the_quantile_line_is_the_best_of_all_lines(q: float) -> None:
    """Some line of least loss passes through two observations: all pairs are tried."""
    y, x = (one.to_numpy() for one in pair(n=60))

    def loss(constant: float, slope: float) -> float:
        error = y - constant - slope * x
        return float(np.sum(error * (q - (error < 0.0))))

    best = np.inf
    for i in range(60):
        for j in range(i):
            slope = (y[i] - y[j]) / (x[i] - x[j])
            best = min(best, loss(y[i] - slope * x[i], slope))
    assert loss(*quantile_line(y, x, q)) == pytest.approx(best, rel=1e-12)


def test_empirical_states_are_quantiles() -> None:
    y, x = pair()
    row = covar(y, x.to_frame("bank")).loc["bank"]
    assert row["value_at_risk"] == pytest.approx(np.quantile(x, 0.05))
    constant, slope = quantile_line(y.to_numpy(), x.to_numpy(), 0.05)
    assert row["at_median"] == pytest.approx(constant + slope * np.median(x))
    assert row["slope"] == pytest.approx(slope)
    assert row["delta"] < 0.0


def test_units_scale_the_result() -> None:
    y, x = pair()
    one = covar(y, x.to_frame("bank"))
    other = covar(100.0 * y, 10.0 * x.to_frame("bank"))
    assert other["delta"].iloc[0] == pytest.approx(100.0 * one["delta"].iloc[0], rel=1e-9)


def test_marginal_expected_shortfall_of_another_program() -> None:
    draws = np.random.RandomState(0)
    firm = series(draws.normal(0.0, 1.0, 100))
    market = series(draws.normal(0.0, 1.0, 100))
    found = marginal_expected_shortfall(firm, market)
    assert found == pytest.approx(0.13494025343324562, rel=1e-14)


def test_marginal_expected_shortfall_is_a_mean_of_days() -> None:
    y, x = pair()
    worst = sorted(zip(x, y, strict=True))[:20]
    assert marginal_expected_shortfall(y, x) == pytest.approx(np.mean([own for _, own in worst]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda y, x: covar(y.head(100), x.head(100).to_frame()), r"at least 10 days; q=0.05"),
        (lambda y, x: covar(y, x.iloc[1:].to_frame()), r"must share their dates"),
        (lambda y, x: covar(0.0 * y, x.to_frame()), r"system must vary"),
        (lambda y, x: covar(y, x.to_frame(), q=0.9), r"q must lie strictly between"),
        (lambda y, x: covar(y, x.to_frame(), value_at_risk="t"), r"'empirical', 'normal'"),
        (lambda y, x: marginal_expected_shortfall(y.head(50), x.head(50)), r"at least 5 days"),
    ],
)
def test_bad_input_is_refused(call: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call(*pair())
