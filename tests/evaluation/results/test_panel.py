"""Tables of a panel of backtests, by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import hedgeresearch as hr
from tests.evaluation.runs import EVERY, WINDOW


@pytest.fixture(scope="module")
def panel(pairs: Any) -> hr.evaluation.BacktestPanel:
    ewma = hr.MinimumVarianceHedge(hr.EWMACovariance())
    return hr.walk_forward_panel({"ewma": ewma}, pairs, WINDOW, EVERY, progress=False)


def test_effectiveness_has_a_row_a_pair(panel: hr.evaluation.BacktestPanel) -> None:
    removed = {pair: panel[pair].summary["effectiveness"].drop("unhedged") for pair in panel}
    np.testing.assert_allclose(panel.effectiveness, pd.DataFrame(removed).T, rtol=1e-10)
    assert panel.effectiveness.index.name == "pair"
    assert list(panel.effectiveness.columns) == ["naive", "ols", "ewma"]


def test_the_summary_by_hand(panel: hr.evaluation.BacktestPanel) -> None:
    table = panel.effectiveness
    assert list(panel.summary.index) == list(table.columns)
    assert list(panel.summary.columns) == [
        "mean effectiveness",
        "min",
        "median",
        "max",
        "pairs better than ols",
        "pairs better than naive",
        "failed refits",
    ]
    for name, row in panel.summary.iterrows():
        values = table[name].to_numpy()
        expected = [values.mean(), values.min(), np.median(values), values.max()]
        expected += [(values > table[other].to_numpy()).sum() for other in ("ols", "naive")]
        np.testing.assert_allclose(row, [*expected, 0], rtol=1e-10)


def test_failed_refits_are_counted_by_pair(panel: hr.evaluation.BacktestPanel) -> None:
    assert panel.failed_refits.eq(0).all(axis=None)
    assert panel.failed_refits.shape == (3, 3)


def test_a_panel_is_read_in_one_line(panel: hr.evaluation.BacktestPanel) -> None:
    assert repr(panel) == "BacktestPanel(3 pairs, 3 models)"
    assert "BacktestPanel(3 pairs, 3 models)" in panel._repr_html_()


def test_an_unknown_pair_is_refused(panel: hr.evaluation.BacktestPanel) -> None:
    with pytest.raises(
        hr.DataError, match=r"pair must be one of \['oil', 'gas', 'coal'\]; got 'tin'"
    ):
        panel["tin"]
