"""skew_history: rows of their own quotes, dates that know them, regimes that observe them."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import hedgeresearch as hr
from hedgeresearch.errors import DataError
from hedgeresearch.options import SVI, OptionChain, skew, skew_history

Chains = Callable[..., OptionChain]
STRIKES = np.exp(np.linspace(-0.25, 0.25, 9))


def chain_at(
    moment: pd.Timestamp, level: float, slope: float, days: tuple[float, ...] = (30.0,)
) -> OptionChain:
    """The chain of a smile that is straight in the logarithm of the strike."""
    frames = [
        pd.DataFrame(
            {
                "expiry": moment + pd.Timedelta(days=number),
                "strike": 100.0 * STRIKES,
                "forward": 100.0,
                "volatility": level - slope * np.log(STRIKES),
            }
        )
        for number in days
    ]
    return OptionChain.from_volatilities(pd.concat(frames), moment)


def test_rows_are_the_shapes_of_their_chains() -> None:
    moments = pd.date_range("2024-05-22 16:00", periods=3, tz="UTC")
    chains = [
        chain_at(moment, level, 0.1)
        for moment, level in zip(moments, (0.2, 0.3, 0.25), strict=True)
    ]
    found = skew_history(chains)
    assert found.index.to_list() == moments.to_list()
    for chain, (_, row) in zip(chains, found.iterrows(), strict=True):
        expected = skew(SVI().fit(chain), 30.0).iloc[0]
        assert_allclose(row, expected[found.columns], rtol=1e-12)
    # a row does not depend on those after it
    pd.testing.assert_frame_equal(skew_history(chains[:2]), found.iloc[:2], check_freq=False)


def test_several_maturities_have_a_term_structure() -> None:
    moment = pd.Timestamp("2024-05-22 16:00", tz="UTC")
    chain = chain_at(moment, 0.3, 0.1, days=(20.0, 120.0))
    found = skew_history({moment.date(): chain}, [90, 30])
    assert found.index.to_list() == [pd.Timestamp("2024-05-22")]
    pd.testing.assert_frame_equal(
        skew_history({moment.date(): chain}, np.array([90, 30])),  # type: ignore[arg-type]
        found,
    )
    row = found.iloc[0]
    assert_allclose(row["term_structure"], row["at_the_money 90d"] - row["at_the_money 30d"])
    both = skew(SVI().fit(chain), [30.0, 90.0])
    assert_allclose(row[["slope 30d", "slope 90d"]].to_list(), both["slope"])


def test_dates_before_their_quotes_are_refused() -> None:
    moment = pd.Timestamp("2024-05-22 16:00", tz="UTC")
    chain = chain_at(moment, 0.3, 0.1)
    with pytest.raises(DataError, match="quotes of 2024-05-21 must be known at its end"):
        skew_history({"2024-05-21": chain})
    with pytest.raises(DataError, match="15:59 UTC must be known at its end; they are of"):
        skew_history({moment - pd.Timedelta(minutes=1): chain})
    assert len(skew_history({moment: chain})) == 1


def test_errors_name_the_date() -> None:
    moment = pd.Timestamp("2024-05-22 16:00", tz="UTC")
    with pytest.raises(DataError, match="2024-05-22: expiry must lie between"):
        skew_history({"2024-05-22": chain_at(moment, 0.3, 0.1)}, 60.0)
    with pytest.raises(DataError, match="chains must have a chain at least"):
        skew_history([])
    with pytest.raises(DataError, match="chains must be OptionChains; got dict"):
        skew_history([{}])  # type: ignore[list-item]
    twice = [chain_at(moment, 0.3, 0.1)] * 2
    with pytest.raises(DataError, match="chains must have every date once"):
        skew_history(twice)


@pytest.mark.long
def test_regimes_of_the_skew_hedge_the_next_date() -> None:
    n = 130
    n_sample = 120
    rng = np.random.default_rng(3)
    dates = pd.bdate_range("2024-01-01", periods=n)
    state = (np.arange(n) // 15) % 2
    ratio = np.where(state == 1, 1.5, 0.5)
    future = rng.standard_normal(n) * 0.01
    asset = ratio * future + 0.002 * rng.standard_normal(n)
    # a few chains of each regime, which quotes of later dates repeat
    first = dates[0].tz_localize("UTC")
    known = {
        (regime, number): chain_at(first, 0.3, (0.05, 0.3)[regime] + 0.005 * number)
        for regime, number in product((0, 1), range(5))
    }
    chains = {date: known[state[i], rng.integers(5)] for i, date in enumerate(dates)}
    history = skew_history(chains)[["slope"]]
    assert history.index.equals(dates.rename("date"))
    returns = pd.DataFrame({"asset": asset, "future": future}, index=history.index)
    model = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=4), observe=history)
    sample = returns.iloc[:n_sample]
    fit = model.fit(sample["asset"], sample[["future"]])
    assert fit.by_regime["future"].max() - fit.by_regime["future"].min() > 0.6

    def extended(observed: pd.DataFrame) -> Any:
        longer = replace(fit, model=replace(model, observe=observed))
        new = returns.iloc[n_sample:]
        return longer.extend(new["asset"], new[["future"]])

    other = history.copy()
    # the last quotes of the other regime
    other.iloc[-1] = history.iloc[10 if state[-1] else 20]
    one = extended(history)
    two = extended(other)
    # the row dated t is known at the end of t: it moves the ratio of the next date only
    pd.testing.assert_frame_equal(one.ratio, two.ratio)
    assert abs(one.next_ratio["future"] - two.next_ratio["future"]) > 0.3
