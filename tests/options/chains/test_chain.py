"""OptionChain: forwards, the side out of the money, quality, and what is refused."""

import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from hedgeresearch.errors import DataError, DataWarning
from hedgeresearch.options import OptionChain, black_price
from tests.options.conftest import MOMENT

EXPIRY = MOMENT + pd.Timedelta(days=30)


def with_cell(rows: pd.DataFrame, row: int, **values: Any) -> pd.DataFrame:
    changed = rows.copy()
    for name, value in values.items():
        changed.loc[row, name] = value
    return changed


# --- forwards ---


def test_forwards_of_the_cboe_example_are_the_published_ones(
    spx: OptionChain, option_reference: dict[str, Any]
) -> None:
    example = option_reference["vix_methodology_example"]
    assert_allclose(spx.forwards["cboe"], example["values"]["forward"], rtol=0, atol=6e-6)
    medians = option_reference["svi_fit_vix_example"]["own"]["parity_forward_median"]
    assert_allclose(spx.forwards["median"], medians, rtol=0, atol=5e-3)
    assert_allclose(spx.forwards["distance"], spx.forwards["median"] - spx.forwards["cboe"])
    assert spx.forward(spx.expiries[0]) == spx.forwards["median"].iloc[0]
    assert spx.forward(spx.expiries[0], "cboe") == spx.forwards["cboe"].iloc[0]


@pytest.mark.long
@given(
    forward=st.floats(1.0, 1e5),
    rate=st.floats(-0.05, 0.2),
    years=st.floats(0.01, 5.0),
    volatility=st.floats(0.05, 1.5),
)
@settings(deadline=None, max_examples=12)
def test_parity_gives_the_forward_back(
    forward: float, rate: float, years: float, volatility: float
) -> None:
    expiry = MOMENT + pd.Timedelta(days=365 * years)
    strikes = forward * np.exp(np.linspace(-1.0, 1.0, 9) * volatility * np.sqrt(years))
    frame = pd.DataFrame(
        {"expiry": expiry, "strike": strikes, "forward": forward, "volatility": volatility}
    )
    table = OptionChain.from_volatilities(frame, MOMENT, rate=rate).table
    chain = OptionChain(table.drop(columns="forward"), MOMENT, rate=rate)
    assert_allclose(chain.forward(expiry), forward, rtol=1e-9)
    assert_allclose(chain.forward(expiry, "cboe"), forward, rtol=1e-9)
    estimated = OptionChain(table.drop(columns="forward"), MOMENT, rate="parity")
    assert_allclose(estimated.forwards["discount"], np.exp(-rate * chain.forwards["years"]))
    assert_allclose(estimated.forward(expiry), forward, rtol=1e-7)


@pytest.mark.filterwarnings("ignore:.*offered below the bid of a higher strike")
def test_the_median_is_over_strikes_within_five_percent(rows: pd.DataFrame) -> None:
    # only 100 lies within 5 %, so that the nearest five count: 90 to 110
    off = {(90.0, "call"): 0.4, (95.0, "call"): 0.2, (115.0, "call"): 9.0}
    moved = rows.copy()
    for row, quote in rows.iterrows():
        shift = off.get((quote["strike"], quote["kind"]), 0.0)
        moved.loc[row, ["bid", "ask"]] += shift
    found = OptionChain(moved, MOMENT).forwards.iloc[0]
    assert_allclose(found["median"], 100.0, atol=1e-9)
    assert found["n_pairs"] == 5
    assert_allclose(found["tolerance"], 0.01, atol=1e-12)


def test_the_column_forward_is_used_and_compared_with_parity(rows: pd.DataFrame) -> None:
    chain = OptionChain(rows.assign(forward=100.001), MOMENT)
    assert chain.forward(EXPIRY) == 100.001
    assert_allclose(chain.forward(EXPIRY, "median"), 100.0)
    assert OptionChain(rows.assign(forward=100.001), MOMENT, forward_rule="cboe").forward(
        EXPIRY
    ) == pytest.approx(100.0)


