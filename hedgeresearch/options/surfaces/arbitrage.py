"""Arbitrage in fitted smiles: butterflies, calendar spreads and the wings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch.options.surfaces.smiles import Smile
from hedgeresearch.typing import Array

N_POINTS = 2001
"""Values of ln(K/F) at which a smile is looked at."""
TOLERANCE = 1e-9
"""Size of a negative density, or of a fall of total variance, that is rounding."""
LEE_BOUND = 2.0


@exported_by("hedgeresearch.options")
@dataclass(frozen=True, eq=False, repr=False)
class ArbitrageReport:
    """Arbitrage in a surface, by expiry.

    Attributes
    ----------
    table : DataFrame (n_expiries, 8)
        ``low`` and ``high``: ends of ln(K/F) that were looked at; ``density``: the least g, which
        is negative where a butterfly has a negative price, and where it is (``density_at``);
        ``calendar``: the least increase of total variance over the expiry before, at the same
        ln(K/F) of the forward of each, and where it is (``calendar_at``); ``wing``: the steepest
        slope of total variance at the ends; ``has_bound``: whether it stays within Lee's bound, 2,
        beyond them.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.options import SVI
    >>> moment = pd.Timestamp("2024-05-22 08:00", tz="UTC")
    >>> strikes = np.arange(70.0, 141.0, 5.0)
    >>> smile = pd.DataFrame(
    ...     {
    ...         "expiry": moment + pd.Timedelta(days=73),
    ...         "strike": strikes,
    ...         "forward": 100.0,
    ...         "volatility": np.sqrt(0.04 + 0.1 * np.log(strikes / 100.0) ** 2),
    ...     }
    ... )
    >>> fit = SVI().fit(hr.options.OptionChain.from_volatilities(smile, moment))
    >>> report = fit.arbitrage()
    >>> report.is_free, report.findings
    (True, [])
    """

    table: pd.DataFrame

    def __repr__(self) -> str:
        return f"ArbitrageReport({'; '.join(self.findings) or 'free of arbitrage'})"

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.table.to_html()}"

    @property
    def is_free(self) -> bool:
        """True if no arbitrage was found."""
        return not self.findings

    @property
    def findings(self) -> list[str]:
        """Sentences, one for each expiry and kind of arbitrage."""
        found = []
        for expiry, row in self.table.iterrows():
            name = day(expiry)
            if row["density"] < -TOLERANCE:
                found.append(
                    f"{name}: butterflies near ln(K/F) = {row['density_at']:.3g} have negative "
                    f"prices (g = {row['density']:.3g})"
                )
            if row["calendar"] < -TOLERANCE:
                found.append(
                    f"{name}: total variance near ln(K/F) = {row['calendar_at']:.3g} is below that "
                    f"of the expiry before, by {-row['calendar']:.3g}"
                )
            if row["wing"] > LEE_BOUND:
                found.append(f"{name}: a wing rises by {row['wing']:.3g}, and Lee's bound is 2")
        return found


def arbitrage_report(
    expiries: pd.DatetimeIndex, smiles: Sequence[Smile], ends: Sequence[tuple[float, float]]
) -> ArbitrageReport:
    """Return the arbitrage in the smiles, each between its ends of ln(K/F)."""
    rows = []
    before = None
    for smile, (low, high) in zip(smiles, ends, strict=True):
        k = np.linspace(low, high, N_POINTS)
        found = smile.derivatives(k)
        density = found.density(k)
        at = int(np.argmin(density))
        row = {"low": low, "high": high, "density": density[at], "density_at": k[at]}
        row |= _calendar(smile, before, k)
        row["wing"] = float(max(found.slope[-1], -found.slope[0]))
        row["has_bound"] = smile.has_bound
        rows.append(row)
        before = smile
    return ArbitrageReport(pd.DataFrame(rows, index=expiries))


def _calendar(smile: Smile, before: Smile | None, k: Array) -> dict[str, float]:
    """Return the least increase of total variance over the expiry before; NaN for the first."""
    if before is None:
        return {"calendar": np.nan, "calendar_at": np.nan}
    increase = smile.derivatives(k).variance - before.derivatives(k).variance
    at = int(np.argmin(increase))
    return {"calendar": float(increase[at]), "calendar_at": float(k[at])}
