"""Greeks: derivatives of Black's price, of all options at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from hedgeresearch import plotting
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import counted
from hedgeresearch._kernels.options.black import N_GREEKS, black_greeks
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.errors import DataError
from hedgeresearch.options.checks import checked_options
from hedgeresearch.options.layout import Layout
from hedgeresearch.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DeltaConvention = Literal["forward", "spot", "premium_adjusted"]
CONVENTIONS = ("forward", "spot", "premium_adjusted")
NAMES = ("price", "delta", "gamma", "vega", "theta", "vanna", "volga", "charm")
UNITS = {
    "vega": " per 1.00 of volatility",
    "vanna": " per 1.00 of volatility",
    "volga": " per 1.00 of volatility",
    "theta": " a year",
    "charm": " a year",
}


@exported_by("hedgeresearch.options")
@dataclass(frozen=True, eq=False)
class Greeks:
    """Prices of options and their derivatives, from :func:`greeks`.

    Each is a float, an array, a Series or a DataFrame, as the options were given; S is the price of
    the hedge: the future or the spot.

    Attributes
    ----------
    price : currency
    delta : per 1 of S; units of the hedge that are sold against one option bought
    gamma : derivative of delta with respect to S
    vega : derivative of the price with respect to volatility, per 1.00 of it; per point, a
        hundredth
    theta : derivative of the price with respect to calendar time at fixed S and volatility, per
        year; per day, a 365th
    vanna : derivative of delta with respect to volatility, per 1.00
    volga : derivative of vega with respect to volatility, per 1.00
    charm : derivative of delta with respect to calendar time at fixed S, per year
    convention : "forward", "spot" or "premium_adjusted"
    layout : shape and labels of the options
    strike, expiry, sign : arrays, shape (n_options,), with +1.0 for a call and -1.0 for a put

    Examples
    --------
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> strikes = pd.Series([60_000.0, 65_000.0], ["low", "high"])
    >>> greeks = hr.options.greeks(65_000.0, strikes, 30 / 365, 0.6)
    >>> greeks.table[["price", "delta", "vega"]].round(3)
             price  delta      vega
    low   7237.868  0.709  6386.045
    high  4455.061  0.534  7406.812
    >>> type(greeks.plot()).__name__
    'Axes'
    """

    price: Any
    delta: Any
    gamma: Any
    vega: Any
    theta: Any
    vanna: Any
    volga: Any
    charm: Any
    convention: DeltaConvention
    layout: Layout
    strike: Array
    expiry: Array
    sign: Array

    @property
    def table(self) -> pd.DataFrame:
        """One row for each option, and a column for each Greek."""
        columns = {name: np.asarray(getattr(self, name)).reshape(-1) for name in NAMES}
        return pd.DataFrame(columns, index=self.layout.rows())

    def plot(self, name: str = "delta", ax: Axes | None = None) -> Axes:
        """Plot one Greek over the strikes, with a line for each kind and expiry.

        Parameters
        ----------
        name : str
            Such as "delta" or "price".
        ax : Axes, optional
            By default those of a new figure.
        """
        check_choice(name, "name", NAMES)
        values = self.table[name].to_numpy()
        note = f"delta={self.convention!r}"
        for expiry, sign in np.unique(np.column_stack([self.expiry, self.sign]), axis=0):
            rows = (self.expiry == expiry) & (self.sign == sign)
            label = f"{'call' if sign > 0.0 else 'put'}, {365.0 * expiry:.4g} days"
            line = pd.DataFrame({label: values[rows]}, index=self.strike[rows]).sort_index()
            ylabel = f"{name}{UNITS.get(name, '')}"
            ax = plotting.plot_lines(line, ylabel=ylabel, note=note, ax=ax)
        if ax is None:
            raise DataError("Greeks must have at least one option to be plotted; these have none.")
        ax.set_xlabel("strike")
        return ax

    def __repr__(self) -> str:
        if self.strike.size != 1:
            return f"Greeks({counted(self.strike.size, 'option')}, delta={self.convention!r})"
        values = ", ".join(f"{name}={number:.6g}" for name, number in self.table.iloc[0].items())
        return f"Greeks({values}; delta={self.convention!r})"

    def _repr_html_(self) -> str:
        caption = f"Greeks, delta={self.convention!r}: per 1.00 of volatility, per year"
        return str(self.table.style.set_caption(caption).format("{:.6g}").to_html())


@exported_by("hedgeresearch.options")
def greeks(  # noqa: PLR0913 - an option has as many terms
    forward: Any,
    strike: Any,
    expiry: Any,
    volatility: Any,
    kind: Any = "call",
    *,
    discount: Any = 1.0,
    delta: DeltaConvention = "forward",
    spot_discount: Any = None,
) -> Greeks:
    """Return Black's prices and their derivatives.

    Parameters
    ----------
    forward, strike, expiry, volatility, kind, discount : as in :func:`black_price`
    delta : "forward", "spot" or "premium_adjusted"
        Number of which hedge. "forward": of the future, D c N(c d1), the derivative of the price
        with respect to the forward. A forward contract, which pays at expiry only, is worth D per
        1 of its price: its number is delta / discount. "spot": D_q c N(c d1). "premium_adjusted":
        less by price / S, for an account in the underlying, as of options that settle in coin:
        D c (K/F) N(c d2) of the future and, where ``spot_discount`` is given, D_q c (K/F) N(c d2)
        of the spot. It is smaller for calls and more negative for puts.
    spot_discount : number, array, Series or DataFrame > 0, or None
        D_q, discount of the yield of the spot, or of foreign interest: S = F D / D_q. "spot" needs
        it, "forward" refuses it.

    Returns
    -------
    Greeks

    Raises
    ------
    DataError
        If a number is not positive and finite, labels differ, or ``spot_discount`` does not fit.

    Examples
    --------
    Thirty days, at the money, 60% volatility. A dollar account sells .53 of the future against the
    call, an account in the coin .47:

    >>> greeks(65_000.0, 65_000.0, 30 / 365, 0.6)
    Greeks(price=4455.06, delta=0.53427, gamma=3.55488e-05, vega=7406.81, ...; delta='forward')
    >>> round(greeks(65_000.0, 65_000.0, 30 / 365, 0.6, delta="premium_adjusted").delta, 4)
    0.4657
    """
    check_choice(delta, "delta", CONVENTIONS)
    arguments = {
        "forward": forward,
        "strike": strike,
        "expiry": expiry,
        "volatility": volatility,
        "discount": discount,
    }
    if spot_discount is not None:
        arguments["spot_discount"] = spot_discount
    check_spot_discount(delta, has_spot=spot_discount is not None)
    options, sign, layout = checked_options(arguments, kind)
    values = greek_rows(options, sign, is_adjusted=delta == "premium_adjusted")
    columns = {name: layout.wrap(row, name) for name, row in zip(NAMES, values, strict=True)}
    return Greeks(
        **columns,
        convention=delta,
        layout=layout,
        strike=options["strike"],
        expiry=options["expiry"],
        sign=sign,
    )


def greek_rows(options: Mapping[str, Array], sign: Array, *, is_adjusted: bool) -> Array:
    """Return the Greeks of options, checked, as the rows of an array, shape (8, n_options)."""
    values = np.empty((N_GREEKS, sign.size))
    black_greeks(
        options["forward"],
        options["strike"],
        options["expiry"],
        options["volatility"],
        sign,
        options["discount"],
        options.get("spot_discount", options["discount"]),
        is_adjusted,
        values,
    )
    return values


def check_spot_discount(delta: DeltaConvention, *, has_spot: bool) -> None:
    """Refuse a discount of the yield that does not fit the convention of delta."""
    if delta == "spot" and not has_spot:
        raise DataError(
            "delta='spot' must have spot_discount, the discount of the yield; got none. "
            "Pass spot_discount=1.0 for a spot without a yield."
        )
    if delta == "forward" and has_spot:
        raise DataError(
            "delta='forward' must not have spot_discount; got one. Pass delta='spot' for the "
            "number of the spot, or leave out spot_discount."
        )
