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
    """Volumes that wander from each contract to the next, with noise, NaN where it is not traded."""
    rng = np.random.default_rng(5)
    peaks = pd.DatetimeIndex(
        [pd.Timestamp(expiry) - pd.Timedelta(days=20) for expiry in EXPIRIES.values()]
    )
    distance = np.abs((DATES.to_numpy()[:, None] - peaks.to_numpy()) / np.timedelta64(1, "D"))
    table = pd.DataFrame(
        np.exp(-distance / 10 + 0.3 * rng.normal(size=(120, 4))), DATES, list(EXPIRIES)
    )
    return table.where(chain.notna())


def slow_returns(chain: pd.DataFrame, chosen: list[str]) -> list[float]:
    """The return of the chosen contract over each period, date by date."""
    found = []
    for position, name in enumerate(chosen, start=1):
        now, before = chain.loc[DATES[position], name], chain.loc[DATES[position - 1], name]
        found.append(now / before - 1)
    return found


def chosen_before(days: int) -> list[str]:
    """The first contract of which ``days`` Mondays to Fridays are left from the date to the expiry."""
    chosen = []
    for date in DATES[1:]:
        for name, expiry in EXPIRIES.items():
            if np.busday_count(date.date(), np.datetime64(expiry)) >= days:
                chosen.append(name)
                break
    return chosen


def chosen_by_volume(volumes: pd.DataFrame) -> list[str]:
    """The contract held, changed on the date after the next one was traded more, or has to be."""
    names, chosen, now = list(EXPIRIES), [], 0
    for yesterday, date in pairwise(DATES):
        while pd.Timestamp(EXPIRIES[names[now]]) < date:
            now += 1
        while now < 3:
            held, following = (
                volumes.loc[yesterday, names[now]],
                volumes.loc[yesterday, names[now + 1]],
            )
            if not (0 if np.isnan(following) else following) > (0 if np.isnan(held) else held):
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
    assert rolled.roll_dates.tolist() == [
        DATES[i + 1] for i in range(1, 119) if chosen[i] != chosen[i - 1]
    ]
    assert rolled.expiry.tolist() == [pd.Timestamp(EXPIRIES[name]) for name in chosen]


def test_volume_rule_equals_a_loop(chain: pd.DataFrame, volumes: pd.DataFrame) -> None:
    rolled = roll_futures(chain, RollOnVolume(volumes[["N", "K", "H", "F"]]), EXPIRIES)
    chosen = chosen_by_volume(volumes)
    assert rolled.held.tolist() == chosen
    assert len(rolled.roll_dates) == 3
    assert rolled.roll_dates[0] < pd.Timestamp(EXPIRIES["F"])  # by its volume, not by its end
    np.testing.assert_allclose(rolled.returns, slow_returns(chain, chosen), rtol=1e-12)
    before = DATES[DATES.get_loc(rolled.roll_dates[0]) - 1]
    assert volumes.loc[before, "H"] > volumes.loc[before, "F"]  # the date before decided


def test_an_expired_contract_is_left_even_if_the_next_is_not_traded(chain: pd.DataFrame) -> None:
    quiet = pd.DataFrame(0.0, DATES, list(EXPIRIES)).assign(F=1.0)
    rolled = roll_futures(chain, RollOnVolume(quiet), EXPIRIES)
    assert rolled.held.tolist() == roll_futures(chain, RollBeforeExpiry(0), EXPIRIES).held.tolist()


@pytest.mark.parametrize("gap", [0.1, -0.25])
def test_a_constant_gap_enters_no_return(gap: float) -> None:
    near = pd.Series(
        100 * np.exp(np.cumsum(0.01 * np.random.default_rng(0).normal(size=30))), DATES[:30]
    )
    contracts = pd.DataFrame({"near": near, "far": near * (1 + gap)})
    rolled = roll_futures(contracts, RollBeforeExpiry(5), {"near": DATES[20], "far": DATES[60]})
    np.testing.assert_allclose(rolled.returns, near.pct_change().iloc[1:], rtol=1e-12)
    assert rolled.roll_dates.tolist() == [DATES[16]]
    assert rolled.gaps.tolist() == pytest.approx([gap], rel=1e-12)
    spliced = rolled.prices.pct_change()
    assert abs(spliced[DATES[16]] - rolled.returns[DATES[16]]) > 0.9 * abs(
        gap
    )  # what joining prices would book


