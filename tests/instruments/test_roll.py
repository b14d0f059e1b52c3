"""Rolled futures against a loop over the dates, and against what a gap must not do."""

import pickle
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.instruments.roll import roll_futures
from hedgeresearch.instruments.roll_rules import RollBeforeExpiry, RollOnVolume

DATES = pd.bdate_range("2024-01-01", periods=120, name="date")
EXPIRIES = {"F": "2024-02-16", "H": "2024-03-15", "K": "2024-05-17", "N": "2024-07-19"}


@pytest.fixture
def chain() -> pd.DataFrame:
    """Prices of four contracts, each missing after its expiry and long before it."""
    rng = np.random.default_rng(4)
    spot = 80.0 * np.exp(np.cumsum(0.02 * rng.normal(size=120)))
    columns = {}
    for number, (name, expiry) in enumerate(EXPIRIES.items()):
        years = (pd.Timestamp(expiry) - DATES).days / 365
        price = spot * np.exp(0.08 * years + 0.002 * rng.normal(size=120))
        traded = (pd.Timestamp(expiry) >= DATES) & (np.arange(120) >= 20 * (number - 1))
        columns[name] = np.where(traded, price, np.nan)
    return pd.DataFrame(columns, DATES)


@pytest.fixture
def volumes(chain: pd.DataFrame) -> pd.DataFrame:
    """Volumes that peak in each contract in turn, with noise, NaN where it is not traded."""
    rng = np.random.default_rng(5)
    expiries = pd.DatetimeIndex(list(EXPIRIES.values()))
    peaks = expiries - pd.Timedelta(days=20)
    distance = np.abs((DATES.to_numpy()[:, None] - peaks.to_numpy()) / np.timedelta64(1, "D"))
    values = np.exp(-distance / 10 + 0.3 * rng.normal(size=(120, 4)))
    return pd.DataFrame(values, DATES, list(EXPIRIES)).where(chain.notna())


def slow_returns(chain: pd.DataFrame, chosen: list[str]) -> list[float]:
    """The return of the chosen contract over each period, date by date."""
    found = []
    for position, name in enumerate(chosen, start=1):
        now = chain.loc[DATES[position], name]
        before = chain.loc[DATES[position - 1], name]
        found.append(now / before - 1)
    return found


def chosen_before(days: int) -> list[str]:
    """First contract with ``days`` Mondays to Fridays left from each date to the expiry."""
    chosen = []
    for date in DATES[1:]:
        for name, expiry in EXPIRIES.items():
            if np.busday_count(date.date(), np.datetime64(expiry)) >= days:
                chosen.append(name)
                break
    return chosen


def chosen_by_volume(volumes: pd.DataFrame) -> list[str]:
    """Contract held, changed on the date after the next one was traded more, or at expiry."""
    names = list(EXPIRIES)
    chosen = []
    now = 0
    for yesterday, date in pairwise(DATES):
        while pd.Timestamp(EXPIRIES[names[now]]) < date:
            now += 1
        while now < 3:
            held, following = volumes.loc[yesterday, names[now : now + 2]].fillna(0.0)
            if not following > held:
                break
            now += 1
        chosen.append(names[now])
    return chosen


@pytest.mark.parametrize("days", [0, 1, 5, 12])
def test_calendar_rule_equals_a_loop(chain: pd.DataFrame, days: int) -> None:
    rolled = roll_futures(chain, RollBeforeExpiry(days), EXPIRIES)
    chosen = chosen_before(days)
    assert rolled.held.tolist() == chosen
    np.testing.assert_allclose(rolled.returns, slow_returns(chain, chosen), rtol=1e-12)
    pd.testing.assert_index_equal(rolled.returns.index, DATES[1:])
    changed = [DATES[i + 1] for i in range(1, 119) if chosen[i] != chosen[i - 1]]
    assert rolled.roll_dates.tolist() == changed
    assert rolled.expiry.tolist() == [pd.Timestamp(EXPIRIES[name]) for name in chosen]


