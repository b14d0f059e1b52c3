"""A problem with its settings and plan, and the findings on the hedge that it recommends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hedgeresearch._durations import time_in_words
from hedgeresearch._spacing import Spacing, spacing_of
from hedgeresearch.data.quality.checks.gaps import days_over_gaps
from hedgeresearch.data.quality.problem import DataProblem
from hedgeresearch.instruments.carry import Carry
from hedgeresearch.recommendation.assessment.carry import CarryGap, carries, carry_gaps
from hedgeresearch.recommendation.assessment.evidence.confidence import (
    Confidence,
    assess_confidence,
)
from hedgeresearch.recommendation.assessment.evidence.data_problems import (
    data_problems,
    is_synchronised,
    other_closes,
)
from hedgeresearch.recommendation.assessment.evidence.regime_alternative import (
    FoundAlternative,
    RegimeAlternative,
    find_regime_alternative,
)
from hedgeresearch.recommendation.assessment.evidence.regimes import assess_regimes
from hedgeresearch.recommendation.assessment.expiry import expiring
from hedgeresearch.recommendation.assessment.margin import (
    assess_margin,
    collateral_states,
    without_maintenance_margin,
)
from hedgeresearch.recommendation.assessment.onchain.loan_liquidation import (
    assess_loans,
    joint_liquidation,
    simulate_loans,
)
from hedgeresearch.recommendation.assessment.onchain.onchain_profits import (
    OnchainProfits,
    onchain_stress,
    past_onchain_profits,
)
from hedgeresearch.recommendation.assessment.onchain.onchain_risks import (
    OnchainRisk,
    assess_onchain,
)
from hedgeresearch.recommendation.assessment.options.option_profits import (
    BookProfits,
    option_stress,
    past_profits,
)
from hedgeresearch.recommendation.assessment.options.option_risks import (
    OptionRisk,
    assess_options,
    expiring_options,
)
from hedgeresearch.recommendation.assessment.risks import (
    MIN_STRESS_RETURNS,
    assess_stress,
    assess_tail_dependence,
    past_of_holdings,
    past_returns,
)
from hedgeresearch.recommendation.assessment.small_positions import (
    SmallPosition,
    small_positions,
)
from hedgeresearch.recommendation.assessment.systemic import (
    assess_breakdown,
    assess_variance_sources,
)
from hedgeresearch.recommendation.inputs.currencies import account_currency
from hedgeresearch.recommendation.inputs.last_bar import OddMove, odd_moves
from hedgeresearch.recommendation.inputs.problem import HedgeProblem
from hedgeresearch.recommendation.inputs.settings import RecommendationSettings
from hedgeresearch.recommendation.sizing.collateral import CollateralState
from hedgeresearch.recommendation.sizing.plan import Plan
from hedgeresearch.recommendation.sizing.valuation import Valuation, position_volatility
from hedgeresearch.risk.joint_tails import TailDependence
from hedgeresearch.risk.systemic.breakdown import CorrelationBreakdown
from hedgeresearch.risk.systemic.variance_sources import VarianceSources
from hedgeresearch.risk.tails import TailSummary, tail_summary


@dataclass(frozen=True, eq=False)
class Assessment:
    """Findings on the recommended hedge, each computed when it is first read.

    Attributes
    ----------
    problem : HedgeProblem
    valuation : Valuation
    settings : RecommendationSettings
    plan : Plan
    """

    problem: HedgeProblem
    valuation: Valuation
    settings: RecommendationSettings
    plan: Plan

    @property
    def currency(self) -> str:
        """Currency of the account, in which amounts are; "" where it is not known."""
        return account_currency(self.problem.market, self.problem.terms)

    @property
    def summary(self) -> pd.DataFrame:
        """A row for each instrument: ratio, contracts, band, notional and cost."""
        plan = self.plan
        table = {
            "ratio": self.problem.fit.arrays.next_ratio,
            "target": plan.targets.best,
            "held": self.problem.holdings,
            "new": plan.holdings,
            "trade": plan.trades,
            "band": plan.bands.half_widths,
            "notional": plan.holdings * self.valuation.notionals,
            "cost": plan.costs,
        }
        return pd.DataFrame(table, index=pd.Index(self.problem.names, name="instrument"))

    @property
    def horizon(self) -> int:
        """Number of periods that the expected volatility and effectiveness are about."""
        return self.problem.fit.horizon

    @cached_property
    def spacing(self) -> Spacing:
        """Time between observations: ``spacing.describe(horizon)`` is the time ahead in words."""
        return spacing_of(self.problem.market.table.index)

    @property
    def ahead(self) -> str:
        """The time that the expected volatility is about, such as "the next 5 days"."""
        return self.spacing.describe(self.horizon)

    @cached_property
    def volatility(self) -> pd.Series[float]:
        """Expected standard deviation of the profit over the horizon of the hedge.

        It is that of the position unhedged, as held and as recommended.
        """
        volatility: pd.Series[float] = self.period_volatility * self.horizon**0.5
        return volatility

    @cached_property
    def period_volatility(self) -> pd.Series[float]:
        """Expected standard deviation of the profit per period: ``volatility`` by root-time."""
        holdings = {
            "unhedged": np.zeros_like(self.problem.holdings),
            "as held": self.problem.holdings,
            "as recommended": self.plan.holdings,
        }
        found = {
            name: position_volatility(self.problem, self.valuation, contracts)
            for name, contracts in holdings.items()
        }
        return pd.Series(found, name="volatility")

    @property
    def expected_effectiveness(self) -> float:
        """Share of variance that the recommended holdings are expected to remove; NaN without."""
        before = self.period_volatility["unhedged"]
        after = self.period_volatility["as recommended"]
        return 1.0 - (after / before) ** 2 if before > 0.0 else math.nan

    @property
    def is_synchronised(self) -> bool:
        """True where the expected volatility is as if closes were simultaneous."""
        return is_synchronised(self.problem.fit.model)

    @cached_property
    def regimes(self) -> pd.DataFrame | None:
        """Probability, expected duration and target of each regime; None without regimes."""
        return assess_regimes(self.problem, self.valuation, self.settings.objective)

    @property
    def regime_alternative(self) -> RegimeAlternative | None:
        """The ratio with regimes, for the default hedge; None for any other hedge.

        Raises
        ------
        DataError
            If the regimes cannot be estimated.
        """
        return self._alternative.found_or_raise()

    @cached_property
    def _alternative(self) -> FoundAlternative:
        return find_regime_alternative(self.problem.fit)

    @cached_property
    def confidence(self) -> Confidence:
        """Intervals, other models, and effectiveness out of sample."""
        return assess_confidence(self.problem, self.valuation, self.settings)

    @cached_property
    def small_positions(self) -> tuple[SmallPosition, ...]:
        """Instruments that are not held as the target is below half of an order."""
        return small_positions(self.problem, self.valuation, self.plan)

    @cached_property
    def data_problems(self) -> tuple[DataProblem, ...]:
        """Problems of the returns that the hedge was fitted on, the worst first."""
        return data_problems(self.problem.fit, self._fitted_returns, self.problem.kind)

    @cached_property
    def odd_moves(self) -> tuple[OddMove, ...]:
        """Moves of the last bar that are far beyond those before."""
        problem = self.problem
        return tuple(odd_moves(problem.position, problem.instruments, problem.market))

    @cached_property
    def other_closes(self) -> DataProblem | None:
        """Closes at different times, where the hedge allows for them."""
        return other_closes(self.problem.fit, self._fitted_returns, self.problem.kind)

    @cached_property
    def _fitted_returns(self) -> pd.DataFrame:
        """Returns of position and hedges that the hedge was fitted on, (n_dates, 1 + n)."""
        problem = self.problem
        returns = problem.market.returns(problem.position, problem.instruments, problem.kind)
        return pd.concat(returns, axis=1).iloc[-len(problem.fit.sample.rows) :]

    @cached_property
    def margin(self) -> pd.DataFrame | None:
        """Liquidation risk of each hedge held on margin; None without any."""
        return assess_margin(
            self.problem,
            self.plan.holdings,
            self.settings.margin,
            self.margin_horizon,
            self.settings.seed,
        )

    @property
    def prices(self) -> dict[str, float]:
        """Last price of each instrument, as quoted."""
        return {name: self.problem.market.price(name) for name in self.problem.names}

    @cached_property
    def collateral_states(self) -> dict[str, CollateralState]:
        """Collateral of each hedge where it is given, for what is held and after the orders."""
        return collateral_states(self.problem, self.plan.holdings, self.settings.margin)

    @property
    def margin_horizon(self) -> int:
        """Number of periods for which the collateral must last."""
        n_returns = len(self.problem.market.table) - 1
        return self.settings.margin.periods(self.spacing, n_returns)

    @property
    def margin_time(self) -> str:
        """Time for which the collateral must last, such as "3 weeks (20 days, rounded up)"."""
        n_returns = len(self.problem.market.table) - 1
        words = self.spacing.span(self.margin_horizon)
        time = self.settings.margin.rounded_up(self.spacing, n_returns)
        return words if time is None else f"{words} ({time_in_words(time)}, rounded up)"

    @cached_property
    def without_maintenance_margin(self) -> list[str]:
        """Hedges held on collateral whose liquidation risk is not known."""
        return without_maintenance_margin(self.problem, self.plan.holdings, self.settings.margin)

    @cached_property
    def carry(self) -> list[Carry]:
        """Carry of each hedge held, where it is known."""
        return carries(self.problem, self.valuation, self.plan.holdings)

    @cached_property
    def carry_gaps(self) -> dict[str, CarryGap]:
        """Missing input for the carry of the other hedges held, by instrument."""
        return carry_gaps(self.problem, self.plan.holdings)

    @cached_property
    def expiring(self) -> dict[str, pd.Timestamp]:
        """Expiry of each contract held that ends before the next observation, by instrument."""
        return expiring(self.problem, self.plan.holdings)

    @cached_property
    def past_returns(self) -> pd.DataFrame:
        """Past returns of position and hedges, (n_dates, 1 + n), as fractions of the value now.

        Those of a position with options, pools or loans are by full revaluation.
        """
        returns = past_returns(self.problem, self.valuation)
        if self.problem.revalued is not None:
            profits = self._revalued_profits.position
            returns[returns.columns[0]] = profits / self.valuation.value
        return returns

    @cached_property
    def past(self) -> pd.Series[float]:
        """Past returns of the hedged position, (n_dates,), per unit of the position's value."""
        past = past_of_holdings(self.past_returns, self.valuation, self.plan.holdings)
        if self.problem.options is None:
            return past
        return past + self._option_profits.option_hedges / self.valuation.value

    @cached_property
    def days_over_gaps(self) -> pd.Series[float]:
        """Days that each past return spans where dates are missing before it, zero elsewhere."""
        # the first return has its own gap, to the first price
        dates = self.problem.market.table.index
        return pd.Series(days_over_gaps(dates), dates).reindex(self.past.index)

    @cached_property
    def options(self) -> OptionRisk | None:
        """Greeks and profits of the options of the book; None without options."""
        if self.problem.options is None:
            return None
        enough = len(self.problem.market) > MIN_STRESS_RETURNS
        past = self._option_profits if enough else None
        return assess_options(self.problem, self.valuation, self.plan.holdings, past)

    @property
    def revaluation(self) -> pd.Series | None:
        """Volatility of one period, unhedged and hedged, of what is revalued at past moves."""
        found = self.onchain if self.options is None else self.options
        return None if found is None else found.revaluation

    @cached_property
    def onchain(self) -> OnchainRisk | None:
        """Values, carry, stress and liquidation of pools and loans; None without any."""
        if self.problem.onchain is None:
            return None
        enough = len(self.problem.market) > MIN_STRESS_RETURNS
        return assess_onchain(
            self.problem,
            self.valuation,
            self.plan.holdings,
            self.spacing,
            self.carry,
            self._onchain_profits if enough else None,
            self._loan_liquidation if enough else (None, None),
        )

    @cached_property
    def _loan_liquidation(self) -> tuple[pd.DataFrame | None, pd.Series[float] | None]:
        """Table of loans, and the joint probabilities of liquidation."""
        risks = simulate_loans(self.problem, self.settings, self.margin_horizon)
        loans = assess_loans(self.problem, risks, self.settings.margin.probability)
        joint = joint_liquidation(self.problem, risks, self.margin, self.plan.holdings)
        return loans, joint

    @property
    def _revalued_profits(self) -> BookProfits | OnchainProfits:
        """Past profits of what is revalued in full."""
        is_onchain = self.problem.options is None
        return self._onchain_profits if is_onchain else self._option_profits

    @cached_property
    def _onchain_profits(self) -> OnchainProfits:
        """Past profits of pools and loans, revalued at past moves of their tokens."""
        returns = past_returns(self.problem, self.valuation)
        return past_onchain_profits(self.problem, self.valuation, returns, self.plan.holdings)

    @cached_property
    def expiring_options(self) -> dict[str, pd.Timestamp]:
        """Expiry of each option held that ends within the horizon of the hedge, by name."""
        return expiring_options(self.problem)

    @cached_property
    def _option_profits(self) -> BookProfits:
        """Past profits of a book with options, revalued at past moves."""
        returns = past_returns(self.problem, self.valuation)
        return past_profits(self.problem, self.valuation, returns, self.plan.holdings)

    @cached_property
    def stress(self) -> pd.DataFrame:
        """Profit in currency, unhedged and hedged, on the worst days and in scenarios."""
        if self.problem.options is not None:
            profits = self._option_profits
            dates = self.past_returns.index
            return option_stress(self.problem, self.valuation, self.plan.holdings, profits, dates)
        if self.problem.onchain is not None:
            return onchain_stress(
                self.problem,
                self.valuation,
                self.plan.holdings,
                self._onchain_profits,
                self.past_returns.index,
            )
        return assess_stress(
            self.problem,
            self.valuation,
            self.past_returns,
            self.plan.holdings,
            self.settings.defaults,
        )

    @cached_property
    def tails(self) -> TailSummary:
        """Tails of the hedged position; losses of a short position are its asset's gains."""
        return tail_summary(self.past * np.sign(self.valuation.value))

    @cached_property
    def tail_dependence(self) -> TailDependence | None:
        """Tail dependence of position and hedges; None without a hedge, or below 200 returns."""
        return assess_tail_dependence(
            self.past_returns, self.valuation, self.plan.holdings, self.settings.seed
        )

    @cached_property
    def variance_sources(self) -> VarianceSources | None:
        """Legs whose shocks cause the variance that is left; None without a hedge, or of gamma."""
        if self.problem.revalued is not None and self.problem.revalued.gamma:
            return None
        return assess_variance_sources(self.past_returns, self.valuation, self.plan.holdings)

    @cached_property
    def correlation_breakdown(self) -> CorrelationBreakdown | None:
        """Correlations of position and hedges on turbulent and calm dates; None without a hedge."""
        return assess_breakdown(
            self.past_returns, self.valuation, self.plan.holdings, self.settings.seed
        )
