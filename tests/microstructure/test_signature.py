"""The hedge ratio by the length of the bar, on prices whose delay is known."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from hedgeresearch.errors import DataError, DataWarning
from hedgeresearch.microstructure import quote_bars, ratio_signature


def late_prices(delay: str, n_steps: int = 20_000) -> tuple[pd.Series, pd.Series]:
    """Return a price at each tenth of a second, and another that follows it with a delay."""
    generator = np.random.default_rng(0)
    start = pd.Timestamp("2026-03-02 12:00", tz="UTC")
    times = start + pd.to_timedelta(np.arange(n_steps) / 10.0, unit="s")
    asset = pd.Series(100.0 * np.exp(1e-4 * generator.standard_normal(n_steps).cumsum()), times)
    return asset, asset.set_axis(times + pd.Timedelta(delay))


@pytest.mark.filterwarnings("ignore:The hedge ratio still rises")
def test_a_delay_shrinks_the_ratio_by_its_share_of_the_bar() -> None:
    """Of a bar of length s, the part that overlaps with a delay d is 1 - d / s."""
    asset, hedge = late_prices("500ms")
    table = ratio_signature(asset, hedge, bars=(1.0, 2.0, 5.0, 20.0)).table
    for seconds, ratio in table["ratio"].items():
        assert ratio == pytest.approx(1.0 - 0.5 / seconds, abs=0.06)


def test_the_interval_is_that_of_statsmodels() -> None:
    asset, hedge = late_prices("0ms")
    noisy = hedge * np.exp(1e-4 * np.random.default_rng(1).standard_normal(len(hedge)))
    row = ratio_signature(asset, noisy, bars=(2.0,)).table.iloc[0]
    bars = quote_bars({"asset": asset, "hedge": noisy}, 2.0).pct_change().iloc[1:]
    lags = int(4 * (len(bars) / 100) ** (2 / 9))
    fit = sm.OLS(bars["asset"], sm.add_constant(bars["hedge"])).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags}
    )
    assert row["ratio"] == pytest.approx(fit.params["hedge"], rel=1e-10)
    low, high = fit.conf_int().loc["hedge"]
    assert (row["low"], row["high"]) == pytest.approx((low, high), rel=1e-6)


def test_a_ratio_that_still_rises_is_warned_of() -> None:
    asset, hedge = late_prices("500ms")
    with pytest.warns(DataWarning, match="still rises at bars of 2 s"):
        signature = ratio_signature(asset, hedge, bars=(1.0, 2.0))
    assert signature.still_rises


def test_a_negative_ratio_rises_away_from_zero() -> None:
    asset, hedge = late_prices("500ms")
    with pytest.warns(DataWarning, match="still rises at bars of 2 s"):
        signature = ratio_signature(asset, 1e4 / hedge, bars=np.array([1.0, 2.0]))
    assert signature.table["ratio"].iloc[-1] < 0.0


def test_an_inverse_contract_on_its_own_asset_has_ratio_one() -> None:
    asset, _ = late_prices("0ms")
    row = ratio_signature(asset, asset, bars=(2.0,), inverse=True).table.iloc[0]
    assert row["ratio"] == pytest.approx(1.0, abs=1e-10)


def test_its_plot_has_a_row_for_each_length() -> None:
    asset, hedge = late_prices("0ms")
    axes = ratio_signature(asset, hedge, bars=(1.0, 2.0)).plot()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["bars of 1 s", "bars of 2 s"]


@pytest.mark.parametrize(
    ("bars", "message"),
    [
        ((5.0, 1.0), r"ascending lengths in seconds"),
        ((), r"ascending lengths in seconds"),
        ((500.0,), r"Bars of 500 s leave 3 returns; at least 10"),
    ],
)
def test_lengths_that_cannot_be_are_refused(bars: tuple[float, ...], message: str) -> None:
    asset, hedge = late_prices("0ms")
    with pytest.raises(DataError, match=message):
        ratio_signature(asset, hedge, bars=bars)


def test_a_hedge_that_does_not_move_is_refused() -> None:
    asset, hedge = late_prices("0ms")
    with pytest.raises(DataError, match="does not move"):
        ratio_signature(asset, 0.0 * hedge + 5.0, bars=(2.0,))
    with pytest.raises(DataError, match="The asset does not move"):
        ratio_signature(0.0 * asset + 5.0, hedge, bars=(2.0,))


def test_returns_across_an_interruption_are_left_out() -> None:
    asset, hedge = late_prices("0ms")
    whole = ratio_signature(asset, hedge, bars=(2.0,)).table.iloc[0]
    # ten seconds without a price, after which it stands three times as high
    cut = hedge.copy()
    cut.iloc[9_000:9_101] = np.nan
    cut.iloc[9_101:] *= 3.0
    row = ratio_signature(asset, cut, bars=(2.0,)).table.iloc[0]
    # six bars, which are part of seven returns
    assert whole["n_returns"] - row["n_returns"] == 7
    assert row["ratio"] == pytest.approx(1.0, abs=1e-9)
