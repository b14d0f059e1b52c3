"""The rule that chooses a model, the criteria, and the joint test, on made-up results."""

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.reproductions.regime_study.panel_test import joint_test, panel_losses
from hedgeresearch.reproductions.regime_study.selection import best_of, select
from hedgeresearch.reproductions.regime_study.study import Study
from hedgeresearch.reproductions.regime_study.verdicts import (
    holm_rejections,
    worse_p_values,
)


def study_of(removed, turnover):
    """Return a study of one pair in each of two markets, with results by model."""
    losses = []
    walks = []
    for market in ("first", "second"):
        for model, share in removed.items():
            label = {"pair": market, "market": market, "window": 500, "horizon": 1, "model": model}
            losses.append(label | {"loss": "variance", "removed": share[market]})
            walks.append(label | {"turnover": turnover[model]})
    return Study(pd.DataFrame(losses), pd.DataFrame(walks), None, {}, None)


def test_the_best_eligible_regime_model_is_the_flagship():
    shares = {
        "DCC": (0.5, 0.7),
        "EWMA": (0.6, 0.6),
        "naive": (0.4, 0.4),
        "regimes": (0.5, 0.62),
        "shrinkage by regime": (0.6, 0.61),
        "experts by regime": (0.9, 0.9),
    }
    removed = {
        name: dict(zip(("first", "second"), one, strict=True)) for name, one in shares.items()
    }
    turnover = {
        "DCC": 100.0,
        "EWMA": 60.0,
        "naive": 1.0,
        "regimes": 10.0,
        "shrinkage by regime": 40.0,
        "experts by regime": 51.0,
    }
    chosen = select(study_of(removed, turnover))
    assert chosen.flagship == "shrinkage by regime"  # experts trade too much
    assert chosen.default == "shrinkage by regime"
    assert chosen.table.index[0] == "experts by regime"
    removed["naive"] = {"first": 0.7, "second": 0.7}
    assert select(study_of(removed, turnover)).default == "naive"


def test_nearly_equal_models_are_ranked_by_turnover():
    table = pd.DataFrame({"score": [0.7, 0.6996, 0.699], "relative turnover": [0.4, 0.3, 0.1]})
    assert best_of(table.set_axis(list("abc"), axis=0)) == "b"


def test_holm_rejects_as_many_as_by_hand():
    assert holm_rejections(np.array([0.2, 0.001, 0.012, 0.5]), 0.05) == 2
    assert holm_rejections(np.array([0.04, 0.03]), 0.05) == 0
    assert holm_rejections(np.array([0.01, 0.02]), 0.05) == 2


def test_only_worse_models_have_small_one_sided_p_values():
    rows = pd.DataFrame({"t, ols": [-3.0, 3.0], "p, ols": [0.002, 0.002]})
    assert worse_p_values(rows, "ols") == pytest.approx([0.001, 0.999])


def test_panel_losses_add_up_to_the_mean_share_that_is_left():
    months = pd.period_range("2020-01", periods=3, freq="M")
    first = pd.DataFrame({"a": [0.1, 0.2], "b": [0.3, 0.3]}, months[:2])
    second = pd.DataFrame({"a": [0.5], "b": [0.1]}, months[2:])
    total = panel_losses([first, second])
    assert total.sum().to_dict() == pytest.approx({"a": 0.4, "b": 0.35})
    assert list(total.index) == list(months)


@pytest.mark.long
def test_joint_test_finds_a_model_that_is_better_in_all_months():
    generator = np.random.default_rng(0)
    common = generator.chisquare(3, 200)
    losses = pd.DataFrame(
        {
            "naive": common,
            "same": common + generator.standard_normal(200) / 10,
            "better": 0.9 * common,
        },
        pd.period_range("2000-01", periods=200, freq="M"),
    )
    losses /= 3 * len(losses)
    assert joint_test(losses, "naive", 1)["p"] == 0.0
    assert joint_test(losses, "naive", 1)["best"] == "better"
    assert joint_test(losses, "better", 1)["p"] > 0.5
    assert joint_test(losses, "better", 21)["block length"] >= 3
