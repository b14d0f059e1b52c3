"""What regimes could add, and the regression that explains the gain."""

import numpy as np
import pandas as pd
import pytest

from hedgeresearch.reproductions.regime_study.development_pairs import with_regimes
from hedgeresearch.reproductions.regime_study.explanation import (
    potential_of,
    regression,
    true_potential,
)


def test_potential_is_the_excess_of_a_constant_ratio():
    pair = with_regimes(0.4, 0.93, 0)
    known = true_potential(pair.truth)
    covariances, shares, _ = pair.truth
    total = np.einsum("k,kij->ij", shares, covariances)
    constant = total[0, 0] - total[0, 1] ** 2 / total[1, 1]
    left = covariances[:, 0, 0] - covariances[:, 0, 1] ** 2 / covariances[:, 1, 1]
    assert known.potential == pytest.approx(np.log(constant / (shares @ left)))
    assert known.difference == pytest.approx(-0.4)
    assert known.persistence == pytest.approx(0.93)
    assert known.share == pytest.approx(2.0 / 7.0)


@pytest.mark.long
def test_estimated_potential_is_near_the_true_one():
    pair = with_regimes(0.4, 0.93, 0)
    known = true_potential(pair.truth)
    found = potential_of(pair)
    assert found.potential == pytest.approx(known.potential, abs=0.03)
    assert found.difference == pytest.approx(known.difference, abs=0.06)
    assert found.persistence == pytest.approx(known.persistence, abs=0.03)


def test_no_difference_of_ratios_leaves_nothing_to_gain():
    assert true_potential(with_regimes(0.0, 0.93, 0).truth).potential == pytest.approx(0.0)


@pytest.mark.long
def test_regression_has_the_clustered_errors_of_statsmodels():
    api = pytest.importorskip("statsmodels.api")
    generator = np.random.default_rng(0)
    n = 80
    table = pd.DataFrame(
        {
            "potential": generator.random(n),
            "persistence": generator.random(n),
            "window": generator.choice([120, 500, 1000], n),
            "market": generator.choice(list("abcdef"), n),
        }
    )
    table["gain"] = table["potential"] + generator.standard_normal(n)
    found = regression(table)
    x = np.column_stack(
        [
            np.ones(n),
            table["potential"],
            table["persistence"],
            table["potential"] * table["persistence"],
            1000.0 / table["window"],
        ]
    )
    codes = table["market"].map({letter: i for i, letter in enumerate("abcdef")})
    other = api.OLS(table["gain"].to_numpy(), x).fit(
        cov_type="cluster", cov_kwds={"groups": codes.to_numpy()}
    )
    assert found["coefficient"].to_numpy() == pytest.approx(other.params)
    assert found["error"].to_numpy() == pytest.approx(other.bse)
    assert found["R squared"].iloc[0] == pytest.approx(other.rsquared)
