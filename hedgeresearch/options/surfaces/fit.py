"""Result of fitting a surface: a smile for each expiry, and what lies between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day, describe
from hedgeresearch._interactive import shown
from hedgeresearch.errors import DataError
from hedgeresearch.options.chains.chain import OptionChain
from hedgeresearch.options.expiries import years_to_expiry
from hedgeresearch.options.layout import as_arrays
from hedgeresearch.options.sensitivities import DeltaConvention, Greeks, greeks
from hedgeresearch.options.surfaces.arbitrage import ArbitrageReport, arbitrage_report
from hedgeresearch.options.surfaces.fitted_smile import FittedSmile
from hedgeresearch.options.surfaces.jump_wings import JumpWings
from hedgeresearch.options.surfaces.smile_at import Extrapolation, SmileAt
from hedgeresearch.options.surfaces.smiles import BlendedSmile, ScaledSmile, SVISmile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SAME_TIME = 1e-9
"""Relative difference of two times to expiry that are one."""


@exported_by("hedgeresearch.options")
@dataclass(frozen=True, eq=False, repr=False)
class SurfaceFit:
    """Smiles fitted to a chain, and volatilities and Greeks at any strike and expiry.

    Between two expiries total variance is linear in time at the same ln(K/F), each of its own
    forward, and the forward is geometric in time.

    Attributes
    ----------
    model : SVI, SSVI or SABR
        Settings that were fitted.
    chain : OptionChain
    smiles : tuple of FittedSmile
        By expiry.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import hedgeresearch as hr
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
    >>> chain = hr.options.OptionChain.from_volatilities(smile, moment)
    >>> fit = hr.options.SVI().fit(chain)
    >>> expiry = fit.expiries[0]
    >>> round(float(fit.volatility(102.0, expiry)), 4), round(fit.forward(expiry), 1)
    (0.2001, 100.0)
    >>> fit.parameters.round(3)
                                   a      b    rho      m  sigma
    expiry
    2024-08-03 08:00:00+00:00 -1.915  0.277 -0.001 -0.007  6.931
    >>> fit.jump_wings.round(3)
                                  v  psi      p      c  v_min
    expiry
    2024-08-03 08:00:00+00:00  0.04  0.0  3.105  3.099   0.04
    >>> fit.summary.round(3).shape
    (1, 8)
    >>> fit.greeks(102.0, expiry).table.round(4)
        price   delta   gamma     vega   theta   vanna   volga   charm
    0  2.6923  0.4299  0.0439  17.5653 -8.7869  0.5222  4.1231 -0.2612
    >>> fit.smile_at(expiry).years, fit.discount(0.2)
    (0.2, 1.0)
    >>> fit.arbitrage().is_free, fit.arbitrage().findings
    (True, [])
    >>> later = hr.options.OptionChain(chain.table, moment + pd.Timedelta(hours=1), index=100.0)
    >>> round(fit.extend(later).spot_discount(0.2, 100.0), 3)
    1.0
    >>> round(float(fit.extend(later).volatility(102.0, expiry)), 3)
    0.2
    >>> fit.plot().get_ylabel()
    'implied volatility, % a year'
    >>> type(fit.plot_surface()).__name__
    'Figure'
    """

    model: Any
    chain: OptionChain
    smiles: tuple[FittedSmile, ...]

    def __repr__(self) -> str:
        expiries = ", ".join(day(one.expiry) for one in self.smiles)
        return f"SurfaceFit({describe(self.model)}, {self.chain.underlying or 'chain'}: {expiries})"

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.summary.to_html()}"

    # --- estimates ---

    @property
    def expiries(self) -> pd.DatetimeIndex:
        """Expiries with a smile, in UTC."""
        return pd.DatetimeIndex([one.expiry for one in self.smiles], name="expiry")

    @property
    def parameters(self) -> pd.DataFrame:
        """Parameters of each smile, (n_expiries, k)."""
        rows = []
        for one in self.smiles:
            rows.append(dict(vars(one.smile)))
        table = pd.DataFrame(rows, index=self.expiries)
        return table.drop(columns=["forward", "years"], errors="ignore")

    @property
    def jump_wings(self) -> pd.DataFrame:
        """Parameters of SVI and SSVI as traders read them, (n_expiries, 5).

        Variance a year at the money (v) and its least (v_min), and in units of the root of total
        variance at the money: the slope there (psi) and those of the left and the right wing (p,
        c); see :class:`JumpWings`.
        """
        rows = []
        for one in self.smiles:
            if not isinstance(one.smile, SVISmile):
                raise DataError(
                    "jump wings are those of SVI and SSVI; SABR has parameters of its own."
                )
            rows.append(vars(JumpWings.of(one.smile, one.years)))
        return pd.DataFrame(rows, index=self.expiries).drop(columns="years")

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Quality of each smile, (n_expiries, 8).

        Years, forward, number of quotes, least and largest ln(K/F) of these, root of the mean
        squared error in points of volatility, share of the quotes with bid and ask around the
        smile, and volatility at the money.
        """
        rows = [
            {
                "years": one.years,
                "forward": one.forward,
                "n_quotes": one.n_quotes,
                "lowest": one.quoted[0],
                "highest": one.quoted[1],
                "error, points": 100.0 * one.error,
                "inside": one.inside,
                "at the money": float(one.volatility(np.zeros(1))[0]),
            }
            for one in self.smiles
        ]
        return pd.DataFrame(rows, index=self.expiries)

    # --- volatilities ---

    def forward(self, expiry: Any) -> float:
        """Return the forward of a time with a zone, or of a number of years."""
        return self._forward_of(self._years(expiry))

    def volatility(self, strike: Any, expiry: Any, *, extrapolate: Extrapolation = None) -> Any:
        """Return implied volatilities, annual fractions.

        Parameters
        ----------
        strike : number, array, Series or DataFrame > 0
        expiry : time with a zone, or years as a number, array or Series
        extrapolate : "flat", optional
            Volatility beyond the first and the last expiry, and beyond the ends of a smile without
            Lee's bound (SABR): that of the nearest one. Without it such options are refused.

        Returns
        -------
        float, array, Series or DataFrame

        Raises
        ------
        DataError
            If an option lies beyond the expiries, or beyond the ends of a smile without bound.
        """
        years = self._years(expiry)
        arrays, layout = as_arrays({"strike": strike, "years": years})
        volatility = np.empty(arrays["strike"].size)
        for time in np.unique(arrays["years"]):
            rows = arrays["years"] == time
            k = np.log(arrays["strike"][rows] / self._forward_of(time, extrapolate))
            volatility[rows] = self.smile_at(time, extrapolate).volatility(k, extrapolate)
        return layout.wrap(volatility, "volatility")

    def greeks(
        self,
        strike: Any,
        expiry: Any,
        kind: Any = "call",
        *,
        delta: DeltaConvention = "forward",
        extrapolate: Extrapolation = None,
    ) -> Greeks:
        """Return Black's prices and Greeks at the volatilities of the surface.

        The volatility of a strike does not move with the forward: they are Greeks of a sticky
        strike. "spot" uses the discount of the yield that forward and index of the chain imply.

        Parameters
        ----------
        strike, expiry, extrapolate : as in :meth:`volatility`
        kind, delta : as in :func:`greeks`
        """
        volatility = self.volatility(strike, expiry, extrapolate=extrapolate)
        years = self._years(expiry)
        forward = self._on_times(years, lambda time: self._forward_of(time, extrapolate))
        discount = self._on_times(years, self.discount)
        settings: dict[str, Any] = {"discount": discount, "delta": delta}
        if delta == "spot":
            settings["spot_discount"] = self._on_times(
                years, lambda time: self.spot_discount(time, self._forward_of(time, extrapolate))
            )
        return greeks(forward, strike, years, volatility, kind, **settings)

    def smile_at(self, expiry: Any, extrapolate: Extrapolation = None) -> SmileAt:
        """Return the smile of a time with a zone, or of a number of years."""
        time = float(self._years(expiry))
        years = np.array([one.years for one in self.smiles])
        place = int(np.argmin(np.abs(years - time)))
        if abs(years[place] - time) <= SAME_TIME * time:
            one = self.smiles[place]
            return SmileAt(one.smile, time, self._forward_of(time), one.ends)
        self._check_time(time, extrapolate)
        if not years[0] < time < years[-1]:
            one = self.smiles[place]
            scaled = ScaledSmile(one.smile, time / one.years)
            return SmileAt(scaled, time, self._forward_of(time, extrapolate), one.ends)
        second = int(np.searchsorted(years, time))
        first = self.smiles[second - 1]
        last = self.smiles[second]
        share = (time - first.years) / (last.years - first.years)
        ends = (max(first.ends[0], last.ends[0]), min(first.ends[1], last.ends[1]))
        blended = BlendedSmile(first.smile, last.smile, share)
        return SmileAt(blended, time, self._forward_of(time), ends)

    # --- checks, new quotes, figures ---

    def arbitrage(self, reach: float | None = None) -> ArbitrageReport:
        """Look for arbitrage: butterflies, calendar spreads and the slopes of the wings.

        Parameters
        ----------
        reach : float, optional
            Size of ln(K/F) up to which to look; by default 1.5 and twice the farthest quote, and
            for SABR the quotes and half their range on each side.
        """
        ends = [one.ends if reach is None else (-reach, reach) for one in self.smiles]
        return arbitrage_report(self.expiries, [one.smile for one in self.smiles], ends)

    def extend(self, chain: OptionChain) -> SurfaceFit:
        """Fit the quotes of a later moment, with the smiles of this fit as starts.

        Raises
        ------
        DataError
            If the chain is not a later one of the same underlying.
        """
        if not isinstance(chain, OptionChain):
            raise DataError(f"extend needs an OptionChain; got {type(chain).__name__}.")
        if chain.underlying != self.chain.underlying:
            raise DataError(
                f"a surface of {self.chain.underlying!r} cannot be extended with quotes of "
                f"{chain.underlying!r}. Fit these on their own."
            )
        if not chain.moment > self.chain.moment:
            raise DataError(
                f"the new quotes must be later than {day(self.chain.moment)}; got those of "
                f"{day(chain.moment)}."
            )
        fitted: SurfaceFit = self.model.fit_from(chain, self.smiles)
        return fitted

    def plot(
        self, ax: Axes | None = None, *, expiries: Any = None, interactive: bool = False
    ) -> Any:
        """Plot smiles, and quotes as bars from bid to ask; return the Axes.

        Parameters
        ----------
        ax : Axes, optional
        expiries : sequence of Timestamp, optional
            By default all.
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.
        """
        from hedgeresearch.options.surfaces.plots import plot_smiles

        chosen = self.smiles
        if expiries is not None:
            wanted = [pd.Timestamp(one) for one in expiries]
            absent = [one for one in wanted if one.tz is None or one not in self.expiries]
            if absent:
                raise DataError(
                    f"expiries must be of the surface; {day(absent[0])} has no smile. Pass some of "
                    "fit.expiries."
                )
            chosen = tuple(one for one in self.smiles if one.expiry in wanted)
        axes = plot_smiles(chosen, self.chain.quotes(), ax)
        return shown(axes, interactive=interactive)

    def plot_surface(self) -> Any:
        """Return volatility by ln(K/F) and days to expiry as a plotly figure."""
        from hedgeresearch.options.surfaces.plots import surface_figure

        return surface_figure(self.smiles)

    # --- times ---

    def _years(self, expiry: Any) -> Any:
        """Return years to expiry: numbers as they are, times from the moment of the quotes."""
        first = expiry
        if isinstance(expiry, pd.Series | pd.Index | np.ndarray | list | tuple):
            first = expiry[0] if not isinstance(expiry, pd.Series) else expiry.iloc[0]
        if isinstance(first, int | float | np.number):
            return expiry
        return years_to_expiry(self.chain.moment, expiry)

    def _check_time(self, time: float, extrapolate: Extrapolation) -> None:
        if extrapolate not in (None, "flat"):
            raise DataError(f"extrapolate must be 'flat' or None; got {extrapolate!r}.")
        first = self.smiles[0]
        last = self.smiles[-1]
        inside = first.years * (1.0 - SAME_TIME) <= time <= last.years * (1.0 + SAME_TIME)
        if not inside and extrapolate is None:
            raise DataError(
                f"expiry must lie between {day(first.expiry)} and {day(last.expiry)} "
                f"({first.years:.4g} to {last.years:.4g} years); got {time:.4g} years. Pass "
                "extrapolate='flat' for the volatility of the nearest expiry."
            )

    def _forward_of(self, time: float, extrapolate: Extrapolation = None) -> float:
        self._check_time(time, extrapolate)
        years = [one.years for one in self.smiles]
        return float(np.exp(np.interp(time, years, [np.log(one.forward) for one in self.smiles])))

    def discount(self, time: float) -> float:
        """Return the discount of a time in years."""
        years = [0.0, *(one.years for one in self.smiles)]
        logs = [0.0, *(np.log(one.discount) for one in self.smiles)]
        if time > years[-1]:
            return float(np.exp(logs[-1] * time / years[-1]))
        return float(np.exp(np.interp(time, years, logs)))

    def spot_discount(self, time: float, forward: float) -> float:
        """Return the discount of the yield that forward and index imply, D F / S."""
        if self.chain.index is None:
            raise DataError("delta='spot' needs the level of the spot: OptionChain(index=...).")
        return self.discount(time) * forward / self.chain.index

    def _on_times(self, years: Any, value: Any) -> Any:
        arrays, layout = as_arrays({"years": years})
        return layout.wrap(np.array([value(time) for time in arrays["years"]]))
