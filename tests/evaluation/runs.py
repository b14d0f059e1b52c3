"""Walk-forward runs for tests: warnings are errors, and equal results are equal to the last bit."""

import warnings
from typing import Any

import pandas as pd

import hedgeresearch as hr

WINDOW = 250
EVERY = 50


def walk(models: dict[str, Any], returns: pd.DataFrame, **settings: Any) -> hr.evaluation.Backtest:
    """Walk forward over returns, the asset first; some of them look wrong on purpose."""
    settings = {"window": WINDOW, "refit_every": EVERY, "progress": False} | settings
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", hr.errors.DataWarning)
        return hr.walk_forward(models, returns.iloc[:, 0], returns.iloc[:, 1:], **settings)


def walk_one(model: Any, returns: pd.DataFrame, **settings: Any) -> hr.evaluation.Backtest:
    """Walk one model, whatever it warns of."""
    return hr.walk_forward(
        {"model": model},
        returns["asset"],
        returns[["hedge"]],
        **({"window": WINDOW, "refit_every": EVERY, "progress": False} | settings),
    )


def check_same(one: hr.evaluation.Backtest, other: hr.evaluation.Backtest) -> None:
    """Compare two backtests to the last bit."""
    for name in ("ratios", "hedged_returns", "costs", "summary"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    pd.testing.assert_frame_equal(one.notes, other.notes)
    assert list(one.predicted) == list(other.predicted)
    for name, path in one.predicted.items():
        pd.testing.assert_frame_equal(path, other.predicted[name], check_exact=True)
