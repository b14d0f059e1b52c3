"""The backtest: who takes part, and what becomes of refits that fail."""

import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from hedgeresearch.evaluation.engine import parallel as tasks
from hedgeresearch.hedges import HedgeTraits

WINDOW, EVERY = 250, 50
EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance(0.95))


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.data.simulate_dcc(n_dates=400, seed=11).returns


def walk(models: dict[str, Any], returns: pd.DataFrame, **settings: Any) -> hr.evaluation.Backtest:
    settings = {"window": WINDOW, "refit_every": EVERY, "progress": False} | settings
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return hr.walk_forward(models, returns.iloc[:, 0], returns.iloc[:, 1:], **settings)


@dataclass(frozen=True)
class Fragile:
    """A hedge that warns at each fit, and fails where the sample ends at certain dates."""

    traits: ClassVar[HedgeTraits] = HedgeTraits()
    fails: tuple[pd.Timestamp, ...]
    inner: Any = EWMA

    def fit(self, asset: pd.Series, hedges: pd.DataFrame) -> hr.hedges.HedgeFit:
        day = asset.index[-1]
        if day in self.fails:
            raise hr.ConvergenceError(f"the fit to {day.date()} failed.")
        warnings.warn(
            f"the fit to {day.date()} is shaky.", hr.errors.ConvergenceWarning, stacklevel=2
        )
        return self.inner.fit(asset, hedges)

    def advance(self, fit: hr.hedges.HedgeFit, returns: pd.DataFrame) -> hr.hedges.HedgeFit:
        return self.inner.advance(fit, returns)


def failing_at(returns: pd.DataFrame, *rows: int, inner: Any = EWMA) -> Fragile:
    """A model whose refits before these rows fail."""
    return Fragile(tuple(returns.index[row - 1] for row in rows), inner)


# --- refits that fail ---


def test_a_refit_that_fails_keeps_the_last_ratio_and_is_counted(returns: pd.DataFrame) -> None:
    study = walk({"fragile": failing_at(returns, 300), "ewma": EWMA}, returns)
    fragile, ewma = study.ratios["fragile"]["hedge"], study.ratios["ewma"]["hedge"]
    assert ewma.nunique() == len(fragile) == 150
    np.testing.assert_allclose(fragile[:50], ewma[:50], rtol=1e-10)
    np.testing.assert_array_equal(fragile[50:100], fragile.iloc[49])
    np.testing.assert_allclose(fragile[100:], ewma[100:], rtol=1e-10)
    assert study.failed_refits.to_dict() == {"naive": 0, "ols": 0, "fragile": 1, "ewma": 0}
    failed = {"unhedged": 0, "naive": 0, "ols": 0, "fragile": 1, "ewma": 0}
    assert study.summary["failed refits"].to_dict() == failed
    assert list(study.notes.columns) == ["model", "date", "failed", "note"]
    ends = [str(returns.index[row - 1].date()) for row in (250, 300, 350)]
    assert study.notes.to_numpy().tolist() == [
        ["fragile", returns.index[250], False, f"the fit to {ends[0]} is shaky."],
        ["fragile", returns.index[300], True, f"the fit to {ends[1]} failed."],
        ["fragile", returns.index[350], False, f"the fit to {ends[2]} is shaky."],
    ]


def test_no_hedge_is_held_before_the_first_success(returns: pd.DataFrame) -> None:
    study = walk({"fragile": failing_at(returns, 250, 300), "ewma": EWMA}, returns)
    fragile = study.ratios["fragile"]["hedge"]
    assert (fragile[:100] == 0.0).all()
    np.testing.assert_allclose(fragile[100:], study.ratios["ewma"]["hedge"][100:], rtol=1e-10)
    pd.testing.assert_series_equal(
        study.hedged_returns["fragile"][:100],
        study.hedged_returns["unhedged"][:100],
        check_names=False,
    )


def test_a_model_that_always_fails_is_told_of_and_stays_in_the_table(returns: pd.DataFrame) -> None:
    message = f"model 'fragile' failed at every one of 3 refits and never hedged: the fit to {returns.index[249].date()}"
    with pytest.warns(hr.errors.ConvergenceWarning, match=message):
        study = hr.walk_forward(
            {"fragile": failing_at(returns, 250, 300, 350), "ewma": EWMA},
            returns["asset"],
            returns[["hedge"]],
            WINDOW,
            EVERY,
            progress=False,
        )
    row = study.summary.loc["fragile"]
    assert (
        row[["effectiveness", "mean ratio", "least ratio", "greatest ratio", "turnover"]]
        .eq(0.0)
        .all()
    )
    assert row["failed refits"] == 3
    assert study.summary.loc["ewma", "effectiveness"] != 0.0
    assert study.predicted == {}


def test_a_window_too_short_for_anything_is_refused(returns: pd.DataFrame) -> None:
    with pytest.raises(hr.DataError, match="window must be at least 4 for these hedges; got 3"):
        hr.walk_forward({}, returns["asset"], returns[["hedge"]], 3, 150, progress=False)