def test_volume_rule_equals_a_loop(chain: pd.DataFrame, volumes: pd.DataFrame) -> None:
    rolled = roll_futures(chain, RollOnVolume(volumes[["N", "K", "H", "F"]]), EXPIRIES)
    chosen = chosen_by_volume(volumes)
    assert rolled.held.tolist() == chosen
    assert len(rolled.roll_dates) == 3
    assert rolled.roll_dates[0] < pd.Timestamp(EXPIRIES["F"])  # by volume, not at expiry
    np.testing.assert_allclose(rolled.returns, slow_returns(chain, chosen), rtol=1e-12)
    before = DATES[DATES.get_loc(rolled.roll_dates[0]) - 1]
    assert volumes.loc[before, "H"] > volumes.loc[before, "F"]  # the date before decided


def test_expired_contract_is_left_without_volume_in_the_next(chain: pd.DataFrame) -> None:
    quiet = pd.DataFrame(0.0, DATES, list(EXPIRIES)).assign(F=1.0)
    rolled = roll_futures(chain, RollOnVolume(quiet), EXPIRIES)
    to_the_end = roll_futures(chain, RollBeforeExpiry(0), EXPIRIES)
    assert rolled.held.tolist() == to_the_end.held.tolist()


@pytest.mark.parametrize("gap", [0.1, -0.25])
def test_constant_gap_enters_no_return(gap: float) -> None:
    log_returns = 0.01 * np.random.default_rng(0).normal(size=30)
    near = pd.Series(100 * np.exp(np.cumsum(log_returns)), DATES[:30])
    contracts = pd.DataFrame({"near": near, "far": near * (1 + gap)})
    rolled = roll_futures(contracts, RollBeforeExpiry(5), {"near": DATES[20], "far": DATES[60]})
    np.testing.assert_allclose(rolled.returns, near.pct_change().iloc[1:], rtol=1e-12)
    assert rolled.roll_dates.tolist() == [DATES[16]]
    assert rolled.gaps.tolist() == pytest.approx([gap], rel=1e-12)
    # the return that joining prices would count
    spliced = rolled.prices.pct_change()
    assert abs(spliced[DATES[16]] - rolled.returns[DATES[16]]) > 0.9 * abs(gap)


def test_prices_and_differences_are_of_the_contract_held(chain: pd.DataFrame) -> None:
    rolled = roll_futures(chain, RollBeforeExpiry(5), EXPIRIES)
    for date, name in rolled.held.items():
        position = DATES.get_loc(date)
        price = chain.loc[date, name]
        assert rolled.prices[date] == price
        assert rolled.differences[date] == price - chain.loc[DATES[position - 1], name]
    assert rolled.returns.attrs == {"returns": "simple"}
    assert rolled.differences.attrs == {"returns": "difference"}


def test_back_adjusted_level_has_the_returns_and_last_price(chain: pd.DataFrame) -> None:
    rolled = roll_futures(chain, RollBeforeExpiry(5), EXPIRIES)
    level = rolled.back_adjusted
    np.testing.assert_allclose(level.pct_change().iloc[1:], rolled.returns.iloc[1:], rtol=1e-9)
    assert level.iloc[-1] == pytest.approx(rolled.prices.iloc[-1], rel=1e-12)
    # by the definition: old prices times the ratio at each later roll
    factor = np.prod(1 + rolled.gaps)
    assert level.iloc[0] == pytest.approx(rolled.prices.iloc[0] * factor, rel=1e-9)


@pytest.mark.parametrize("by_volume", [False, True])
def test_expiry_without_a_time_means_the_whole_day(by_volume: bool) -> None:
    # bars over the expiry of F on the sixteenth
    bars = pd.date_range("2024-02-14", periods=15, freq="8h", tz="UTC")
    prices = {"F": np.linspace(80.0, 81.0, 15), "H": np.linspace(84.0, 85.0, 15)}
    contracts = pd.DataFrame(prices, bars)
    rule = RollBeforeExpiry(0)
    if by_volume:
        rule = RollOnVolume(pd.DataFrame({"F": 1.0, "H": 0.0}, bars))
    ends = {name: pd.Timestamp(EXPIRIES[name], tz="UTC") for name in "FH"}
    rolled = roll_futures(contracts, rule, ends)
    assert rolled.roll_dates.tolist() == [pd.Timestamp("2024-02-17", tz="UTC")]
    assert rolled.expiry.iloc[0] == ends["F"]
    for at in ("08:00", "16:00"):  # if a time is given, the bar at that time is the last
        timed = ends | {"F": pd.Timestamp(f"2024-02-16 {at}", tz="UTC")}
        found = roll_futures(contracts, rule, timed)
        assert found.held.index[found.held == "F"][-1] == timed["F"]