def test_differences_and_prices_are_those_of_the_contract_held(chain: pd.DataFrame) -> None:
    rolled = roll_futures(chain, RollBeforeExpiry(5), EXPIRIES)
    for date, name in rolled.held.items():
        position = DATES.get_loc(date)
        assert rolled.prices[date] == chain.loc[date, name]
        assert (
            rolled.differences[date] == chain.loc[date, name] - chain.loc[DATES[position - 1], name]
        )
    assert rolled.returns.attrs == {"returns": "simple"}
    assert rolled.differences.attrs == {"returns": "difference"}


def test_back_adjusted_level_has_the_returns_and_ends_at_the_price(chain: pd.DataFrame) -> None:
    rolled = roll_futures(chain, RollBeforeExpiry(5), EXPIRIES)
    level = rolled.back_adjusted
    np.testing.assert_allclose(level.pct_change().iloc[1:], rolled.returns.iloc[1:], rtol=1e-9)
    assert level.iloc[-1] == pytest.approx(rolled.prices.iloc[-1], rel=1e-12)
    factor = np.prod(
        1 + rolled.gaps
    )  # by the definition: old prices times the ratio at each later roll
    assert level.iloc[0] == pytest.approx(rolled.prices.iloc[0] * factor, rel=1e-9)


@pytest.mark.parametrize("by_volume", [False, True])
def test_an_expiry_without_a_time_means_the_whole_day(by_volume: bool) -> None:
    bars = pd.date_range(
        "2024-02-14", periods=15, freq="8h", tz="UTC"
    )  # over the end of F on the sixteenth
    contracts = pd.DataFrame(
        {"F": np.linspace(80.0, 81.0, 15), "H": np.linspace(84.0, 85.0, 15)}, bars
    )
    rule = (
        RollOnVolume(pd.DataFrame({"F": 1.0, "H": 0.0}, bars)) if by_volume else RollBeforeExpiry(0)
    )
    ends = {name: pd.Timestamp(EXPIRIES[name], tz="UTC") for name in "FH"}
    rolled = roll_futures(contracts, rule, ends)
    assert rolled.roll_dates.tolist() == [pd.Timestamp("2024-02-17", tz="UTC")]
    assert rolled.expiry.iloc[0] == ends["F"]
    for at in ("08:00", "16:00"):  # if a time is given, the bar at that time is the last
        timed = ends | {"F": pd.Timestamp(f"2024-02-16 {at}", tz="UTC")}
        found = roll_futures(contracts, rule, timed)
        assert found.held.index[found.held == "F"][-1] == timed["F"]


def test_closes_stamped_with_a_time_roll_as_dates_do(chain: pd.DataFrame) -> None:
    evening = DATES + pd.Timedelta(hours=16)
    for days in (0, 1, 5):
        expected = roll_futures(chain, RollBeforeExpiry(days), EXPIRIES)
        assert (
            roll_futures(chain.set_axis(evening), RollBeforeExpiry(days), EXPIRIES).held.tolist()
            == expected.held.tolist()
        )
    quiet = pd.DataFrame(0.0, evening, list(EXPIRIES)).assign(F=1.0)
    found = roll_futures(chain.set_axis(evening), RollOnVolume(quiet), EXPIRIES)
    assert found.held.tolist() == roll_futures(chain, RollBeforeExpiry(0), EXPIRIES).held.tolist()
    with pytest.raises(
        hr.DataError, match="in order of expiry; 'H' ends on 2024-02-16 15:00, not after"
    ):
        roll_futures(
            chain, RollBeforeExpiry(0), {**EXPIRIES, "H": "2024-02-16 15:00"}
        )  # within the day on which F ends


