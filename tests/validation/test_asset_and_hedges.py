"""Asset and hedges that do not fit together are refused."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import hedgeresearch as hr

DATES = pd.date_range("2020-01-01", periods=60, name="date")
Sample = Callable[..., tuple[pd.Series, pd.DataFrame]]


def fit(asset: Any, hedges: Any) -> hr.hedges.HedgeFit:
    return hr.OLSHedge().fit(asset, hedges)


CALLS = pytest.mark.parametrize(
    "call",
    [
        fit,
        lambda asset, hedges: hr.hedged_returns(
            asset, hedges, pd.DataFrame(1.0, DATES, hedges.columns)
        ),
    ],
    ids=["fit", "hedged_returns"],
)


@CALLS
def test_different_dates_are_refused(sample: Sample, call: Callable[..., Any]) -> None:
    asset, hedges = sample()
    message = (
        r"share their dates; 3 differ, the first 2020-01-03. "
        r"Keep the common ones with hr.align\(asset, hedges\)"
    )
    with pytest.raises(hr.DataError, match=message):
        call(asset.drop(DATES[[2, 9, 10]]), hedges)
    with pytest.raises(hr.DataError, match=message):
        call(asset, hedges.drop(DATES[[2, 9, 10]]))


def test_different_time_zones_are_refused(sample: Sample) -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError,
        match="asset has dates without a time zone, hedges have dates in the time zone UTC",
    ):
        fit(asset, hedges.tz_localize("UTC"))
    with pytest.raises(
        hr.DataError,
        match="the same type of index; asset has dates in .* UTC, hedges have .* Europe/Paris",
    ):
        fit(asset.tz_localize("UTC"), hedges.tz_localize("Europe/Paris"))


def test_periods_with_dates_are_refused(sample: Sample) -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match=r"asset has dates without a time zone, hedges have periods \(D\)"
    ):
        fit(asset, hedges.to_period("D"))


def test_same_name_in_asset_and_hedges_is_refused(sample: Sample) -> None:
    asset, hedges = sample()
    with pytest.raises(
        hr.DataError, match="must have different names; both hold 'gas'. If it is the asset, leave"
    ):
        fit(asset.rename("gas"), hedges)


def test_asset_of_two_columns_is_refused(sample: Sample) -> None:
    _, hedges = sample()
    with pytest.raises(
        hr.DataError, match=r"asset must be one series; got the columns \['gas', 'coal'\]"
    ):
        fit(hedges, hedges)


def test_unnamed_series_are_named_by_their_role(sample: Sample) -> None:
    asset, hedges = sample()
    result = fit(asset.rename(None), hedges["gas"].rename(None))
    assert (result.asset, result.hedges) == ("asset", ["hedges"])
    pd.testing.assert_series_equal(
        fit(asset.to_frame(), hedges["gas"]).next_ratio, fit(asset, hedges[["gas"]]).next_ratio
    )


def test_different_kinds_of_returns_are_refused(sample: Sample) -> None:
    asset, hedges = sample()
    asset.attrs["returns"] = "simple"
    hedges.attrs["returns"] = "log"
    with pytest.raises(
        hr.DataError, match="must contain the same kind of returns; got log and simple"
    ):
        fit(asset, hedges)
    hedges.attrs.clear()
    assert fit(asset, hedges).returns_kind == "simple"


def test_columns_of_several_levels_become_names() -> None:
    table = hr.data.simulate_dcc(n_dates=400, seed=0).returns
    levels = [("Close", "A"), ("Close", "H")]
    table.columns = pd.MultiIndex.from_tuples(levels)
    asset = table[("Close", "A")]
    for hedges in (table[("Close", "H")], table[[("Close", "H")]]):
        fit = hr.OLSHedge().fit(asset.iloc[:300], hedges.iloc[:300])
        assert (fit.asset, fit.hedges) == ("Close A", ["Close H"])
        assert fit.extend(asset.iloc[300:], hedges.iloc[300:]).last_date == table.index[-1]
        backtest = hr.walk_forward({}, asset, hedges, window=300, progress=False)
        assert list(backtest.ratios.columns) == [("naive", "Close H"), ("ols", "Close H")]
        panel = hr.walk_forward_panel({}, {"p": (asset, hedges)}, window=300, progress=False)
        assert len(panel) == 1
    assert hr.hedge_notional(fit, 1.0).summary.index.tolist() == ["Close H"]
    market = hr.Market(100.0 * (1.0 + table).cumprod())
    assert market.table.columns.tolist() == ["Close A", "Close H"]


def test_tables_of_other_libraries_are_named() -> None:
    foreign = type("DataFrame", (), {"__module__": "polars.dataframe.frame"})()
    with pytest.raises(hr.DataError, match=r"got polars.DataFrame. Convert it .*to_pandas\(\)"):
        hr.returns(foreign)
