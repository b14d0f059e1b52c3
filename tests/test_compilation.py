"""Compiling before the first use."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr
from hedgeresearch import compilation
from hedgeresearch._kernels.compilation.kernels import log


@pytest.fixture
def families(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], None]]:
    """Two families, of which the first compiles two kernels at its first run."""
    waiting = ["one", "two"]

    def compile_two() -> None:
        while waiting:
            log().begin("ewma", "one")
            log().end("ewma", waiting.pop())

    found = {"moments": compile_two, "walks": lambda: None}
    monkeypatch.setattr(compilation, "_families", lambda: found)
    return found


@pytest.mark.usefixtures("families")
def test_compile_says_what_and_how_long() -> None:
    lines: list[str] = []
    table = hr.compile(lines.append)
    assert table["compiled"].to_dict() == {"moments": 2, "walks": 0}
    assert (table["seconds"] >= 0.0).all()
    assert lines[0].startswith("moments: 2 compiled in ")
    assert lines[1] == "walks: compiled before."
    assert lines[2].startswith("all: 2 compiled in ")
    assert "ept in" in lines[3]


@pytest.mark.usefixtures("families")
def test_second_call_compiles_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    hr.compile(None)
    assert capsys.readouterr().out == ""
    assert hr.compile()["compiled"].sum() == 0
    assert "all: compiled before." in capsys.readouterr().out


@pytest.mark.slow
def test_fits_and_walks_after_it_compile_nothing() -> None:
    hr.compile(None)
    returns = hr.data.simulate_dcc(600, n_series=3, correlation=0.4, seed=9).returns
    models: dict[str, Any] = {
        "dcc": hr.MinimumVarianceHedge(hr.DCC()),
        "kalman": hr.KalmanHedge(),
        "regime": hr.RegimeHedge(hr.GaussianHMM(2, n_starts=3)),
    }
    with log().observed() as compiled:
        for hedges in (["hedge"], ["hedge", "hedge2"]):
            backtest = hr.walk_forward(models, returns["asset"], returns[hedges], 400, 100)
            assert np.isfinite(backtest.summary["effectiveness"]).all()
            for model in models.values():
                model.fit(returns["asset"], returns[hedges]).conf_int()
    assert compiled == []
