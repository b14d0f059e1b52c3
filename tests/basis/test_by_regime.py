"""Carry and widening by regime against a loop over labeled dates."""

import math

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.basis import carry_by_regime
from hedgeresearch.errors import DataError


def history(n: int = 300, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    columns = {
        "basis": 1e-3 * generator.standard_normal(n),
        "per_year": 0.1 + 0.05 * generator.standard_normal(n),
        "compression": generator.random(n),
    }
    return pd.DataFrame(columns, pd.date_range("2026-01-01", periods=n, freq="8h", tz="UTC"))


def labels(table: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    first = np.random.default_rng(seed).random(len(table)) < 0.4
    return pd.DataFrame({"wide": first.astype(float), "compressed": ~first * 1.0}, table.index)


def test_of_certain_regimes_it_is_a_loop_over_their_dates() -> None:
    table = history()
    regimes = labels(table)
    found = carry_by_regime(table, regimes, periods=5, quantile=0.9)
    for name in regimes:
        dates = np.flatnonzero(regimes[name])
        assert found.loc[name, "share"] == pytest.approx(len(dates) / len(table))
        assert found.loc[name, "per_year"] == pytest.approx(table["per_year"].iloc[dates].mean())
        mean = table["compression"].iloc[dates].mean()
        assert found.loc[name, "compression"] == pytest.approx(mean)
        rises = []
        for at in dates:
            after = table["basis"].iloc[at + 1 : at + 6]
            if len(after) == 5:
                rises.append(max(after.max() - table["basis"].iloc[at], 0.0))
        rises.sort()
        expected = rises[math.ceil(0.9 * len(rises) - 1e-9) - 1]
        assert found.loc[name, "widening"] == pytest.approx(expected)
        days = 365.0 * expected / found.loc[name, "per_year"]
        assert found.loc[name, "days_to_earn_back"] == pytest.approx(days)


def test_probabilities_weigh_dates() -> None:
    table = history()
    half = pd.DataFrame(0.5, table.index, ["a", "b"])
    found = carry_by_regime(table, half, periods=5)
    pd.testing.assert_series_equal(found.loc["a"], found.loc["b"], check_names=False)
    assert found.loc["a", "per_year"] == pytest.approx(table["per_year"].mean())


def test_a_carry_that_is_paid_earns_nothing_back() -> None:
    table = history().assign(per_year=-0.1)
    found = carry_by_regime(table, labels(table), periods=5)
    assert np.isinf(found["days_to_earn_back"]).all()


@pytest.mark.long
def test_regimes_of_a_model_can_be_used() -> None:
    table = history()
    table["per_year"] += 0.5 * (np.arange(300) // 75 % 2)
    fit = hr.GaussianHMM(2, n_starts=1).fit(table[["per_year"]])
    found = carry_by_regime(table, fit.predicted, periods=5)
    assert found["share"].tolist() == pytest.approx([0.5, 0.5], abs=0.05)
    assert found["per_year"].max() - found["per_year"].min() == pytest.approx(0.5, abs=0.05)


def test_what_does_not_fit_is_refused() -> None:
    table = history()
    regimes = labels(table)
    with pytest.raises(DataError, match="add up to one on each date"):
        carry_by_regime(table, 0.5 * regimes)
    with pytest.raises(DataError, match="must contain every date"):
        carry_by_regime(table, regimes.iloc[5:])
    with pytest.raises(DataError, match="history must be that of basis_history"):
        carry_by_regime(table[["basis"]], regimes)
    with pytest.raises(DataError, match="more than 400 rows"):
        carry_by_regime(table, regimes, periods=400)
    rare = pd.DataFrame({"a": 1.0, "b": 0.0}, table.index)
    with pytest.raises(DataError, match="Regime 'b' has 0 dates; at least 30"):
        carry_by_regime(table, rare)