def test_closes_with_a_time_roll_as_dates_do(chain: pd.DataFrame) -> None:
    evening = DATES + pd.Timedelta(hours=16)
    for days in (0, 1, 5):
        expected = roll_futures(chain, RollBeforeExpiry(days), EXPIRIES)
        found = roll_futures(chain.set_axis(evening), RollBeforeExpiry(days), EXPIRIES)
        assert found.held.tolist() == expected.held.tolist()
    quiet = pd.DataFrame(0.0, evening, list(EXPIRIES)).assign(F=1.0)
    found = roll_futures(chain.set_axis(evening), RollOnVolume(quiet), EXPIRIES)
    to_the_end = roll_futures(chain, RollBeforeExpiry(0), EXPIRIES)
    assert found.held.tolist() == to_the_end.held.tolist()
    within_the_last_day_of_f = {**EXPIRIES, "H": "2024-02-16 15:00"}
    message = "in order of expiry; 'H' ends on 2024-02-16 15:00, not after"
    with pytest.raises(hr.DataError, match=message):
        roll_futures(chain, RollBeforeExpiry(0), within_the_last_day_of_f)


@pytest.mark.parametrize("by_volume", [False, True])
def test_shocks_change_no_earlier_return(
    chain: pd.DataFrame, volumes: pd.DataFrame, by_volume: bool
) -> None:
    cut = 60
    shocked = chain.copy()
    shocked.iloc[cut:] *= 3.0
    other_volumes = volumes.copy()
    other_volumes.iloc[cut:] = other_volumes.iloc[cut:].to_numpy()[:, ::-1]

    def rolled(prices: pd.DataFrame, traded: pd.DataFrame) -> hr.instruments.RolledFutures:
        rule = RollOnVolume(traded) if by_volume else RollBeforeExpiry(5)
        return roll_futures(prices, rule, EXPIRIES)

    calm = rolled(chain, volumes)
    wild = rolled(shocked, other_volumes)
    short = rolled(chain.iloc[:cut], volumes.iloc[:cut])
    earlier = calm.returns[: DATES[cut - 1]]
    pd.testing.assert_series_equal(wild.returns[: DATES[cut - 1]], earlier)
    pd.testing.assert_series_equal(short.returns, earlier)
    # the contract held over the first shocked period was decided the date before
    pd.testing.assert_series_equal(wild.held[: DATES[cut]], calm.held[: DATES[cut]])


@pytest.fixture
def negative_prices() -> pd.DataFrame:
    """Prices of two crude oil futures around the twentieth of April 2020."""
    dates = pd.DatetimeIndex(["2020-04-17", "2020-04-20", "2020-04-21"])
    return pd.DataFrame({"K20": [18.27, -37.63, 10.01], "M20": [25.03, 20.43, 11.57]}, dates)


OIL_EXPIRIES = {"K20": "2020-04-21", "M20": "2020-05-19"}


def test_negative_prices_have_differences_but_no_returns(negative_prices: pd.DataFrame) -> None:
    rolled = roll_futures(negative_prices, RollBeforeExpiry(0), OIL_EXPIRIES)
    assert rolled.differences.tolist() == pytest.approx([-55.90, 47.64])
    message = "'K20' is -37.63 in the period to 2020-04-21. Use .differences"
    with pytest.raises(hr.DataError, match=message):
        _ = rolled.returns
    front = roll_futures(negative_prices, RollBeforeExpiry(2), OIL_EXPIRIES)
    assert front.returns.tolist() == pytest.approx([20.43 / 25.03 - 1, 11.57 / 20.43 - 1])


def test_gaps_of_negative_prices_are_refused(negative_prices: pd.DataFrame) -> None:
    late = roll_futures(negative_prices, RollBeforeExpiry(1), OIL_EXPIRIES)
    assert late.roll_dates.tolist() == [negative_prices.index[2]]
    assert "1 rolls" in repr(late)
    message = r"'K20' is -37.63 in the period to 2020-04-21. Use \(.previous - .prices"
    with pytest.raises(hr.DataError, match=message):
        _ = late.gaps
    difference = (late.previous - late.prices.shift())[late.roll_dates]
    assert difference.tolist() == pytest.approx([20.43 + 37.63])
    # the new contract is the one below zero
    expiries = {"M20": "2020-04-21", "K20": "2020-05-19"}
    below = roll_futures(negative_prices[["M20", "K20"]], RollBeforeExpiry(1), expiries)
    with pytest.raises(hr.DataError, match="positive for gaps that are fractions; 'K20' is -37.63"):
        _ = below.gaps


