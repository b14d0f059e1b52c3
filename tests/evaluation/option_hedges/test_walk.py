"""Walk-forward over a panel of options: what is used, what is counted, what is compared."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import TimeSeriesSplit

import hedgeresearch as hr
from hedgeresearch.evaluation import check_option_causality, walk_forward_options
from hedgeresearch.hedges import (
    DeltaHedge,
    FactorNeutralHedge,
    HullWhiteDelta,
    OptionHedgeFit,
    OptionHedgeTraits,
)
from hedgeresearch.options import OptionPanel, OptionTarget, SimulatedSmiles, simulate_smiles

MODELS = {
    "hull_white": HullWhiteDelta(),
    "adaptive": HullWhiteDelta(halflife=30),
    "neutral": FactorNeutralHedge(options=(OptionTarget("put", 0.5, 0.5),)),
}


@pytest.fixture(scope="module")
def smiles() -> SimulatedSmiles:
    """Puts on 260 days."""
    return simulate_smiles(260, kinds=("put",), days=(21, 63), seed=3)


@pytest.fixture(scope="module")
def backtest(smiles: SimulatedSmiles) -> Any:
    costs = hr.Costs(half_spread={"future": 2e-4})
    models = {name: MODELS[name] for name in ("hull_white", "adaptive")}
    return walk_forward_options(models, smiles.panel, window=100, refit_every=40, cost=costs)


def test_errors_are_those_of_fits_to_the_past(smiles: SimulatedSmiles, backtest: Any) -> None:
    errors = []
    for start in (100, 140, 180, 220):
        fit = HullWhiteDelta().fit(smiles.panel.days(start - 100, start))
        hedged = smiles.panel.days(start, min(start + 40, 260))
        rows = hedged.arrays
        ratio = fit.extend(hedged).ratio["future"].to_numpy()
        y = (rows.next_price - rows.price) / rows.forward
        errors.append(y - ratio * (rows.next_forward / rows.forward - 1))
    np.testing.assert_allclose(backtest.errors["hull_white"], np.concatenate(errors), atol=1e-14)
    assert backtest.n_refits == 4
    assert repr(backtest).startswith("OptionBacktest(3 models, 2,880 options on 160 days")


def test_losses_are_sums_by_day(smiles: SimulatedSmiles, backtest: Any) -> None:
    table = backtest.table
    squares = backtest.errors["black"].to_numpy() ** 2
    expected = pd.Series(squares).groupby(table["next_date"].to_numpy()).sum()
    np.testing.assert_allclose(backtest.losses["black"], expected, rtol=1e-12)
    assert backtest.losses.index[0] == smiles.panel.dates[101]
    sums = (
        pd.Series(backtest.errors["black"].to_numpy()).groupby(table["next_date"].to_numpy()).sum()
    )
    np.testing.assert_allclose(backtest.book_returns["black"], sums, atol=1e-14)
    gain = 1 - backtest.losses["adaptive"].sum() / backtest.losses["black"].sum()
    assert backtest.summary.loc["adaptive", "gain on black"] == pytest.approx(gain, rel=1e-12)


def test_costs_are_paid_on_the_netted_future(backtest: Any) -> None:
    net = backtest.net_ratios["hull_white"]["future"]
    expected = 2e-4 * net.diff().abs()
    expected.iloc[0] = 2e-4 * abs(net.iloc[0])  # entering
    np.testing.assert_allclose(backtest.costs["hull_white"], expected, rtol=1e-12)
    returns = backtest.book_returns - backtest.costs
    assert backtest.net_returns.equals(returns)
    assert (backtest.costs["unhedged"] == 0.0).all()
    assert "against black" in repr(backtest.compare_books())


def test_options_among_the_hedges_are_sold(smiles: SimulatedSmiles) -> None:
    panel = simulate_smiles(150, kinds=("put",), days=(63, 126), seed=3).panel
    found = walk_forward_options({"neutral": MODELS["neutral"]}, panel, window=100, refit_every=50)
    rows = panel.days(100, 150)
    fit = MODELS["neutral"].fit(rows)
    np.testing.assert_allclose(found.errors["neutral"], fit.hedging_errors, atol=1e-14)
    assert list(found.net_ratios["neutral"]) == ["future", "put 0.5 0.5y"]
    assert found.summary.loc["neutral", "gain on black"] > 0.5


def test_backtests_and_panels_are_pickled(smiles: SimulatedSmiles, backtest: Any) -> None:
    again = pickle.loads(pickle.dumps(backtest))
    assert again.summary.equals(backtest.summary)
    panel = pickle.loads(pickle.dumps(smiles.panel))
    np.testing.assert_array_equal(panel.arrays.delta, smiles.panel.arrays.delta)


def test_threads_give_what_one_does(smiles: SimulatedSmiles) -> None:
    fit = HullWhiteDelta(halflife=20).fit(smiles.panel.days(0, 100))
    expected = fit.extend(smiles.panel.days(100, 200)).ratios
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: fit.extend(smiles.panel.days(100, 200)).ratios, range(8)))
    assert all(np.array_equal(one, expected) for one in found)


def test_splitter_gives_the_days(smiles: SimulatedSmiles) -> None:
    found = walk_forward_options({}, smiles.panel, splitter=TimeSeriesSplit(3))
    assert found.n_refits == 3
    assert len(found.dates) == 195
    assert list(found.models) == ["black"]


@dataclass(frozen=True)
class Fragile:
    """A hedge that fails on some of its fits."""

    first: int
    traits = OptionHedgeTraits()

    def fit(self, panel: OptionPanel) -> OptionHedgeFit:
        if panel.dates[0] >= pd.Timestamp("2000-01-03") + pd.Timedelta(days=self.first):
            raise hr.DataError("no fit today.")
        fit = DeltaHedge().fit(panel)
        return replace(fit, model=self, ratios=0.5 * fit.ratios)

    def advance(self, fit: OptionHedgeFit, panel: OptionPanel) -> OptionHedgeFit:
        black = DeltaHedge().fit(panel)
        return replace(black, model=self, ratios=0.5 * black.ratios)


def test_failed_refits_are_counted_and_the_fit_before_goes_on(smiles: SimulatedSmiles) -> None:
    found = walk_forward_options({"fragile": Fragile(30)}, smiles.panel, window=100, refit_every=40)
    assert found.failed_refits["fragile"] == 3
    assert set(found.notes["note"]) == {"no fit today."}
    rows = found.rows
    y = found.errors["unhedged"]
    x = rows.next_forward / rows.forward - 1
    np.testing.assert_allclose(found.errors["fragile"], y - 0.5 * rows.delta * x, atol=1e-14)
    with pytest.warns(hr.errors.ConvergenceWarning, match="failed at every one of 4 refits"):
        idle = walk_forward_options({"no": Fragile(-9)}, smiles.panel, window=100, refit_every=40)
    np.testing.assert_array_equal(idle.errors["no"], idle.errors["black"])


@dataclass(frozen=True)
class FittedOnce:
    """An adaptive hedge that fails on all fits but the first."""

    inner = HullWhiteDelta(halflife=20)
    traits = OptionHedgeTraits()

    def fit(self, panel: OptionPanel) -> OptionHedgeFit:
        if panel.dates[0] > pd.Timestamp("2000-01-03"):
            raise hr.DataError("no fit today.")
        return self.inner.fit(panel)

    def advance(self, fit: OptionHedgeFit, panel: OptionPanel) -> OptionHedgeFit:
        return self.inner.advance(fit, panel)


def test_the_fit_before_goes_on_from_its_last_day(smiles: SimulatedSmiles) -> None:
    panel = smiles.panel
    found = walk_forward_options({"once": FittedOnce()}, panel, window=100, refit_every=40)
    assert found.failed_refits["once"] == found.n_refits - 1
    whole = FittedOnce.inner.fit(panel.days(0, 100)).extend(panel.days(100, panel.n_dates))
    np.testing.assert_allclose(found.errors["once"], whole.hedging_errors, atol=1e-14)


@dataclass(frozen=True)
class Cheat:
    """A hedge with the ratio that the moves of its own rows would have needed."""

    traits = OptionHedgeTraits(estimates=False)

    def fit(self, panel: OptionPanel) -> OptionHedgeFit:
        rows = panel.arrays
        x = rows.next_forward / rows.forward - 1
        ratio = (rows.next_price - rows.price) / rows.forward / x
        return replace(DeltaHedge().fit(panel), model=self, ratios=ratio[:, None])

    def advance(self, fit: OptionHedgeFit, panel: OptionPanel) -> OptionHedgeFit:
        return replace(self.fit(panel), sample_end=fit.sample_end)


@dataclass(frozen=True)
class Averaging(Cheat):
    """A hedge that uses the mean volatility of all days that it is given."""

    def fit(self, panel: OptionPanel) -> OptionHedgeFit:
        black = DeltaHedge().fit(panel)
        return replace(black, model=self, ratios=black.ratios * panel.arrays.volatility.mean())


CAUSAL = {
    "delta": DeltaHedge(smile="sticky_moneyness"),
    "pooled": HullWhiteDelta(),
    "adaptive": HullWhiteDelta(halflife=20),
    "regimes": HullWhiteDelta(regimes=hr.GaussianHMM(2, n_starts=2)),
    "factors": FactorNeutralHedge(covariance=hr.EWMACovariance(0.97)),
    "coin": HullWhiteDelta(halflife=20, convention="premium_adjusted"),
}


@pytest.mark.parametrize("name", CAUSAL)
def test_hedges_of_options_are_causal(name: str, smiles: SimulatedSmiles) -> None:
    check = check_option_causality(CAUSAL[name], smiles.panel.days(0, 210), n_shocks=3)
    assert check.passed, check
    assert not check.table["largest move"].isna().any()


def test_moves_of_the_same_day_are_caught(smiles: SimulatedSmiles) -> None:
    check = check_option_causality(Cheat(), smiles.panel.days(0, 60))
    assert not check.passed
    assert "NOT causal" in repr(check)
    check = check_option_causality(Averaging(), smiles.panel.days(0, 60))
    assert not check.passed
    assert check.table["moved"].any()
    assert check.first_other_step is not None


BAD: dict[str, tuple[Any, str]] = {
    "a list": ([HullWhiteDelta()], "dictionary of hedges of options"),
    "a hedge of returns": ({"ols": hr.OLSHedge()}, "Hedges of returns are for walk_forward"),
    "a class": ({"hw": HullWhiteDelta}, "Pass an instance, such as HullWhiteDelta"),
    "a reserved name": ({"unhedged": HullWhiteDelta()}, "taken by a benchmark"),
    "another black": ({"black": HullWhiteDelta()}, "taken by a benchmark"),
    "a number for a name": ({3: HullWhiteDelta()}, "texts for names"),
    "mixed conventions": (
        {"a": HullWhiteDelta(), "b": DeltaHedge("premium_adjusted")},
        "all models must hedge one account",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_models_are_refused(name: str, smiles: SimulatedSmiles) -> None:
    models, message = BAD[name]
    with pytest.raises(hr.DataError, match=message):
        walk_forward_options(models, smiles.panel, window=100)


def test_hedges_of_options_are_refused_for_returns(smiles: SimulatedSmiles) -> None:
    returns = hr.data.simulate_dcc(n_dates=300).returns
    with pytest.raises(hr.DataError, match="hedges of options are for walk_forward_options"):
        hr.walk_forward({"hw": HullWhiteDelta()}, returns["asset"], returns[["hedge"]], window=100)
    with pytest.raises(hr.DataError, match="window must leave two dates"):
        walk_forward_options({}, smiles.panel, window=260)
    with pytest.raises(hr.DataError, match="moves of at least 10 days"):
        check_option_causality(HullWhiteDelta(), smiles.panel.days(0, 8))
