"""variance_index: the published example, a brute-force twin, and other maturities."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from hedgeresearch.errors import DataError, DataWarning
from hedgeresearch.options import OptionChain, variance_index
from tests.options.conftest import MOMENT


def test_every_printed_digit_of_the_cboe_example(
    spx: OptionChain, option_reference: dict[str, Any]
) -> None:
    example = option_reference["vix_methodology_example"]
    values = example["values"]
    found = variance_index(spx)
    table = found.expiries
    assert_allclose(table["forward"], values["forward"], rtol=0, atol=6e-6)
    assert table["k0"].to_list() == values["k0"]
    assert table[["lowest", "highest"]].to_numpy().tolist() == values["first_and_last_strike"]
    assert table["n_options"].to_list() == example["own"]["options"]
    assert_allclose(table["sum"], values["strip_sum"], rtol=0, atol=5e-11)
    assert_allclose(table["variance"], values["variance"], rtol=0, atol=1e-9)
    assert_allclose(found.volatility, values["volatility"], rtol=0, atol=6e-9)
    assert round(found.index, 2) == values["index"]
    assert_allclose(found.volatility, example["own"]["volatility"], rtol=1e-12)


def test_widths_of_the_cboe_example(spx: OptionChain, option_reference: dict[str, Any]) -> None:
    expected = option_reference["vix_methodology_example"]["values"]["delta_k"]
    parts = variance_index(spx).contributions
    rates = np.array([0.00031664, 0.00028797])
    for name, width in expected.items():
        term, strike = name.split()
        at = ["near", "next"].index(term)
        expiry = spx.expiries[at]
        row = parts[(parts["expiry"] == expiry) & (parts["strike"] == float(strike))].iloc[0]
        growth = np.exp(rates[at] * spx.forwards["years"].iloc[at])
        found = row["contribution"] * row["strike"] ** 2 / (growth * row["price"])
        assert_allclose(found, width, rtol=1e-12)


def slow_variance(quotes: Any, minutes: float, rate: float) -> float:
    """Variance of one expiry from rows of strike, call bid, call ask, put bid, put ask."""
    rows = sorted(map(list, quotes))
    years = minutes / 525600
    gap = {row[0]: (row[1] + row[2]) / 2 - (row[3] + row[4]) / 2 for row in rows}
    at = min(gap, key=lambda strike: abs(gap[strike]))
    forward = at + np.exp(rate * years) * gap[at]
    center = max(row[0] for row in rows if row[0] <= forward)
    used = {}
    for sign in (-1, 1):
        missed = 0
        for row in sorted(rows, key=lambda row: sign * row[0]):
            if sign * (row[0] - center) <= 0:
                continue
            bid, ask = (row[3], row[4]) if sign < 0 else (row[1], row[2])
            if bid == 0:
                missed += 1
                if missed == 2:
                    break
                continue
            missed = 0
            used[row[0]] = (bid + ask) / 2
    middle = next(row for row in rows if row[0] == center)
    used[center] = sum(middle[1:]) / 4
    strikes = sorted(used)
    total = 0.0
    for i, strike in enumerate(strikes):
        low = strikes[max(i - 1, 0)]
        high = strikes[min(i + 1, len(strikes) - 1)]
        width = (high - low) / (2 if 0 < i < len(strikes) - 1 else 1)
        total += width / strike**2 * np.exp(rate * years) * used[strike]
    return 2 / years * total - (forward / center - 1) ** 2 / years


@pytest.mark.long
def test_the_strip_equals_its_twin_on_random_quotes() -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        strikes = np.sort(rng.choice(np.arange(60.0, 150.0), 40, replace=False))
        middle = np.exp(-((strikes - 101.3) ** 2) / 300.0) * 4.0 + 0.02
        call = np.maximum(101.3 - strikes, 0.0) + middle
        put = np.maximum(strikes - 101.3, 0.0) + middle
        bids = [side - 0.01 for side in (call, put)]
        for side in bids:
            # holes far from the money, where the walk meets them
            side[(rng.random(40) < 0.3) & (np.abs(strikes - 101.3) > 12.0)] = 0.0
        quotes = np.column_stack([strikes, bids[0], call + 0.01, bids[1], put + 0.01])
        minutes = int(rng.integers(2000, 90000))
        rate = float(rng.uniform(0.0, 0.05))
        expiry = MOMENT + pd.Timedelta(minutes=minutes)
        chain = OptionChain.from_cboe({expiry: quotes}, MOMENT, rate=rate)
        found = variance_index(chain, minutes / 1440.0)
        assert_allclose(found.variance, slow_variance(quotes, minutes, rate), rtol=1e-12)


def test_a_flat_smile_has_its_own_variance(chain_of: Callable[..., OptionChain]) -> None:
    strikes = np.exp(np.linspace(-1.2, 1.0, 1500))
    chain = chain_of(lambda k, years: 0.2 + 0.0 * k, days=(20.0, 60.0), strikes=strikes, rate=0.04)
    found = variance_index(chain, 35.0)
    # the kink of the prices at K0 adds about width^2 / (6 F^2 T) to the variance
    assert_allclose(found.volatility, 0.2, rtol=2e-4)


def test_a_bid_without_an_ask_counts_as_no_bid(chain_of: Callable[..., OptionChain]) -> None:
    chain = chain_of(lambda k, years: 0.2 + 0.0 * k, days=(30.0,), strikes=np.arange(0.5, 2.0, 0.1))
    table = chain.table
    center = variance_index(chain, 30.0).expiries["k0"].iloc[0]
    next_one = table["strike"][table["strike"] > center].min()
    is_open = (table["strike"] == next_one) & (table["kind"] == "call")
    found = {}
    for side in ("bid", "ask"):
        without = table.assign(**{side: table[side].mask(is_open)})
        found[side] = variance_index(OptionChain(without, chain.moment), 30.0).variance
    assert found["ask"] == found["bid"] != variance_index(chain, 30.0).variance


def test_other_days_are_linear_in_total_variance(
    chain_of: Callable[..., OptionChain],
) -> None:
    strikes = np.exp(np.linspace(-1.2, 1.0, 300))
    levels = {20.0: 0.2, 60.0: 0.3, 120.0: 0.25}
    chain = chain_of(
        lambda k, years: levels[round(365.0 * years)] + 0.0 * k, days=tuple(levels), strikes=strikes
    )
    found = variance_index(chain, 30.0)
    one, two, three = found.expiries["variance"]
    assert_allclose(found.variance * 30.0, 0.75 * one * 20.0 + 0.25 * two * 60.0)
    assert_allclose(found.at(90.0) * 90.0, 0.5 * two * 60.0 + 0.5 * three * 120.0)
    assert_allclose(found.at(60.0), two)
    assert list(found.used) == list(chain.expiries[:2])
    with pytest.warns(DataWarning, match="an index of 15 days needs expiries before and after"):
        assert found.at(15.0) > 0.0


def test_index_of_one_expiry_names_it_once(chain_of: Callable[..., OptionChain]) -> None:
    chain = chain_of(lambda k, years: 0.2 + 0.0 * k, days=(30.0,), strikes=np.arange(0.5, 2.0, 0.1))
    found = variance_index(chain, 30.0)
    assert list(found.used) == list(chain.expiries)


def test_one_expiry_for_thirty_days_is_warned_of(spx: OptionChain) -> None:
    one = spx.select(spx.expiries[0])
    with pytest.warns(DataWarning, match="needs expiries before and after; the chain has one"):
        found = variance_index(one)
    assert_allclose(found.variance, variance_index(spx).expiries["variance"].iloc[0])


def test_days_beyond_the_expiries_are_warned_of(spx: OptionChain) -> None:
    with pytest.warns(DataWarning, match="23.9 to 31.2 days, and the variance is extrapolated"):
        found = variance_index(spx, 60.0)
    minutes = found.expiries["minutes"]
    total = found.expiries["variance"] * minutes
    slope = (total.iloc[1] - total.iloc[0]) / (minutes.iloc[1] - minutes.iloc[0])
    expected = (total.iloc[1] + slope * (86400 - minutes.iloc[1])) / 86400
    assert_allclose(found.variance, expected)


def test_strips_without_strikes_or_bids_are_refused(rows: pd.DataFrame) -> None:
    days = 30.0
    high = OptionChain(rows[rows["strike"] > 100.0], MOMENT)
    with pytest.raises(DataError, match="the lowest of 2024-06-21 .* is 105"):
        variance_index(high, days)
    no_puts = rows.assign(
        bid=rows["bid"].where((rows["kind"] == "call") | (rows["strike"] >= 100), 0)
    )
    with pytest.raises(DataError, match="has 0 below and 3 above"):
        variance_index(OptionChain(no_puts, MOMENT), days)
    with pytest.raises(DataError, match="days must lie strictly"):
        variance_index(OptionChain(rows, MOMENT), -1.0)