@pytest.mark.parametrize("longest", [1, 2, 3])
def test_a_ratio_is_held_across_the_cut_of_a_long_walk(
    returns: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, longest: int
) -> None:
    models = {"fragile": failing_at(returns, 300, 325), "ewma": EWMA}
    whole = walk(models, returns, refit_every=25)
    monkeypatch.setattr(tasks, "LONGEST", longest)
    cut = walk(models, returns, refit_every=25)
    fragile, ewma = cut.ratios["fragile"]["hedge"], cut.ratios["ewma"]["hedge"]
    np.testing.assert_array_equal(fragile[50:100], fragile.iloc[49])
    np.testing.assert_allclose(fragile.iloc[49], ewma.iloc[49], rtol=1e-10)
    pd.testing.assert_frame_equal(cut.ratios, whole.ratios, rtol=1e-10)
    pd.testing.assert_frame_equal(cut.notes, whole.notes)
    assert cut.n_refits == 6


def test_an_extension_that_fails_holds_the_last_ratio(returns: pd.DataFrame) -> None:
    still = returns.copy()
    still.iloc[300:340, 1] = (
        0.0  # from 320 on a window stands still, and in the samples of the refits after it
    )
    study = walk({"rolling": hr.RollingOLSHedge(20)}, still, refit_every=25)
    assert study.failed_refits.to_dict() == {"naive": 0, "ols": 0, "rolling": 4}
    assert study.notes["note"].str.contains("hedges on .* must vary; hedge does not move").all()
    rolling = study.ratios["rolling", "hedge"]
    assert rolling.loc[still.index[319:]].nunique() == 1
    assert (
        rolling.loc[still.index[250:320]].nunique() == 70
    )  # what is to come does not spoil what was


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_of_another_kind_is_not_kept_quiet(returns: pd.DataFrame, jobs: int) -> None:
    class Broken:
        traits = HedgeTraits()

        def fit(self, asset: pd.Series, hedges: pd.DataFrame) -> hr.hedges.HedgeFit:
            raise ZeroDivisionError("a bug")

        def advance(self, fit: hr.hedges.HedgeFit, returns: pd.DataFrame) -> hr.hedges.HedgeFit:
            return fit

    with pytest.raises(ZeroDivisionError, match="a bug"):
        walk({"broken": Broken()}, returns, n_jobs=jobs)


def test_regimes_of_a_refit_that_failed_are_unknown(returns: pd.DataFrame) -> None:
    regime = hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2))
    study = walk({"regime": regime, "fragile": failing_at(returns, 300, inner=regime)}, returns)
    assert list(study.predicted) == ["regime", "fragile"]
    assert study.predicted["fragile"].iloc[50:100].isna().all(axis=None)
    assert study.predicted["regime"].notna().all(axis=None)
    np.testing.assert_allclose(study.predicted["regime"].sum(axis=1), 1.0)
    known = study.predicted["fragile"].dropna().index
    table = study.by_regime("fragile", lambda hedged, asset: len(hedged))
    likeliest = study.predicted["fragile"].loc[known].to_numpy().argmax(axis=1)
    counts = [np.nan if (likeliest == k).sum() < 20 else (likeliest == k).sum() for k in (0, 1)]
    np.testing.assert_array_equal(table["ols"], counts)


# --- who takes part ---


def test_benchmarks_are_always_there(returns: pd.DataFrame) -> None:
    study = walk({}, returns)
    assert study.models == {"naive": hr.NaiveHedge(), "ols": hr.OLSHedge()}
    assert list(study.summary.index) == ["unhedged", "naive", "ols"]
    unhedged = returns["asset"].iloc[WINDOW:]
    pd.testing.assert_series_equal(
        study.hedged_returns["unhedged"], unhedged, check_names=False, check_freq=False
    )
    again = walk({"ols": hr.OLSHedge(), "naive": hr.NaiveHedge()}, returns)
    pd.testing.assert_frame_equal(again.ratios, study.ratios)
    assert (
        repr(study) == f"Backtest(2 models, 150 dates out of sample, to {returns.index[-1].date()})"
    )


@pytest.mark.parametrize(
    ("models", "message"),
    [
        (
            {"unhedged": hr.OLSHedge()},
            "a model must not be called 'unhedged'; the name is taken by a benchmark",
        ),
        (
            {"naive": hr.OLSHedge()},
            "a model must not be called 'naive'; the name is taken by a benchmark",
        ),
        (
            {"ols": hr.OLSHedge(hac_lags=1)},
            "a model must not be called 'ols'; the name is taken by a benchmark",
        ),
        ([hr.OLSHedge()], "models must be a dictionary of hedge models by name; got list"),
        ({"x": "dcc"}, r"model 'x' must be a model such as OLSHedge\(\); got 'dcc'"),
        ({"x": hr.OLSHedge}, r"model 'x' must be a model such as OLSHedge\(\); got <class"),
    ],
)
def test_entrants_that_are_refused(returns: pd.DataFrame, models: Any, message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        walk(models, returns)


def test_data_that_is_refused(returns: pd.DataFrame) -> None:
    with pytest.raises(hr.DataError, match="must share their dates"):
        hr.walk_forward({}, returns["asset"].iloc[1:], returns[["hedge"]], progress=False)
    with pytest.raises(hr.DataError, match="has a gap"):
        walk({}, returns.assign(hedge=returns["hedge"].where(returns.index != returns.index[5])))


def test_progress_is_shown_on_standard_error_only(
    returns: pd.DataFrame, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    shown = walk({}, returns, progress=True)
    output, errors = capfd.readouterr()
    assert output == ""
    assert "ols" in errors
    quiet = walk({}, returns, progress=False)
    assert capfd.readouterr() == ("", "")
    pd.testing.assert_frame_equal(shown.ratios, quiet.ratios)