@pytest.mark.parametrize("by_volume", [False, True])
def test_shocks_change_nothing_earlier(
    chain: pd.DataFrame, volumes: pd.DataFrame, by_volume: bool
) -> None:
    cut = 60
    shocked, other = chain.copy(), volumes.copy()
    shocked.iloc[cut:] *= 3.0
    other.iloc[cut:] = other.iloc[cut:].to_numpy()[:, ::-1]
    rules = (
        (RollOnVolume(volumes), RollOnVolume(other))
        if by_volume
        else (RollBeforeExpiry(5), RollBeforeExpiry(5))
    )
    calm, wild = roll_futures(chain, rules[0], EXPIRIES), roll_futures(shocked, rules[1], EXPIRIES)
    pd.testing.assert_series_equal(wild.returns[: DATES[cut - 1]], calm.returns[: DATES[cut - 1]])
    pd.testing.assert_series_equal(
        wild.held[: DATES[cut]], calm.held[: DATES[cut]]
    )  # decided the date before
    short = chain.iloc[:cut]
    rule = RollOnVolume(volumes.iloc[:cut]) if by_volume else RollBeforeExpiry(5)
    pd.testing.assert_series_equal(
        roll_futures(short, rule, EXPIRIES).returns, calm.returns[: DATES[cut - 1]]
    )


def test_prices_may_be_negative_for_differences_alone() -> None:
    dates = pd.DatetimeIndex(["2020-04-17", "2020-04-20", "2020-04-21"])
    contracts = pd.DataFrame({"K20": [18.27, -37.63, 10.01], "M20": [25.03, 20.43, 11.57]}, dates)
    rolled = roll_futures(
        contracts, RollBeforeExpiry(0), {"K20": "2020-04-21", "M20": "2020-05-19"}
    )
    assert rolled.differences.tolist() == pytest.approx([-55.90, 47.64])
    with pytest.raises(
        hr.DataError, match="'K20' is -37.63 in the period to 2020-04-21. Use .differences"
    ):
        _ = rolled.returns
    late = roll_futures(contracts, RollBeforeExpiry(1), {"K20": "2020-04-21", "M20": "2020-05-19"})
    assert late.roll_dates.tolist() == [dates[2]] and "1 rolls" in repr(late)
    with pytest.raises(
        hr.DataError,
        match=r"'K20' is -37.63 in the period to 2020-04-21. Take \(.previous - .prices",
    ):
        _ = late.gaps
    assert (late.previous - late.prices.shift())[late.roll_dates].tolist() == pytest.approx(
        [20.43 + 37.63]
    )
    below = roll_futures(
        contracts[["M20", "K20"]], RollBeforeExpiry(1), {"M20": "2020-04-21", "K20": "2020-05-19"}
    )
    with pytest.raises(hr.DataError, match="positive for gaps that are fractions; 'K20' is -37.63"):
        _ = below.gaps
    front = roll_futures(contracts, RollBeforeExpiry(2), {"K20": "2020-04-21", "M20": "2020-05-19"})
    assert front.returns.tolist() == pytest.approx([20.43 / 25.03 - 1, 11.57 / 20.43 - 1])


def test_time_zones_pickles_and_repr(chain: pd.DataFrame) -> None:
    utc = {name: pd.Timestamp(expiry, tz="UTC") for name, expiry in EXPIRIES.items()}
    rolled = roll_futures(chain.tz_localize("UTC"), RollBeforeExpiry(5), pd.Series(utc))
    np.testing.assert_array_equal(
        rolled.returns, roll_futures(chain, RollBeforeExpiry(5), EXPIRIES).returns
    )
    assert (
        repr(rolled)
        == "RolledFutures(RollBeforeExpiry(days=5), 119 returns to 2024-06-14, 3 rolls, now N)"
    )
    pd.testing.assert_series_equal(pickle.loads(pickle.dumps(rolled)).returns, rolled.returns)
    with pytest.raises(
        hr.DataError,
        match="expiries and contracts must be dated alike; got dates without a time zone",
    ):
        roll_futures(chain.tz_localize("UTC"), RollBeforeExpiry(5), EXPIRIES)


