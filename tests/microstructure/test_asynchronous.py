"""The covariance of Hayashi and Yoshida against the double sum over pairs of changes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgeresearch.errors import DataError
from hedgeresearch.microstructure import hayashi_yoshida, ratio_signature

START = pd.Timestamp("2026-03-02 12:00", tz="UTC")


def prices_at(seconds: list[int], logs: np.ndarray) -> pd.Series:
    return pd.Series(100.0 * np.exp(logs), START + pd.to_timedelta(seconds, unit="s"))


def double_sum(asset: pd.Series, hedge: pd.Series) -> tuple[float, float]:
    """Return covariance and variance of the hedge, pair by pair, on the time that both share."""
    paths = []
    for prices in (asset, hedge):
        changed = prices[prices.diff() != 0.0]
        paths.append((changed.index.asi8.tolist(), np.log(changed.to_numpy()).tolist()))
    (x_times, x), (y_times, y) = paths
    start = max(x_times[0], y_times[0])
    end = min(x_times[-1], y_times[-1])
    total = 0.0
    variance = 0.0
    for j in range(1, len(y)):
        if y_times[j - 1] < end and y_times[j] > start:
            variance += (y[j] - y[j - 1]) ** 2
        for i in range(1, len(x)):
            if max(x_times[i - 1], y_times[j - 1]) < min(x_times[i], y_times[j]):
                total += (x[i] - x[i - 1]) * (y[j] - y[j - 1])
    return total, variance


@given(
    st.lists(st.integers(0, 60), min_size=25, max_size=50, unique=True),
    st.lists(st.integers(0, 60), min_size=25, max_size=50, unique=True),
    st.integers(0, 2**32 - 1),
)
def test_it_is_the_sum_over_all_overlapping_pairs(
    first: list[int], second: list[int], seed: int
) -> None:
    generator = np.random.default_rng(seed)
    path = generator.standard_normal(61).cumsum() * 1e-3
    noise = generator.standard_normal(61) * 1e-3
    asset = prices_at(sorted(first), path[sorted(first)])
    hedge = prices_at(sorted(second), (path + noise)[sorted(second)])
    try:
        found = hayashi_yoshida(asset, hedge)
    except DataError as error:
        assert "The correlation would be" in str(error) or "at least 10 changes" in str(error)
        return
    covariance, variance = double_sum(asset, hedge)
    assert found.covariance == pytest.approx(covariance, rel=1e-9, abs=1e-15)
    assert found.hedge_variance == pytest.approx(variance, rel=1e-9)


def test_it_has_no_epps_effect_where_bars_have() -> None:
    """A price seen at random moments, and another with correlation .8, seen at others."""
    generator = np.random.default_rng(3)
    steps = generator.standard_normal((2, 40_000))
    paths = 1e-4 * np.array([steps[0], 0.8 * steps[0] + 0.6 * steps[1]]).cumsum(axis=1)
    tenths = [np.flatnonzero(generator.random(40_000) < share) for share in (0.05, 0.08)]
    times = START + pd.to_timedelta(np.arange(40_000) / 10.0, unit="s")
    seen = [
        pd.Series(100.0 * np.exp(path[rows]), times[rows])
        for path, rows in zip(paths, tenths, strict=True)
    ]
    found = hayashi_yoshida(*seen)
    assert found.correlation == pytest.approx(0.8, abs=0.06)
    with pytest.warns(UserWarning):
        bars = ratio_signature(*seen, bars=(1.0, 2.0)).table
    assert bars["correlation"].iloc[0] < 0.45


def test_a_late_feed_makes_it_too_small() -> None:
    """Bars of 20 s keep 97 % of the ratio, it keeps nothing: so it is a diagnostic only."""
    times = START + pd.to_timedelta(np.arange(40_000) / 10.0, unit="s")
    path = 1e-4 * np.random.default_rng(4).standard_normal(40_000).cumsum()
    asset = pd.Series(100.0 * np.exp(path), times)
    late = asset.set_axis(times + pd.Timedelta("500ms"))
    assert abs(hayashi_yoshida(asset, late).ratio) < 0.05
    assert ratio_signature(asset, late, bars=(20.0,)).table["ratio"].iloc[0] > 0.9


def test_of_several_quotes_at_one_time_the_last_counts() -> None:
    generator = np.random.default_rng(5)
    asset = prices_at(list(range(50)), 1e-3 * generator.standard_normal(50).cumsum())
    doubled = pd.concat([asset * 1.5, asset]).sort_index(kind="stable")
    assert hayashi_yoshida(doubled, asset) == hayashi_yoshida(asset, asset)
    assert hayashi_yoshida(asset, asset).correlation == pytest.approx(1.0)


def test_an_interruption_splits_the_sum() -> None:
    """Between 12 s, when the asset is interrupted, and its next price at 20 s there is none."""
    generator = np.random.default_rng(6)
    steps = 1e-3 * generator.standard_normal((2, 60)).cumsum(axis=1)
    asset = prices_at([*range(13), *range(20, 60)], np.delete(steps[0], range(13, 20)))
    hedge = prices_at(list(range(60)), steps[0] + steps[1])
    cut = asset.copy()
    cut.iloc[12] = np.nan
    found = hayashi_yoshida(cut, hedge)
    parts = []
    # the price of 11 s holds until 12 s; changes of the hedge from there on have no partner
    for first, last in ((0, 11), (20, 59)):
        known = [asset.index[0] + pd.Timedelta(seconds=at) for at in (first, last)]
        parts.append(double_sum(cut[known[0] : known[1]], hedge[known[0] : known[1]])[0])
    assert found.covariance == pytest.approx(sum(parts), rel=1e-9)
    assert found.n_asset == 11 + 39


def test_a_price_that_is_quoted_again_changes_nothing() -> None:
    generator = np.random.default_rng(7)
    steps = 1e-3 * generator.standard_normal((2, 60)).cumsum(axis=1)
    asset = prices_at(list(range(0, 60, 2)), steps[0, ::2])
    hedge = prices_at(list(range(60)), steps[0] + steps[1])
    again = asset.resample("500ms").ffill()
    assert hayashi_yoshida(again, hedge) == hayashi_yoshida(asset, hedge)


def test_what_it_cannot_measure_is_refused() -> None:
    asset = prices_at(list(range(50)), 1e-3 * np.arange(50.0))
    later = asset.set_axis(asset.index + pd.Timedelta("1h"))
    with pytest.raises(DataError, match="share no time"):
        hayashi_yoshida(asset, later)
    with pytest.raises(DataError, match="The asset must have at least 10 changes"):
        hayashi_yoshida(asset, asset.iloc[:8])
    with pytest.raises(DataError, match="share no time in which both change"):
        hayashi_yoshida(asset, 0.0 * asset + 1.0)
    with pytest.raises(DataError, match="must have a zone"):
        hayashi_yoshida(asset, asset.tz_localize(None))


def test_a_correlation_above_one_is_refused() -> None:
    """Each change of a trend seen at whole and at half seconds overlaps with two others."""
    asset = prices_at(list(range(100)), 1e-3 * np.arange(100.0))
    hedge = asset.set_axis(asset.index + pd.Timedelta("500ms"))
    with pytest.raises(DataError, match=r"The correlation would be 1\.99"):
        hayashi_yoshida(asset, hedge)
