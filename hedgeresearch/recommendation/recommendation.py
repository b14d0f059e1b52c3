"""The hedge to hold now, and why."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day, describe, quantity
from hedgeresearch.errors import DataError
from hedgeresearch.instruments.carry import Carry
from hedgeresearch.recommendation import record as record_as_dict
from hedgeresearch.recommendation.assessment.confidence import Certainty, certainty_of
from hedgeresearch.recommendation.assessment.margin import margin_outlook
from hedgeresearch.recommendation.assessment.regimes import regime_outlook
from hedgeresearch.recommendation.assessment.risks import (
    carries_of,
    past_of_book,
    stress_of,
    tail_dependence_of,
    tails_of,
)
from hedgeresearch.recommendation.inputs.problem import Book
from hedgeresearch.recommendation.inputs.settings import Settings
from hedgeresearch.recommendation.narrative.reasons import (
    decision_of,
    reasons_of,
    summary_of_orders,
)
from hedgeresearch.recommendation.sizing.contracts import book_volatility
from hedgeresearch.recommendation.sizing.plan import Plan, carried_plan
from hedgeresearch.risk.joint_tails import TailDependence
from hedgeresearch.risk.tails import TailSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@exported_by("hedgeresearch.recommendation")
@dataclass(frozen=True, eq=False, repr=False)
class Recommendation:
    """What to hold against a position over the date after the last, what to trade for it, and why.

    What takes time (intervals, margin, stress, tails) is computed when it is first asked for.

    Attributes
    ----------
    book : Book, fit, position, instruments, market and holdings
    settings : Settings
    plan : Plan, targets, bands and the holding to have
    """

    book: Book
    settings: Settings
    plan: Plan

    def __repr__(self) -> str:
        return f"Recommendation({day(self.as_of)}: {summary_of_orders(self)})"

    def _repr_html_(self) -> str:
        reasons = "".join(f"<li>{html.escape(text)}</li>" for text in self.reasons)
        about = f"As of {day(self.as_of)}, {html.escape(describe(self.book.fit.model))}."
        table = self.summary.to_html(float_format=quantity)
        return f"<p><b>{html.escape(self.decision)}</b></p>{table}<ul>{reasons}</ul><p>{about}</p>"

    # --- what to do ---

    @property
    def as_of(self) -> Any:
        """Last date seen."""
        return self.book.market.last_date

    @property
    def action(self) -> str:
        """ "trade" or "hold"."""
        return "trade" if self.plan.orders else "hold"

    @property
    def decision(self) -> str:
        """What to do, in one sentence."""
        return decision_of(self)

    @property
    def orders(self) -> pd.DataFrame:
        """The order list: instrument, side, contracts, cost in currency, reason; empty if all is left alone."""
        return pd.DataFrame(
            self.plan.orders, columns=["instrument", "side", "contracts", "cost", "reason"]
        )

    @property
    def holdings(self) -> pd.Series[float]:
        """Contracts to have after the orders, (n_instruments,); negative is short."""
        return pd.Series(self.plan.after, index=self.book.names, name="contracts")

    @property
    def summary(self) -> pd.DataFrame:
        """A row an instrument: ratio, best holding, held, to hold, trade, half-width of the band, notional, cost."""
        plan, book = self.plan, self.book
        table = {
            "ratio": book.fit.next_ratio.to_numpy(),
            "best": plan.targets.ideal,
            "held": book.held,
            "to hold": plan.after,
            "trade": plan.trades,
            "band": plan.targets.half_widths,
            "notional": plan.after * book.notionals,
            "cost": plan.costs,
        }
        return pd.DataFrame(table, index=pd.Index(book.names, name="instrument"))

    # --- what to expect ---

    @cached_property
    def volatility(self) -> pd.Series[float]:
        """Expected standard deviation over the next date, in currency: unhedged, as held, as recommended."""
        book = self.book
        found = {
            name: book_volatility(book.fit.next_covariance.to_numpy(), book.scale, book.sizes, held)
            for name, held in (
                ("unhedged", np.zeros_like(book.held)),
                ("as held", book.held),
                ("as recommended", self.plan.after),
            )
        }
        return pd.Series(found, name="volatility")

    @cached_property
    def regimes(self) -> pd.DataFrame | None:
        """Each regime: probability of the next date, expected dates in it, contracts it asks for; None without any."""
        return regime_outlook(self.book, self.settings.objective)

    @cached_property
    def certainty(self) -> Certainty:
        """Intervals of ratio and contracts, other models, effectiveness out of sample.

        Models without a delta method are refitted 50 times for their intervals, which may take minutes.
        """
        return certainty_of(self.book, self.settings)

    @cached_property
    def margin(self) -> pd.DataFrame | None:
        """Liquidation price, its probability and the collateral needed, of each hedge on margin; None without any."""
        return margin_outlook(self.book, self.plan.after, self.settings.margin, self.settings.seed)

    @cached_property
    def carry(self) -> list[Carry]:
        """Funding or basis of each hedge that is held, where it is known; the reasons say where it is not.

        Dated futures are taken to be rolled four times a year, as quarterly ones are; for another number, call
        ``hr.instruments.hedge_carry`` with ``rolls_per_year``.
        """
        return carries_of(self.book, self.plan.after)

    @cached_property
    def stress(self) -> pd.DataFrame:
        """Profit in currency, unhedged and hedged, on the worst days and in scenarios."""
        return stress_of(self.book, self.plan.after)

    @cached_property
    def tails(self) -> TailSummary:
        """Tails of the book as it is to be held, over the past, per unit of the position's value."""
        return tails_of(self.book, self.plan.after)

    @cached_property
    def tail_dependence(self) -> TailDependence | None:
        """How often the hedges move with the asset when it falls most.

        None where nothing is held that moves against the position's losses, or of fewer than 200 returns.
        """
        return tail_dependence_of(self.book, self.plan.after, self.settings.seed)

    @cached_property
    def past(self) -> pd.Series[float]:
        """Returns that the book, as it is to be held, would have had on each past date, per unit of its value."""
        return past_of_book(self.book, self.plan.after)

    @cached_property
    def reasons(self) -> list[str]:
        """Short sentences in the order in which a risk manager asks; warnings first.

        They take all that is computed when it is first asked for, :attr:`certainty` being the slowest.
        """
        return reasons_of(self)

    # --- one bar later ---

    def update(
        self, bar: Mapping[Any, float] | pd.Series[float], date: Any = None
    ) -> Recommendation:
        """The recommendation one bar later, with the same parameters and bands.

        Holdings are those recommended here, and coins that an inverse contract has paid over the bar count with the
        position, where it holds that coin. Funding and fees are left out of it. So the units of a book that is partly
        coins change from bar to bar, while its fit goes on with the returns of the units of each date.

        Parameters
        ----------
        bar : mapping or Series, a number for each column of the market's table
        date : of the bar; the name of the Series by default

        Raises
        ------
        DataError
            If a column is missing or not finite, a price leaves nothing to hedge, a contract has expired, or the date
            is not later than the last.
        """
        when = getattr(bar, "name", None) if date is None else date
        if when is None:
            raise DataError("the new bar must have a date: the name of the Series, or date=.")
        later = self.book.followed_by(bar, when, self.plan.after)
        return Recommendation(later, self.settings, carried_plan(later, self.settings, self.plan))

    # --- on paper ---

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, strings, lists and dictionaries for JSON, after ``recommendation/schema.json``."""
        return record_as_dict.record_as_dict(self)

    def to_json(self) -> str:
        """The dictionary as text."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_csv(self) -> str:
        """The order list as text."""
        return str(self.orders.to_csv(index=False, lineterminator="\n"))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Past profit of today's position in currency, unhedged and hedged as recommended, added up."""
        from matplotlib.ticker import StrMethodFormatter

        from hedgeresearch.plotting import plot_lines

        nothing = np.zeros_like(self.plan.after)
        paths = pd.DataFrame({"unhedged": past_of_book(self.book, nothing), "hedged": self.past})
        axes = plot_lines(
            (paths * self.book.value).cumsum(),
            ylabel="profit, in currency",
            note="in sample",
            references={"unhedged": "0.6"},
            ax=ax,
        )
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.10g}"))
        return axes
