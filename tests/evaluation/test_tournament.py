"""Walk-forward: against explicit loops, never looking ahead, and honest about refits that fail."""

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr

WINDOW, EVERY = 250, 50


@pytest.fixture(scope="module")
def returns() -> pd.DataFrame:
    return hr.simulate_dcc(n_dates=400, seed=11).returns


def walk(models: dict[str, Any], returns: pd.DataFrame, **settings: Any) -> hr.Tournament:
    settings = {"window": WINDOW, "refit_every": EVERY, "progress": False} | settings
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return hr.walk_forward(models, returns.iloc[:, 0], returns.iloc[:, 1:], **settings)


def slope(values: np.ndarray) -> np.ndarray:
    """Coefficients of the first column on the others, by the normal equations of the sample covariance."""
    covariance = np.cov(values, rowvar=False)
    return np.linalg.solve(covariance[1:, 1:], covariance[1:, 0])


def ewma_ratio(past: np.ndarray, decay: float) -> np.ndarray:
    weights = decay ** np.arange(len(past))[::-1]
    moments = (past * weights[:, None]).T @ past / weights.sum()
    return np.linalg.solve(moments[1:, 1:], moments[1:, 0])


@pytest.mark.parametrize("n_series", [2, 3])
@pytest.mark.parametrize("every", [1, 7, 50, 1000])
def test_every_ratio_against_an_explicit_loop(n_series: int, every: int) -> None:
    data = hr.simulate_dcc(n_dates=330, n_series=n_series, seed=3).returns
    models = {"rolling": hr.RollingOLSHedge(60), "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.95))}
    study, values = walk(models, data, refit_every=every), data.to_numpy()
    for t in range(WINDOW, len(data)):
        refit = t - (t - WINDOW) % every
        expected = {
            "naive": np.full(n_series - 1, 1 / (n_series - 1)),
            "ols": slope(values[refit - WINDOW : refit]),
            "rolling": slope(values[t - 60 : t]),
            "ewma": ewma_ratio(values[refit - WINDOW : t], 0.95),
        }
        for name, ratio in expected.items():
            np.testing.assert_allclose(study.ratios.loc[data.index[t], name], ratio, rtol=1e-9)
            hedged = values[t, 0] - ratio @ values[t, 1:]
            np.testing.assert_allclose(study.hedged_returns.loc[data.index[t], name], hedged, rtol=1e-8, atol=1e-14)


def test_it_is_fit_and_extend(returns: pd.DataFrame) -> None:
    model = hr.MinimumVarianceHedge(hr.DCC())
    study = walk({"dcc": model}, returns)
    asset, hedges = returns["asset"], returns[["hedge"]]
    for start in range(WINDOW, len(returns), EVERY):
        past, new = slice(start - WINDOW, start), slice(start, start + EVERY)
        fit = model.fit(asset.iloc[past], hedges.iloc[past]).extend(asset.iloc[new], hedges.iloc[new])
        pd.testing.assert_frame_equal(study.ratios["dcc"].loc[fit.ratio.index], fit.ratio, check_names=False)


MODELS = {
    "rolling": hr.RollingOLSHedge(60),
    "ewma": hr.MinimumVarianceHedge(hr.EWMACovariance(0.95)),
    "dcc": hr.MinimumVarianceHedge(hr.DCC()),
    "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2)),
    "most likely regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=2), combine="most_likely"),
}


@pytest.fixture(scope="module")
def unshocked(returns: pd.DataFrame) -> hr.Tournament:
    return walk(MODELS, returns)


@pytest.mark.parametrize("day", [250, 251, 299, 300, 333])
def test_the_arrow_of_time(returns: pd.DataFrame, unshocked: hr.Tournament, day: int) -> None:
    shocked = returns.copy()
    noise = np.random.default_rng(day).normal(scale=0.02, size=shocked.iloc[day:].shape)
    shocked.iloc[day:] = 3 * shocked.iloc[day:] + noise
    study, n = walk(MODELS, shocked), day - WINDOW
    assert set(study.models) == {"naive", "ols", *MODELS}
    pd.testing.assert_frame_equal(study.ratios.iloc[: n + 1], unshocked.ratios.iloc[: n + 1], check_exact=True)
    pd.testing.assert_frame_equal(study.hedged_returns.iloc[:n], unshocked.hedged_returns.iloc[:n], check_exact=True)
    assert (study.hedged_returns.iloc[n] != unshocked.hedged_returns.iloc[n]).all()
    moved = (study.ratios.iloc[-1] != unshocked.ratios.iloc[-1]).groupby(level="model").any()
    assert moved.drop("naive").drop("ols").all()


def test_benchmarks_are_always_there(returns: pd.DataFrame) -> None:
    study = walk({}, returns)
    assert study.models == {"naive": hr.NaiveHedge(), "ols": hr.OLSHedge()}
    assert list(study.summary.index) == ["unhedged", "naive", "ols"]
    pd.testing.assert_series_equal(
        study.hedged_returns["unhedged"], returns["asset"].iloc[WINDOW:], check_names=False, check_freq=False
    )
    again = walk({"ols": hr.OLSHedge(), "naive": hr.NaiveHedge()}, returns)
    pd.testing.assert_frame_equal(again.ratios, study.ratios)


@pytest.mark.parametrize(
    ("name", "model"), [("unhedged", hr.OLSHedge()), ("naive", hr.OLSHedge()), ("ols", hr.OLSHedge(hac_lags=1))]
)
def test_reserved_names(returns: pd.DataFrame, name: str, model: Any) -> None:
    with pytest.raises(hr.DataError, match=f"a model must not be called '{name}'; the name is taken by a benchmark"):
        walk({name: model}, returns)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": 400}, "window must leave two dates or more to evaluate, of 400; got 400"),
        ({"window": 4000}, "window must leave two dates or more to evaluate, of 400; got 4000"),
        ({"window": 1}, "window must be a whole number of at least 2; got 1"),
        ({"window": 100.0}, "window must be a whole number"),
        ({"refit_every": 0}, "refit_every must be a whole number of at least 1; got 0"),
        ({"window": 3}, "model 'naive', first window, to .*: asset and hedges must have at least 4 rows; got 3"),
    ],
)
def test_bad_settings(returns: pd.DataFrame, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(hr.DataError, match=message):
        walk({}, returns, **settings)


def test_bad_data(returns: pd.DataFrame) -> None:
    with pytest.raises(hr.DataError, match="must share their dates"):
        hr.walk_forward({}, returns["asset"].iloc[1:], returns[["hedge"]], progress=False)
    with pytest.raises(hr.DataError, match="has a gap"):
        walk({}, returns.assign(hedge=returns["hedge"].where(returns.index != returns.index[5])))


@dataclass(frozen=True)
class Fragile:
    """An OLS hedge that warns at each fit and fails at chosen ones, counting from one."""

    fails: tuple[int, ...]
    calls: list[int] = field(default_factory=list, compare=False)

    def fit(self, asset: pd.Series, hedges: pd.DataFrame) -> hr.HedgeFit:
        self.calls.append(len(self.calls) + 1)
        if self.calls[-1] in self.fails:
            raise hr.ConvergenceError(f"fit {self.calls[-1]} failed.")
        warnings.warn(f"fit {self.calls[-1]} is shaky.", hr.ConvergenceWarning, stacklevel=2)
        return hr.OLSHedge().fit(asset, hedges)


def test_a_refit_that_fails_keeps_the_last_estimates_and_is_counted(returns: pd.DataFrame) -> None:
    study = walk({"fragile": Fragile(fails=(2,))}, returns)
    fragile, ols = study.ratios["fragile"]["hedge"], study.ratios["ols"]["hedge"]
    assert len(fragile) == 150
    np.testing.assert_array_equal(fragile[:50], ols[:50])
    np.testing.assert_array_equal(fragile[50:100], ols[:50])
    np.testing.assert_array_equal(fragile[100:], ols[100:])
    assert study.summary["failed refits"].to_dict() == {"unhedged": 0, "naive": 0, "ols": 0, "fragile": 1}
    assert list(study.notes.columns) == ["model", "date", "failed", "note"]
    assert study.notes.to_numpy().tolist() == [
        ["fragile", returns.index[250], False, "fit 1 is shaky."],
        ["fragile", returns.index[300], True, "fit 2 failed."],
        ["fragile", returns.index[350], False, "fit 3 is shaky."],
    ]


def test_every_refit_after_the_first_may_fail(returns: pd.DataFrame) -> None:
    study = walk({"fragile": Fragile(fails=(2, 3))}, returns)
    assert study.ratios["fragile"]["hedge"].nunique() == 1
    assert study.summary.loc["fragile", "failed refits"] == 2


def test_the_state_is_carried_over_a_refit_that_fails(returns: pd.DataFrame) -> None:
    flat = returns.assign(second=np.random.default_rng(1).normal(scale=0.01, size=400))
    flat.iloc[40:105, 2] = 0.0
    ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    study = walk({"ewma": ewma}, flat, window=60, refit_every=22)
    assert study.summary["failed refits"].to_dict() == {"unhedged": 0, "naive": 1, "ols": 1, "ewma": 2}
    constant, start_up = study.notes.iloc[:3], study.notes.iloc[3]
    assert constant["model"].tolist() == ["naive", "ols", "ewma"]
    assert constant["note"].str.contains("column 'second' is constant").all()
    assert constant["date"].eq(flat.index[104]).all()
    assert (start_up["model"], start_up["date"]) == ("ewma", flat.index[126])  # flat while the average starts up
    values = flat.to_numpy()
    for t in range(104, 148):
        expected = ewma_ratio(values[82 - 60 : t], 0.97)  # the estimates and the state of the refit at 82 go on
        np.testing.assert_allclose(study.ratios.loc[flat.index[t], "ewma"], expected, rtol=1e-8)


def test_a_first_fit_that_fails_names_the_model(returns: pd.DataFrame) -> None:
    message = rf"model 'fragile', first window, to {returns.index[249].date()}: fit 1 failed."
    with pytest.raises(hr.ConvergenceError, match=message):
        walk({"fragile": Fragile(fails=(1,))}, returns)


def test_an_error_of_another_kind_is_not_kept_quiet(returns: pd.DataFrame) -> None:
    class Broken:
        def fit(self, asset: pd.Series, hedges: pd.DataFrame) -> hr.HedgeFit:
            raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError, match="a bug"):
        walk({"broken": Broken()}, returns)


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


