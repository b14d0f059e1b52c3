r"""The long-run hedge: the relation that prices return to, not the one between their changes.

.. math:: p^{asset}_t = c + p^{hedges}_t{}' \theta + z_t

with z stationary; the ratio is theta. Source: Engle and Granger (1987), Econometrica 55, section 4; the estimators of
theta are in ``long_run_relations``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.asset_and_hedges import distinct_name
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import ConvergenceWarning, warn_caller
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.hedges.cointegration.cointegrating_regressions import RELATIONS
from hedgeresearch.hedges.cointegration.cointegration_tests import Cointegration
from hedgeresearch.hedges.cointegration.price_levels import (
    PriceKind,
    PriceLevels,
    check_price_kind,
    price_levels,
    with_prices,
)
from hedgeresearch.hedges.cointegration.spurious_regression import random_walk_scatter
from hedgeresearch.hedges.constant_ratio import carry_constant_ratio, constant_ratio_fit
from hedgeresearch.hedges.errors import ParameterErrors
from hedgeresearch.hedges.exact_replication import replicating_fit
from hedgeresearch.hedges.fit import HedgeFit
from hedgeresearch.hedges.traits import HedgeTraits


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class CointegrationHedge:
    """The asset's coefficients on the hedges in the relation between their price levels.

    Takes prices. It is the hedge of a long horizon; over one period it leaves more variance than OLSHedge. The fit's
    ``detail`` is the :class:`Cointegration` that was found: by the Engle-Granger test, or Johansen's trace test for
    ``method="johansen"``. Without one at 5 % the ratio means nothing, however small its error looks: a warning then
    says how far such estimates scatter between random walks, beside those from returns.

    Parameters
    ----------
    method : "dynamic", "fully_modified" or "static" least squares, or "johansen"
    kind : "log" (relation of log prices) or "difference" (relation of prices)

    Examples
    --------
    >>> import hedgeresearch as hr, numpy as np, pandas as pd
    >>> noise = np.random.default_rng(0).normal(scale=0.01, size=(500, 2))
    >>> future = 100 * np.exp(noise[:, 0].cumsum())
    >>> spot = pd.Series(future * np.exp(noise[:, 1]), name="spot")
    >>> hr.CointegrationHedge("fully_modified").fit(spot, pd.DataFrame({"future": future})).conf_int().round(2)
            lower  upper
    future    1.0   1.02
    """

    method: Literal["dynamic", "fully_modified", "static", "johansen"] = "dynamic"
    kind: PriceKind = "log"

    def __post_init__(self) -> None:
        check_choice(self.method, "method", tuple(RELATIONS))
        check_price_kind(self.kind)

    @property
    def traits(self) -> HedgeTraits:
        """Properties of the model that the package relies on."""
        return HedgeTraits(input="prices", price_changes=self.kind)

    def fit(self, asset: pd.Series[float], hedges: pd.DataFrame) -> HedgeFit:
        """Estimate on prices of asset (n_dates,) and hedges (n_dates, n_hedges); the path begins at the second.

        Raises
        ------
        DataError
            If they are no prices, too few for a test of cointegration, or collinear (for Johansen's, also given their
            past).
        """
        data = price_levels(asset, hedges, self.kind)
        replicating = replicating_fit(self, data.changes, self.kind)
        if replicating is not None:
            return with_prices(replicating, data)
        relation = RELATIONS[self.method](data)
        if not relation.found.found:
            _warn_of_levels(data, relation.found)
        names = list(data.prices.columns[1:])
        constant = (
            [distinct_name("constant", names)] if len(relation.coefficients) > len(names) else []
        )
        estimates = Estimates(
            values=dict(zip([*constant, *names], relation.coefficients.tolist(), strict=True)),
            n_dates=len(data.prices),
            inference=relation.inference,
        )
        ratio = relation.coefficients[len(constant) :]
        fit = constant_ratio_fit(self, data.changes, ratio, self.kind, estimates, ParameterErrors())
        return with_prices(fit, data, relation.found)

    def advance(self, fit: HedgeFit, returns: pd.DataFrame) -> HedgeFit:
        """The same ratio over the dates of new prices."""
        return carry_constant_ratio(fit, returns)


def _warn_of_levels(data: PriceLevels, found: Cointegration) -> None:
    scatter = random_walk_scatter(data.changes.cov().to_numpy(), len(data.changes))
    levels, returns = (", ".join(f"{size:.2g}" for size in sizes) for sizes in scatter)
    warn_caller(
        f"asset and hedges must be cointegrated for a hedge from price levels; no relation was found ({found.words}). "
        "Between random walks with changes like these, estimates from levels scatter by a standard deviation of "
        f"{levels}, from returns by {returns}. Use OLSHedge on returns.",
        ConvergenceWarning,
    )
