"""Hedges that textbooks print, to every printed digit."""

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.data.quality.once import data_checked


@pytest.fixture(scope="module")
def monthly_prices(data_dir):
    """S&P 500 spot and futures, 247 months from September 1997 on."""
    xlrd = pytest.importorskip("xlrd")
    sheet = xlrd.open_workbook(data_dir / "SandPhedge.xls").sheet_by_index(0)
    assert sheet.row_values(0) == ["Date", "Spot", "Futures"]
    dates = pd.date_range("1997-09-01", periods=247, freq="MS")
    return pd.DataFrame(
        {"spot": sheet.col_values(1, 1), "futures": sheet.col_values(2, 1)}, index=dates
    )


def test_ols_of_levels_agrees_with_brooks(monthly_prices):
    """Brooks (2019), Introductory Econometrics for Finance, 4th edition, chapters 3 and 4."""
    with data_checked():  # levels, which a fit refuses
        fit = hr.OLSHedge(standard_errors="nonrobust").fit(
            monthly_prices["spot"], monthly_prices[["futures"]]
        )
    constant = fit.summary.loc["constant"]
    beta = fit.summary.loc["futures"]
    assert constant["estimate"] == pytest.approx(
        -2.83784, abs=1e-5
    )  # printed from single precision
    assert constant["standard error"] == pytest.approx(1.48897, abs=5e-6)
    assert beta["estimate"] == pytest.approx(1.00161, abs=5e-6)
    assert beta["standard error"] == pytest.approx(0.000999277, abs=5e-10)
    assert beta["t"] == pytest.approx(1002.33, abs=5e-3)
    test = fit.wald_test(1.0)
    assert test.statistic == pytest.approx(2.58463856, abs=5e-9)
    assert test.p_value == pytest.approx(0.10919294686216163, rel=1e-9)
    assert test.distribution.degrees_of_freedom[1] == 245


@pytest.mark.filterwarnings("ignore:returns should be fractions")
def test_ols_of_returns_agrees_with_brooks(monthly_prices):
    """The same of 100 times the log returns."""
    returns = 100 * hr.returns(monthly_prices, kind="log")
    fit = hr.OLSHedge(standard_errors="nonrobust").fit(returns["spot"], returns[["futures"]])
    constant = fit.summary.loc["constant"]
    beta = fit.summary.loc["futures"]
    assert constant["estimate"] == pytest.approx(0.0130773, abs=5e-8)
    assert constant["standard error"] == pytest.approx(0.0294729, abs=5e-8)
    assert beta["estimate"] == pytest.approx(0.975077, abs=5e-7)
    assert beta["standard error"] == pytest.approx(0.00665385, abs=5e-9)
    assert beta["t"] == pytest.approx(146.543, abs=5e-4)
    assert fit.expected_effectiveness == pytest.approx(0.989, abs=5e-4)
    test = fit.wald_test(1.0)
    assert test.statistic == pytest.approx(14.02980961, abs=5e-9)
    assert test.p_value == pytest.approx(0.00022456631728795146, rel=1e-8)
    hedged = returns["spot"] - constant["estimate"] - beta["estimate"] * returns["futures"]
    assert (hedged.diff() ** 2).sum() / (hedged**2).sum() == pytest.approx(
        2.969, abs=5e-4
    )  # Durbin and Watson
    assert (hedged**2).sum() == pytest.approx(51.684, abs=5e-4)
    printed = {"spot": [0.416776, 4.333323], "futures": [0.414017, 4.419049]}
    np.testing.assert_allclose(returns.agg(["mean", "std"]), pd.DataFrame(printed), atol=5e-7)


# the spread moves with interest rates and dividends: with nine lags no cointegration is found
@pytest.mark.filterwarnings(
    "ignore:asset and hedges should be coint:hedgeresearch.errors.ConvergenceWarning"
)
def test_error_correction_agrees_with_brooks(monthly_prices):
    """Regress returns on the last spread of log levels, on the data of the book."""
    fit = hr.ErrorCorrectionHedge(lags=0, standard_errors="nonrobust").fit(
        monthly_prices["spot"], monthly_prices[["futures"]]
    )
    assert fit.next_ratio["futures"] == pytest.approx(0.9847709, abs=5e-8)
    assert fit.standard_errors["futures"] == pytest.approx(0.0057811, abs=5e-8)
    speed = fit.summary.loc["error correction"]
    assert 100 * speed["estimate"] == pytest.approx(-55.06024, abs=5e-6)
    assert 100 * speed["standard error"] == pytest.approx(5.78497, abs=5e-6)
    assert fit.detail.constant == pytest.approx(-0.01066935, abs=5e-9)
    assert fit.detail.relation["futures"] == pytest.approx(1.00140293, abs=5e-9)


def test_jet_fuel_hedge_agrees_with_hull():
    """Hull, Options, Futures, and Other Derivatives, chapter 3: jet fuel and heating oil."""
    # fmt: off
    futures = [
        0.021, 0.035, -0.046, 0.001, 0.044, -0.029, -0.026, -0.029, 0.048, -0.006, -0.036, -0.011,
        0.019, -0.027, 0.029,
    ]
    fuel = [
        0.029, 0.020, -0.044, 0.008, 0.026, -0.019, -0.010, -0.007, 0.043, 0.011, -0.036, -0.018,
        0.009, -0.032, 0.023,
    ]
    # fmt: on
    changes = pd.DataFrame({"fuel": fuel, "futures": futures})
    assert changes["futures"].std() == pytest.approx(0.0313, abs=5e-5)
    assert changes["fuel"].std() == pytest.approx(0.0263, abs=5e-5)
    assert changes["fuel"].corr(changes["futures"]) == pytest.approx(0.928, abs=5e-4)
    fit = hr.OLSHedge().fit(changes["fuel"], changes[["futures"]])
    assert fit.next_ratio["futures"] == pytest.approx(0.778, abs=5e-4)
    assert fit.expected_effectiveness == pytest.approx(0.928**2, abs=1e-3)
    assert round(fit.next_ratio["futures"] * 2_000_000 / 42_000) == 37
