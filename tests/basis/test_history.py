"""Basis histories against loops, on prefixes, and as what a regime hedge observes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.basis import basis_history
from hedgeresearch.errors import DataError


def market(n: int = 200, seed: int = 0) -> pd.DataFrame:
    """Return spot, a perpetual with funding, and a future, every eight hours."""
    generator = np.random.default_rng(seed)
    dates = pd.date_range("2026-01-01", periods=n, freq="8h", tz="UTC")
    spot = 100.0 * np.exp(0.01 * generator.standard_normal(n).cumsum())
    premium = 1e-3 * generator.standard_normal(n)
    rates = 1e-4 * (1.0 + generator.standard_normal(n))
    columns = {"spot": spot, "perpetual": spot * (1.0 + premium), "rates": rates}
    return pd.DataFrame(columns, index=dates)


def test_each_row_is_that_of_a_loop() -> None:
    table = market()
    window = 20
    history = basis_history(table["spot"], table["perpetual"], window, funding=table["rates"])
    assert history.index[0] == table.index[2 * window]
    basis = table["perpetual"] / table["spot"] - 1.0
    carry = {}
    for at in range(window, len(table)):
        paid = table["rates"].iloc[at - window + 1 : at + 1].sum()
        days = (table.index[at] - table.index[at - window]).total_seconds() / 86_400.0
        carry[table.index[at]] = paid * 365.0 / days
    known = pd.Series(carry)
    for date, row in history.iterrows():
        before = known[known.index < date].iloc[-window:]
        assert row["basis"] == pytest.approx(basis[date])
        assert row["per_year"] == pytest.approx(known[date])
        assert row["z_score"] == pytest.approx((known[date] - before.mean()) / before.std())
        assert row["compression"] == pytest.approx((before > known[date]).mean())
        changes = basis[:date].diff().iloc[-window:]
        assert row["log_volatility"] == pytest.approx(np.log(changes.std()))


@pytest.mark.parametrize("window", [10, 12, 15])
def test_a_table_between_payments_has_the_same_funding(window: int) -> None:
    """Hourly rows of a perpetual that pays every eight hours: what its payments earn a year."""
    table = market(120)
    hours = pd.date_range(table.index[0], table.index[-1], freq="1h")
    hourly = table[["spot", "perpetual"]].reindex(hours).interpolate()
    noise = 1e-4 * np.random.default_rng(1).standard_normal(len(hours))
    perpetual = hourly["perpetual"] * (1.0 + noise)
    rates = table["rates"].reindex(hours, fill_value=0.0)
    history = basis_history(hourly["spot"], perpetual, window, funding=rates)
    payments = basis_history(table["spot"], table["perpetual"], window, funding=table["rates"])
    found = history["per_year"].reindex(payments.index)
    pd.testing.assert_series_equal(found, payments["per_year"])
    assert history.index[0] < payments.index[0]
    # 1e-4 three times a day on average, at any hour
    even = rates.where(rates == 0.0, 1e-4 + 1e-9 * np.arange(len(hours)) / len(hours))
    steady = basis_history(hourly["spot"], perpetual, window, funding=even)["per_year"]
    np.testing.assert_allclose(steady, 1e-4 * 3.0 * 365.0, rtol=2e-5)


def test_a_future_has_the_annualized_basis() -> None:
    table = market()
    expiry = table.index[-1] + pd.Timedelta(days=30)
    history = basis_history(table["spot"], table["perpetual"], 20, expiry=expiry)
    expected = hr.instruments.annualized_basis(table["perpetual"], table["spot"], expiry)
    pd.testing.assert_series_equal(history["per_year"], expected.iloc[20:], check_names=False)
    scores = hr.instruments.z_score(expected, 20)
    pd.testing.assert_series_equal(history["z_score"], scores, check_names=False)


@pytest.mark.parametrize("kind", ["funding", "expiry"])
def test_no_row_uses_later_data(kind: str) -> None:
    table = market()
    end = table.index[-1] + pd.Timedelta(days=30)
    whole = {"funding": table["rates"]} if kind == "funding" else {"expiry": end}
    history = basis_history(table["spot"], table["perpetual"], 20, **whole)
    part = table.iloc[:120]
    cut = {"funding": part["rates"]} if kind == "funding" else whole
    early = basis_history(part["spot"], part["perpetual"], 20, **cut)
    pd.testing.assert_frame_equal(history.loc[: part.index[-1]], early)


def test_compression_is_one_at_a_low_and_zero_at_a_high() -> None:
    table = market(60)
    falling = pd.Series(np.linspace(2e-4, 1e-4, 60), table.index)
    for rates, expected in ((falling, 1.0), (falling[::-1].set_axis(table.index), 0.0)):
        history = basis_history(table["spot"], table["perpetual"], 10, funding=rates)
        assert (history["compression"] == expected).all()


def test_equal_values_count_half() -> None:
    table = market(40)
    rates = pd.Series([1e-4, 2e-4] * 20, table.index)
    history = basis_history(table["spot"], table["perpetual"], 5, funding=rates)
    # of the five before, three are higher and two equal, or three lower and two equal
    assert set(history["compression"].round(6)) == {0.2, 0.8}


@pytest.mark.long
def test_a_regime_hedge_may_observe_it() -> None:
    table = market(250)
    history = basis_history(table["spot"], table["perpetual"], 20, funding=table["rates"])
    returns = hr.returns(table[["spot", "perpetual"]]).loc[history.index]
    model = hr.RegimeHedge(
        hr.GaussianHMM(2, n_starts=1), observe=history[["z_score", "log_volatility"]]
    )
    assert hr.check_causality(model, returns, n_shocks=2).passed


@pytest.mark.long
def test_the_basis_trade_was_compressed_in_summer_2023(data_dir: Path) -> None:
    """Funding of bitcoin was 10 % a year over the sample and highest in March 2024."""
    prices = hr.load("binance_8h")
    history = basis_history(
        prices["BTC"], prices["BTC_USDT_PERP"], 270, funding=prices["BTC_USDT_PERP_FUNDING"]
    )
    monthly = history["per_year"].resample("MS").mean()
    assert str(monthly.idxmax().date()) == "2024-04-01"
    assert 0.05 < history["per_year"].mean() < 0.15


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, r"Either expiry= of a dated future or funding="),
        ({"funding": "rates", "expiry": "2030-01-01"}, r"Either expiry="),
        ({"funding": "rates", "window": 100}, r"At least 201 dates are needed"),
        ({"funding": "rates", "window": 4}, r"window must be a whole number of at least 5"),
        ({"funding": 1e-4}, r"must vary in every window"),
        ({"funding": 0.0}, r"funding must have at least 21 payments, .* got 0"),
    ],
)
def test_what_cannot_be_compared_is_refused(settings: dict, message: str) -> None:
    table = market()
    window = settings.pop("window", 20)
    if "funding" in settings:
        given = settings["funding"]
        settings["funding"] = table["rates"] if given == "rates" else 0.0 * table["rates"] + given
    with pytest.raises(DataError, match=message):
        basis_history(table["spot"], table["perpetual"], window, **settings)


def test_prices_without_dates_or_below_zero_are_refused() -> None:
    table = market()
    numbered = table.reset_index(drop=True)
    with pytest.raises(DataError, match="must be indexed by dates"):
        basis_history(numbered["spot"], numbered["perpetual"], 20, funding=numbered["rates"])
    with pytest.raises(DataError, match="positive"):
        basis_history(-table["spot"], table["perpetual"], 20, funding=table["rates"])