def test_time_zones_and_pickles_change_no_return(chain: pd.DataFrame) -> None:
    utc = {name: pd.Timestamp(expiry, tz="UTC") for name, expiry in EXPIRIES.items()}
    rolled = roll_futures(chain.tz_localize("UTC"), RollBeforeExpiry(5), pd.Series(utc))
    plain = roll_futures(chain, RollBeforeExpiry(5), EXPIRIES)
    np.testing.assert_array_equal(rolled.returns, plain.returns)
    assert repr(rolled) == (
        "RolledFutures(RollBeforeExpiry(days=5), 119 returns to 2024-06-14, 3 rolls, now N)"
    )
    pd.testing.assert_series_equal(pickle.loads(pickle.dumps(rolled)).returns, rolled.returns)
    message = (
        "expiries and contracts must have the same type of index; got dates without a time zone"
    )
    with pytest.raises(hr.DataError, match=message):
        roll_futures(chain.tz_localize("UTC"), RollBeforeExpiry(5), EXPIRIES)


def refused(
    message: str,
    contracts: pd.DataFrame,
    rule: object = RollBeforeExpiry(5),
    expiries: object = EXPIRIES,
) -> None:
    with pytest.raises(hr.DataError, match=message):
        roll_futures(contracts, rule, expiries)


def test_chains_that_end_early_are_refused(chain: pd.DataFrame) -> None:
    message = "after 'K' there is none from 2024-05-13 on. Add the next contract, or end"
    refused(message, chain[["F", "H", "K"]])
    kept = roll_futures(chain.loc[:"2024-05-10", ["F", "H", "K"]], RollBeforeExpiry(5), EXPIRIES)
    assert kept.held.iloc[-1] == "K"
    early = chain.copy()
    early.loc["2024-06-11":, "N"] = np.nan
    refused(r"'N' has none on 2024-06-11 \(4 such periods\). Add the price", early)


def test_gaps_in_the_prices_held_are_refused(chain: pd.DataFrame) -> None:
    hole = chain.copy()
    hole.loc["2024-01-16", "F"] = np.nan
    refused(r"'F' has none on 2024-01-16 \(2 such periods\)", hole)
    late = chain.copy()
    late.loc[:"2024-02-09", "H"] = np.nan  # the close at which F is changed for H
    refused(r"'H' has none on 2024-02-09 \(1 such period\)", late)


def test_invalid_expiries_are_refused(chain: pd.DataFrame) -> None:
    message = "in order of expiry; 'F' ends on 2024-02-16, not after"
    refused(message, chain[["H", "F", "K", "N"]])
    without_n = {name: EXPIRIES[name] for name in "FHK"}
    refused("expiries must name every contract; 'N' has none", chain, expiries=without_n)
    for bad in ("one day", None, pd.NaT, 20240719, np.int64(5), 5.0):
        message = "the expiry of 'N' must be a date; got .* Pass for example '2024-03-15'"
        refused(message, chain, expiries={**EXPIRIES, "N": bad})
    for nothing in (None, list(EXPIRIES.values())):
        message = "expiries must be a mapping or a Series, contract -> date; got "
        refused(message, chain, expiries=nothing)
    in_utc = {**EXPIRIES, "N": pd.Timestamp("2024-07-19", tz="UTC")}
    refused("expiries must all be in one time zone, or all without", chain, expiries=in_utc)


def test_invalid_rules_and_contracts_are_refused(
    chain: pd.DataFrame, volumes: pd.DataFrame
) -> None:
    refused(r"rule must be a rule such as RollBeforeExpiry\(5\); got 5", chain, 5)
    refused(r"rule must be a rule such as RollBeforeExpiry\(5\); got <class", chain, RollOnVolume)
    message = "volumes must have the dates and columns of contracts; got"
    refused(message, chain, RollOnVolume(volumes.iloc[1:]))
    refused("contracts must be indexed by dates; got numbers", chain.reset_index(drop=True))
