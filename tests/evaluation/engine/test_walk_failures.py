"""Walks of models whose refits or extensions fail."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import parallel
from hedgeresearch.hedges import HedgeTraits
from tests.evaluation.fragile import EWMA, Broken, failing_at
from tests.evaluation.runs import walk, walk_one


def test_a_failed_refit_holds_the_last_ratio_and_is_counted(returns: pd.DataFrame) -> None:
    backtest = walk({"fragile": failing_at(returns, 300), "ewma": EWMA}, returns)
    fragile = backtest.ratios["fragile"]["hedge"]
    ewma = backtest.ratios["ewma"]["hedge"]
    assert ewma.nunique() == len(fragile) == 150
    np.testing.assert_allclose(fragile[:50], ewma[:50], rtol=1e-10)
    np.testing.assert_array_equal(fragile[50:100], fragile.iloc[49])
    np.testing.assert_allclose(fragile[100:], ewma[100:], rtol=1e-10)
    assert backtest.failed_refits.to_dict() == {"naive": 0, "ols": 0, "fragile": 1, "ewma": 0}
    failed = {"unhedged": 0, "naive": 0, "ols": 0, "fragile": 1, "ewma": 0}
    assert backtest.summary["failed refits"].to_dict() == failed


def test_notes_hold_warnings_and_failures(returns: pd.DataFrame) -> None:
    backtest = walk({"fragile": failing_at(returns, 300), "ewma": EWMA}, returns)
    assert list(backtest.notes.columns) == ["model", "date", "failed", "note"]
    ends = [str(returns.index[row - 1].date()) for row in (250, 300, 350)]
    assert backtest.notes.to_numpy().tolist() == [
        ["fragile", returns.index[250], False, f"the fit to {ends[0]} is shaky."],
        ["fragile", returns.index[300], True, f"the fit to {ends[1]} failed."],
        ["fragile", returns.index[350], False, f"the fit to {ends[2]} is shaky."],
    ]


def test_a_short_sample_is_remedied_by_a_longer_window(returns: pd.DataFrame) -> None:
    with pytest.warns(hr.errors.ConvergenceWarning, match="got 20. Use a longer window."):
        walk_one(EWMA, returns, window=20)


def test_no_hedge_is_held_before_the_first_success(returns: pd.DataFrame) -> None:
    backtest = walk({"fragile": failing_at(returns, 250, 300), "ewma": EWMA}, returns)
    fragile = backtest.ratios["fragile"]["hedge"]
    assert (fragile[:100] == 0.0).all()
    np.testing.assert_allclose(fragile[100:], backtest.ratios["ewma"]["hedge"][100:], rtol=1e-10)
    pd.testing.assert_series_equal(
        backtest.hedged_returns["fragile"][:100],
        backtest.hedged_returns["unhedged"][:100],
        check_names=False,
    )


@pytest.mark.parametrize("longest", [1, 2, 3])
def test_a_ratio_is_held_across_the_cut_of_a_long_walk(
    returns: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, longest: int
) -> None:
    models = {"fragile": failing_at(returns, 300, 325), "ewma": EWMA}
    whole = walk(models, returns, refit_every=25)
    monkeypatch.setattr(parallel, "MAX_REFITS", longest)
    cut = walk(models, returns, refit_every=25)
    fragile = cut.ratios["fragile"]["hedge"]
    np.testing.assert_array_equal(fragile[50:100], fragile.iloc[49])
    np.testing.assert_allclose(fragile.iloc[49], cut.ratios["ewma"]["hedge"].iloc[49], rtol=1e-10)
    pd.testing.assert_frame_equal(cut.ratios, whole.ratios, rtol=1e-10)
    pd.testing.assert_frame_equal(cut.notes, whole.notes)
    assert cut.n_refits == 6


def test_a_failed_extension_holds_the_last_ratio(returns: pd.DataFrame) -> None:
    constant = returns.copy()
    # the window is constant from row 302 on, and in the samples of the refits after it
    constant.iloc[299:302, 1] = 0.0
    backtest = walk({"rolling": hr.RollingOLSHedge(3)}, constant, refit_every=25)
    assert backtest.failed_refits.to_dict() == {"naive": 0, "ols": 0, "rolling": 4}
    failures = backtest.notes["note"][backtest.notes["failed"]]
    assert failures.str.contains("must vary").all()
    rolling = backtest.ratios["rolling", "hedge"]
    assert rolling.loc[constant.index[301:]].nunique() == 1
    # later rows do not spoil earlier ones
    assert rolling.loc[constant.index[250:302]].nunique() == 52


@dataclass(frozen=True)
class Gaps:
    """An OLS hedge whose ratio is lost on some dates."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    lost: float = np.nan

    def fit(self, asset: Any, hedges: Any) -> Any:
        fit = hr.OLSHedge().fit(asset, hedges)
        object.__setattr__(fit, "model", self)
        return fit

    def advance(self, fit: Any, returns: Any) -> Any:
        longer = hr.OLSHedge().advance(fit, returns)
        longer.ratio.iloc[len(returns) // 2 :] = self.lost
        return longer


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_ratios_that_are_not_finite_are_replaced(prices: pd.DataFrame, lost: float) -> None:
    backtest = walk_one(Gaps(lost), hr.returns(prices))
    assert backtest.failed_refits["model"] == 0  # row by row, the next ratio is there
    assert np.isfinite(backtest.ratio("model")).all(axis=None)


def test_programming_errors_are_raised(returns: pd.DataFrame) -> None:
    with pytest.raises(ZeroDivisionError, match="a bug"):
        walk({"broken": Broken()}, returns)


def test_regimes_of_a_failed_refit_are_unknown(returns: pd.DataFrame) -> None:
    regime = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2))
    backtest = walk({"regime": regime, "fragile": failing_at(returns, 300, inner=regime)}, returns)
    assert list(backtest.predicted) == ["regime", "fragile"]
    assert backtest.predicted["fragile"].iloc[50:100].isna().all(axis=None)
    assert backtest.predicted["regime"].notna().all(axis=None)
    np.testing.assert_allclose(backtest.predicted["regime"].sum(axis=1), 1.0)
    known = backtest.predicted["fragile"].dropna()
    table = backtest.by_regime("fragile", lambda hedged, asset: len(hedged))
    most_probable = known.to_numpy().argmax(axis=1)
    counts = [(most_probable == k).sum() for k in (0, 1)]
    expected = [np.nan if count < 20 else count for count in counts]
    np.testing.assert_array_equal(table["ols"], expected)


@dataclass(frozen=True)
class Nested:
    """A hedge that chooses by a backtest of its own."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()

    def fit(self, asset: Any, hedges: Any) -> Any:
        inner = hr.walk_forward({}, asset, hedges, 150, 50, progress=False)
        model = hr.OLSHedge() if len(inner.ratios) else hr.NaiveHedge()
        return model.fit(asset, hedges)

    def advance(self, fit: Any, returns: Any) -> Any:
        return hr.OLSHedge().advance(fit, returns)


def test_a_model_may_run_a_backtest_of_its_own(prices: pd.DataFrame) -> None:
    backtest = walk_one(Nested(), hr.returns(prices))
    np.testing.assert_allclose(backtest.ratio("model"), backtest.ratio("ols"), rtol=1e-12)