def test_summary_by_hand() -> None:
    data = hr.simulate_dcc(n_dates=330, n_series=3, seed=3).returns
    study = walk({"rolling": hr.RollingOLSHedge(60)}, data)
    assert list(study.summary.columns) == [
        "effectiveness", "volatility", "mean ratio", "least ratio", "greatest ratio", "failed refits",
    ]  # fmt: skip
    unhedged = data.to_numpy()[WINDOW:, 0]
    for name, row in study.summary.drop("unhedged").iterrows():
        ratio = study.ratios[name].to_numpy()
        hedged = unhedged - (ratio * data.to_numpy()[WINDOW:, 1:]).sum(axis=1)
        total = ratio.sum(axis=1)
        expected = [1 - hedged.var(ddof=1) / unhedged.var(ddof=1), hedged.std(ddof=1)]
        np.testing.assert_allclose(row, [*expected, total.mean(), total.min(), total.max(), 0], rtol=1e-10)
    expected = [0, unhedged.std(ddof=1), 0, 0, 0, 0]
    np.testing.assert_allclose(study.summary.loc["unhedged"], expected, rtol=1e-10)


@pytest.mark.parametrize(("n_dates", "every"), [(400, 50), (399, 50), (352, 50), (252, 50), (400, 149), (400, 151)])
def test_the_last_partial_span_is_included(returns: pd.DataFrame, n_dates: int, every: int) -> None:
    data = returns.iloc[:n_dates]
    study = walk({}, data, refit_every=every)
    pd.testing.assert_index_equal(study.ratios.index, data.index[WINDOW:], check_names=False)
    pd.testing.assert_index_equal(study.hedged_returns.index, data.index[WINDOW:])
    assert study.ratios["ols"]["hedge"].nunique() == -(-(n_dates - WINDOW) // every)
    assert np.isfinite(study.ratios.to_numpy()).all()


def test_several_hedges() -> None:
    data = hr.simulate_dcc(n_dates=330, n_series=3, names=["oil", "gas", "coal"], seed=3).returns
    study = walk({"rolling": hr.RollingOLSHedge(60)}, data)
    names = [(model, hedge) for model in ("naive", "ols", "rolling") for hedge in ("gas", "coal")]
    assert study.ratios.columns.tolist() == names
    assert study.ratios.columns.names == ["model", "hedge"]
    totals = study.ratios["rolling"].sum(axis=1)
    lines = {line.get_label(): line for line in study.plot().get_lines()}
    np.testing.assert_allclose(lines["rolling"].get_ydata(), totals)


def test_how_it_reads(returns: pd.DataFrame) -> None:
    study = walk({}, returns)
    assert repr(study) == f"Tournament(2 models, 150 dates out of sample, to {returns.index[-1].date()})"
    assert "<table" in study._repr_html_()


def test_an_extension_that_fails_holds_the_last_ratio_and_is_counted(returns: pd.DataFrame) -> None:
    still = returns.copy()
    still.iloc[300:340, 1] = 0.0  # the span from 300 on fails, and so do the refits after it
    study = walk({"rolling": hr.RollingOLSHedge(20)}, still, refit_every=25)
    assert study.summary["failed refits"].to_dict() == {"unhedged": 0, "naive": 0, "ols": 0, "rolling": 4}
    assert study.notes["note"].str.contains("hedges on .* must vary; hedge does not move").all()
    rolling = study.ratios["rolling", "hedge"]
    assert rolling.loc[still.index[300:]].nunique() == 1
    assert rolling.loc[still.index[250:300]].nunique() == 50
    assert len(study.ratios) == 150


def test_entrants_of_the_wrong_kind(returns: pd.DataFrame) -> None:
    with pytest.raises(hr.DataError, match="models must be a dictionary of hedge models by name; got list"):
        walk([hr.OLSHedge()], returns)
    with pytest.raises(hr.DataError, match=r"model 'x' must be a model such as OLSHedge\(\); got 'dcc'"):
        walk({"x": "dcc"}, returns)
