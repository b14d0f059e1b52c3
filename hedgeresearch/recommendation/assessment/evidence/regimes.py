"""Probability, duration and target of each regime."""

from __future__ import annotations

import pandas as pd

from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.settings import Objective
from hedgeresearch.recommendation.sizing.contracts import objective_contracts
from hedgeresearch.recommendation.sizing.valuation import Valuation


def assess_regimes(
    problem: HedgeProblem, valuation: Valuation, objective: Objective
) -> pd.DataFrame | None:
    """Return a row for each regime; None for a model without regimes.

    Columns: its probability at the next date, its expected duration in observations once entered,
    1 / (1 - p_ii), and the contracts of each instrument for its ratio. As a Markov chain has no
    memory, the duration is also what is still to come.
    """
    fit = problem.fit
    if fit.regimes is None or fit.by_regime is None:
        return None
    contracts = objective_contracts(fit.by_regime.to_numpy(), objective, problem.names, valuation)
    table = pd.DataFrame(contracts, index=fit.by_regime.index, columns=problem.names)
    table.insert(0, "probability", fit.regimes.next_probabilities.to_numpy())
    table.insert(1, "expected duration", fit.regimes.expected_durations.to_numpy())
    return table