def test_a_chain_that_ends_early_is_refused(chain: pd.DataFrame) -> None:
    with pytest.raises(
        hr.DataError,
        match="after 'K' there is none from 2024-05-13 on. Add the next contract, or end",
    ):
        roll_futures(chain[["F", "H", "K"]], RollBeforeExpiry(5), EXPIRIES)
    kept = roll_futures(chain.loc[:"2024-05-10", ["F", "H", "K"]], RollBeforeExpiry(5), EXPIRIES)
    assert kept.held.iloc[-1] == "K"
    early = chain.copy()
    early.loc["2024-06-11":, "N"] = np.nan
    with pytest.raises(
        hr.DataError, match=r"'N' has none on 2024-06-11 \(4 such periods in all\). Give the price"
    ):
        roll_futures(early, RollBeforeExpiry(5), EXPIRIES)


def test_what_cannot_be_rolled_is_refused(chain: pd.DataFrame, volumes: pd.DataFrame) -> None:
    hole = chain.copy()
    hole.loc["2024-01-16", "F"] = np.nan
    with pytest.raises(hr.DataError, match=r"'F' has none on 2024-01-16 \(2 such periods in all\)"):
        roll_futures(hole, RollBeforeExpiry(5), EXPIRIES)
    late = chain.copy()
    late.loc[:"2024-02-09", "H"] = np.nan  # the close at which F is changed for H
    with pytest.raises(hr.DataError, match=r"'H' has none on 2024-02-09 \(1 such period in all\)"):
        roll_futures(late, RollBeforeExpiry(5), EXPIRIES)
    with pytest.raises(hr.DataError, match="in order of expiry; 'F' ends on 2024-02-16, not after"):
        roll_futures(chain[["H", "F", "K", "N"]], RollBeforeExpiry(5), EXPIRIES)
    with pytest.raises(hr.DataError, match="expiries must name every contract; 'N' has none"):
        roll_futures(chain, RollBeforeExpiry(5), {name: EXPIRIES[name] for name in "FHK"})
    for bad in ("one day", None, pd.NaT, 20240719, np.int64(5), 5.0):
        with pytest.raises(
            hr.DataError,
            match="the expiry of 'N' must be a date; got .* Give for example '2024-03-15'",
        ):
            roll_futures(chain, RollBeforeExpiry(5), {**EXPIRIES, "N": bad})
    for nothing in (None, list(EXPIRIES.values())):
        with pytest.raises(
            hr.DataError, match="expiries must be a mapping or a Series, contract -> date; got "
        ):
            roll_futures(chain, RollBeforeExpiry(5), nothing)
    with pytest.raises(hr.DataError, match="expiries must all be in one time zone, or all without"):
        roll_futures(
            chain, RollBeforeExpiry(5), {**EXPIRIES, "N": pd.Timestamp("2024-07-19", tz="UTC")}
        )
    wrong = volumes.copy()
    wrong.loc["2024-01-03", "H"] = -1.0
    with pytest.raises(
        hr.DataError, match="volumes must not be negative; 'H' has -1 on 2024-01-03. Give NaN where"
    ):
        RollOnVolume(wrong)
    with pytest.raises(hr.DataError, match="days must be a whole number of at least 0; got -1"):
        RollBeforeExpiry(-1)
    with pytest.raises(
        hr.DataError, match=r"rule must be a rule such as RollBeforeExpiry\(5\); got 5"
    ):
        roll_futures(chain, 5, EXPIRIES)
    with pytest.raises(
        hr.DataError, match="volumes must have the dates and columns of contracts; got"
    ):
        roll_futures(chain, RollOnVolume(volumes.iloc[1:]), EXPIRIES)
    with pytest.raises(hr.DataError, match="contracts must be indexed by dates; got numbers"):
        roll_futures(chain.reset_index(drop=True), RollBeforeExpiry(5), EXPIRIES)