def test_the_index_for_the_forward_is_warned_of(rows: pd.DataFrame) -> None:
    rows = rows[rows["strike"].between(90.0, 110.0)]  # others are worth less than at exercise
    with pytest.warns(DataWarning, match="is 99; calls and puts say 100.*It equals the index"):
        OptionChain(rows.assign(forward=99.0), MOMENT, index=99.0)
    later = rows.assign(expiry=EXPIRY + pd.Timedelta(days=30))
    both = pd.concat([rows, later]).assign(forward=99.0)
    with pytest.warns(DataWarning, match="All expiries have the same one"):
        OptionChain(both, MOMENT)
    with pytest.warns(DataWarning, match="Check that it is of the same moment"):
        OptionChain(rows.assign(forward=99.0), MOMENT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        OptionChain(rows.assign(forward=100.009), MOMENT, index=100.009)  # within the spreads


# --- quotes ---


def test_out_of_the_money_is_puts_below_and_calls_above(rows: pd.DataFrame) -> None:
    side = OptionChain(rows, MOMENT).out_of_the_money()
    assert side["strike"].to_list() == [85.0, 90.0, 95.0, 100.0, 105.0, 110.0, 115.0]
    assert side["kind"].to_list() == ["put"] * 3 + ["call"] * 4


def test_quotes_give_the_volatilities_back(
    chain_of: Callable[..., OptionChain],
) -> None:
    chain = chain_of(lambda k, years: 0.2 - 0.1 * k, days=(30.0, 60.0), rate=0.03)
    quotes = chain.quotes()
    assert_allclose(quotes["volatility"], 0.2 - 0.1 * quotes["log_moneyness"], rtol=1e-10)
    assert_allclose(quotes["log_moneyness"], np.log(quotes["strike"] / 100.0), atol=1e-12)
    assert_allclose(quotes["years"].unique(), [30 / 365, 60 / 365])
    up = black_price(
        100.0, quotes["strike"], quotes["years"], quotes["volatility"] + 1e-5, quotes["kind"]
    )
    down = black_price(
        100.0, quotes["strike"], quotes["years"], quotes["volatility"] - 1e-5, quotes["kind"]
    )
    discount = np.exp(-0.03 * quotes["years"])
    assert_allclose(quotes["vega"], discount * (up - down) / 2e-5, rtol=1e-6, atol=1e-9)


@pytest.mark.long
@given(scale=st.floats(1e-3, 1e5))
@settings(deadline=None, max_examples=8)
def test_volatilities_do_not_depend_on_the_currency(scale: float) -> None:
    strikes = np.linspace(80.0, 125.0, 10)
    frame = pd.DataFrame({"expiry": EXPIRY, "strike": strikes, "forward": 100.0, "volatility": 0.3})
    chain = OptionChain.from_volatilities(frame, MOMENT)
    table = chain.table.drop(columns="forward")
    money = table.assign(**{name: scale * table[name] for name in ("strike", "bid", "ask")})
    other = OptionChain(money, MOMENT)
    assert_allclose(other.forward(EXPIRY), scale * 100.0, rtol=1e-9)
    columns = ["log_moneyness", "volatility"]
    assert_allclose(other.quotes()[columns], chain.quotes()[columns], rtol=1e-8, atol=1e-9)


def test_each_filter_counts_what_it_drops(rows: pd.DataFrame) -> None:
    bad = rows.sort_values(["kind", "strike"], ignore_index=True)  # calls first
    bad = with_cell(bad, 6, bid=0.0)  # call of 115
    bad = with_cell(bad, 5, ask=np.nan)  # call of 110
    bad = with_cell(bad, 7, bid=0.5, ask=0.4)  # put of 85
    bad = with_cell(bad, 13, bid=9.0, ask=10.0)  # put of 115, worth 15 at exercise
    bad = with_cell(bad, 4, ask=120.0)  # call of 105
    bad = with_cell(bad, 8, bid=0.01, ask=0.5)  # put of 90
    with pytest.warns(DataWarning) as caught:
        chain = OptionChain(bad.assign(forward=100.0), MOMENT, max_spread=1.0)
        chain.out_of_the_money()
    texts = " ".join(str(one.message) for one in caught)
    assert "1 quote of 14 have a bid above the ask, first the put of strike 85" in texts
    assert "1 quote of 14 are offered below their value at exercise" in texts
    assert chain.dropped.loc[EXPIRY].to_dict() == {
        "no bid": 1,
        "no ask": 1,
        "crossed": 1,
        "below intrinsic": 1,
        "above bound": 1,
        "wide": 1,
    }
    assert (chain.quality == "used").sum() + chain.dropped.to_numpy().sum() == len(bad)


def test_dropped_of_the_cboe_example_are_the_zero_bids(spx: OptionChain) -> None:
    counts = spx.dropped
    zeros = spx.table.groupby("expiry")["bid"].apply(lambda bids: (bids <= 0.0).sum())
    assert_allclose(counts["no bid"], zeros)
    assert counts.drop(columns="no bid").to_numpy().sum() == 0


def test_select_and_pickle_keep_the_quotes(spx: OptionChain) -> None:
    one = spx.select(spx.expiries[1])
    assert list(one.expiries) == [spx.expiries[1]]
    assert one.forward(spx.expiries[1]) == spx.forward(spx.expiries[1])
    again = pickle.loads(pickle.dumps(spx))
    pd.testing.assert_frame_equal(again.quotes(), spx.quotes())


# --- refusals ---


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"expiry": MOMENT - pd.Timedelta(days=1)}, "expiry must be after the moment"),
        ({"kind": "C"}, "kind must be 'call' or 'put'; got 'C'"),
        ({"strike": 0.0}, "strike must be positive"),
        ({"bid": -0.1}, "bid must not be negative"),
    ],
)
def test_bad_cells_are_refused(rows: pd.DataFrame, change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        OptionChain(with_cell(rows, 3, **change), MOMENT)


def test_times_without_a_zone_are_refused(rows: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="moment must be a time with a zone"):
        OptionChain(rows, pd.Timestamp("2024-05-22 13:46"))
    plain = rows.assign(expiry=rows["expiry"].dt.tz_localize(None))
    with pytest.raises(DataError, match="expiry must be a column of times with a zone"):
        OptionChain(plain, MOMENT)


def test_options_that_occur_twice_are_refused(rows: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="the call of strike 85 .* occurs twice"):
        OptionChain(pd.concat([rows, rows.iloc[[0]]]), MOMENT)


def test_two_underlyings_of_an_expiry_are_refused(rows: pd.DataFrame) -> None:
    names = ["BTC"] * 13 + ["ETH"]
    with pytest.raises(DataError, match="one underlying; .* options on BTC and ETH"):
        OptionChain(rows.assign(underlying=names), MOMENT)
    forwards = [100.0] * 13 + [50.0]
    with pytest.raises(DataError, match="have the forwards 50 and 100"):
        OptionChain(rows.assign(forward=forwards), MOMENT)


def test_volatilities_in_percent_are_refused(rows: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="looks like per cent. Divide it by 100"):
        OptionChain(rows.assign(mark_volatility=60.0), MOMENT)


def test_an_expiry_without_pairs_needs_a_forward(rows: pd.DataFrame) -> None:
    calls = rows[rows["kind"] == "call"]
    with pytest.raises(DataError, match="needs a strike with a bid and an ask of both"):
        OptionChain(calls, MOMENT)
    assert OptionChain(calls.assign(forward=100.0), MOMENT).forward(EXPIRY) == 100.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"forward_rule": "mean"}, "forward_rule must be one of"),
        ({"forward_rule": "table"}, "needs the column 'forward'"),
        ({"rate": "libor"}, "rate must be one of"),
        ({"rate": 5.0}, "rate must lie strictly between -1 and 1"),
        ({"rate": {}}, "rate must have the rate of every expiry"),
        ({"index": -1.0}, "index must lie strictly between 0 and inf"),
        ({"max_spread": 0.0}, "max_spread must lie strictly between"),
    ],
)
def test_bad_settings_are_refused(
    rows: pd.DataFrame, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        OptionChain(rows, MOMENT, **arguments)


def test_absent_columns_and_no_rows_are_refused(rows: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="it has no 'bid'"):
        OptionChain(rows.drop(columns="bid"), MOMENT)
    with pytest.raises(DataError, match="must have a row for each option; got none"):
        OptionChain(rows.iloc[:0], MOMENT)
    with pytest.raises(DataError, match="table must be a DataFrame"):
        OptionChain([1.0], MOMENT)  # type: ignore[arg-type]


def test_slope_of_exchanged_calls_and_puts_is_refused(rows: pd.DataFrame) -> None:
    swapped = rows.assign(kind=rows["kind"].map({"call": "put", "put": "call"}))
    with pytest.raises(DataError, match="calls and puts are not exchanged"):
        OptionChain(swapped, MOMENT, rate="parity")


@pytest.mark.parametrize(
    ("kind", "strike", "side"), [("call", 110.0, "higher"), ("put", 90.0, "lower")]
)
def test_a_stale_quote_out_of_order_is_warned_of(kind: str, strike: float, side: str) -> None:
    strikes = np.arange(80.0, 125.0, 5.0)
    frame = pd.DataFrame({"expiry": EXPIRY, "strike": strikes, "forward": 100.0, "volatility": 0.3})
    table = OptionChain.from_volatilities(frame, MOMENT).table
    is_stale = (table["kind"] == kind) & (table["strike"] == strike)
    table.loc[is_stale, ["bid", "ask"]] *= 0.05
    expected = f"1 quote of 18 are offered below the bid of a {side} strike, first the {kind} of"
    with pytest.warns(DataWarning, match=expected):
        OptionChain(table, MOMENT)
