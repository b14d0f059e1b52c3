"""Hedge ratios of a DCC on Dow stocks, their effectiveness and its test, against print."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import hedgeresearch as hr
from hedgeresearch._kernels.dcc.recursion import dcc_correlation
from hedgeresearch.covariance.dcc.likelihoods.correlation import CorrelationLikelihood
from tests.covariance.dcc.rmgarch import second_step

REFERENCE = json.loads((Path(__file__).parents[2] / "reference" / "hedge_peers.json").read_text())


@pytest.fixture(scope="module")
def dow_covariances(dow, dow_reference):
    """In-sample covariances of three stocks at rmgarch's parameters and start, (n_dates, 3, 3)."""
    values = np.ascontiguousarray(dow.iloc[:, :3])
    residuals, variances, parameters, _ = second_step(values, dow_reference["dcc_N3"]["coef"])
    intercept, q, _ = CorrelationLikelihood(residuals).matrices(parameters)
    correlation = dcc_correlation(parameters, False, residuals, intercept, q + parameters[0])[:-1]
    root = np.sqrt(variances)
    return correlation * root[:, :, None] * root[:, None, :]


def check_row(ratio, hedged, asset, printed):
    """Compare moments, quantiles and effectiveness; the print is of another optimizer run."""
    found = [
        ratio.mean(),
        ratio.std(),
        ratio.quantile(0.05),
        ratio.quantile(0.95),
        hr.effectiveness(hedged, asset),
    ]
    np.testing.assert_allclose(found, printed[:5], atol=3e-5)


@pytest.mark.parametrize("row", range(6), ids=REFERENCE["HedgeRatio_table"]["rows"])
def test_hedge_ratios_of_dow_stocks(dow, dow_covariances, row):
    """The printed p-values are of independent samples (F), and in the wrong rows.

    Ours are of paired returns, as under "own" in the reference.
    """
    table = REFERENCE["HedgeRatio_table"]
    pair = table["rows"][row]
    asset, hedge = pair.split("/")
    i = dow.columns.get_loc(asset)
    j = dow.columns.get_loc(hedge)
    ratio = pd.DataFrame({hedge: dow_covariances[:, i, j] / dow_covariances[:, j, j]}, dow.index)
    hedged = hr.hedged_returns(dow[asset], dow[[hedge]], ratio)
    check_row(ratio[hedge], hedged, dow[asset], table["values"][row])
    own = REFERENCE["own"][pair]
    paired = hr.evaluation.pitman_morgan_test(hedged, dow[asset], robust=False)
    # at parameters of another run
    assert paired.p_value == pytest.approx(own["p_pitman_morgan"], rel=1e-4)
    assert paired.statistic > 0
    n = len(dow)
    independent = 2 * stats.f.cdf(hedged.var() / dow[asset].var(), n - 1, n - 1)
    assert independent == pytest.approx(own["p_F"], rel=1e-4)
    printed = table["values"][row][5]
    assert abs(printed - own["p_F"]) > 1e-5
    assert printed == 0.0 or any(
        abs(printed - other["p_F"]) < 1e-9 for other in REFERENCE["own"].values()
    )


@pytest.mark.parametrize("row", range(6), ids=REFERENCE["MultivariateHedging_table"]["rows"])
def test_two_hedges_of_dow_stocks(dow, dow_covariances, row):
    table = REFERENCE["MultivariateHedging_table"]
    asset, hedge = table["rows"][row].split("/")
    i = dow.columns.get_loc(asset)
    others = [k for k in range(3) if k != i]
    inner = dow_covariances[:, others][:, :, others]
    solved = np.linalg.solve(inner, dow_covariances[:, others, i][..., None])[..., 0]
    ratio = pd.DataFrame(solved, dow.index, dow.columns[others])
    hedged = hr.hedged_returns(dow[asset], dow[ratio.columns], ratio)
    check_row(ratio[hedge], hedged, dow[asset], table["values"][row])
    assert hr.evaluation.pitman_morgan_test(hedged, dow[asset]).p_value < 0.01
