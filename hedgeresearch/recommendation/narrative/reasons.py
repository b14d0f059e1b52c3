"""All sentences on a recommendation, in the order in which a risk manager reads them."""

from __future__ import annotations

from collections.abc import Callable

from hedgeresearch._formatting import quantity, side
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.composed.horizon import periods_to_next_regime
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.assessment.evidence.confidence import Confidence
from hedgeresearch.recommendation.narrative.data import (
    chance_opening,
    closes_sentences,
    data_warnings,
    few_sentences,
    remark_warnings,
    step_sentences,
)
from hedgeresearch.recommendation.narrative.evidence.backtest import backtest_warnings
from hedgeresearch.recommendation.narrative.evidence.confidence import confidence_sentences
from hedgeresearch.recommendation.narrative.evidence.default import default_sentences
from hedgeresearch.recommendation.narrative.evidence.regime_alternative import (
    regime_alternative_sentence,
)
from hedgeresearch.recommendation.narrative.evidence.regimes import regime_sentences
from hedgeresearch.recommendation.narrative.risks.loans import loan_sentences
from hedgeresearch.recommendation.narrative.risks.margin import margin_sentences
from hedgeresearch.recommendation.narrative.risks.onchain import onchain_sentences
from hedgeresearch.recommendation.narrative.risks.options import (
    model_sentences,
    option_sentences,
    trades_options,
)
from hedgeresearch.recommendation.narrative.risks.risks import (
    added_variance_sentences,
    past_loss_sentences,
    tail_dependence_sentences,
    tail_sentences,
)
from hedgeresearch.recommendation.narrative.risks.systemic import (
    breakdown_sentences,
    default_scenario_sentences,
    variance_source_sentences,
)
from hedgeresearch.recommendation.narrative.trades.carry import carry_gap_sentences, carry_sentences
from hedgeresearch.recommendation.narrative.trades.expiry import expiry_sentences
from hedgeresearch.recommendation.narrative.trades.limits import (
    binding_sentences,
    unstable_sentences,
)
from hedgeresearch.recommendation.narrative.trades.liquidity import liquidity_sentences
from hedgeresearch.recommendation.narrative.trades.trades import (
    cost_sentences,
    small_position_sentences,
    trade_sentences,
    unknown_cost_sentences,
)
from hedgeresearch.recommendation.sizing.contracts import objective_contracts


def list_reasons(assessment: Assessment) -> list[str]:
    """Return warnings, then the trades and their reasons, their confidence, and the risks.

    A part that is not available says why.
    """
    sentences = [
        *data_warnings(assessment.data_problems, assessment.odd_moves),
        *step_sentences(assessment.spacing, assessment.problem.market.table.index),
        *remark_warnings(assessment.problem.fit.remarks),
        *_chance_warnings(assessment.confidence),
        *_backtest_warnings(assessment.confidence),
        *added_variance_sentences(assessment),
        *expiry_sentences(assessment),
        *trade_sentences(assessment.problem.names, assessment.plan),
        *small_position_sentences(assessment.small_positions, assessment.currency),
        *unknown_cost_sentences(assessment.problem.terms, assessment.plan),
        *cost_sentences(
            assessment.problem.names,
            assessment.plan,
            assessment.currency,
            with_options=trades_options(assessment),
        ),
        *liquidity_sentences(assessment.problem.liquidity),
        *closes_sentences(assessment.other_closes),
        *binding_sentences(assessment),
        *unstable_sentences(assessment),
        *_regime_sentences(assessment),
        *few_sentences(assessment.problem.fit, assessment.confidence.ratios),
        *model_sentences(assessment),
        *confidence_sentences(assessment.confidence, assessment.expected_effectiveness),
        *default_sentences(assessment.problem.fit.model, assessment.confidence.backtest),
        *_if_available("What regimes would change", _regime_alternative, assessment),
        *_if_available("Options", option_sentences, assessment),
        *_if_available("Pools and loans", onchain_sentences, assessment),
        *carry_sentences(assessment),
        *carry_gap_sentences(assessment),
        *_if_available("Liquidation risk of loans", loan_sentences, assessment),
        *_if_available("Liquidation risk", _liquidation_sentences, assessment),
        *_if_available("Past losses", past_loss_sentences, assessment),
        *_if_available("Tails", tail_sentences, assessment),
        *_if_available("Tail dependence", tail_dependence_sentences, assessment),
        *_if_available("Sources of variance", variance_source_sentences, assessment),
        *_if_available("Defaults", default_scenario_sentences, assessment),
        *_if_available("Correlation of turbulent times", breakdown_sentences, assessment),
    ]
    # sorting keeps the order of the others
    return sorted(sentences, key=lambda text: not text.startswith("Warning"))


def _backtest_warnings(confidence: Confidence) -> list[str]:
    return [] if confidence.backtest is None else backtest_warnings(confidence.backtest)


def _chance_warnings(confidence: Confidence) -> list[str]:
    text = chance_opening(confidence.expected_effectiveness, confidence.ratios)
    return [text.strip()] if text else []


def _regime_sentences(assessment: Assessment) -> list[str]:
    regimes = assessment.regimes
    if regimes is None:
        return []
    step = periods_to_next_regime(assessment.problem.fit)
    return [regime_sentences(regimes, assessment.spacing, assessment.horizon, step)]


def _regime_alternative(assessment: Assessment) -> list[str]:
    alternative = assessment.regime_alternative
    if alternative is None:
        return []
    problem = assessment.problem
    objective = assessment.settings.objective
    ratios = alternative.ratios[["ratio", "with regimes"]].to_numpy().T
    contracts = objective_contracts(ratios, objective, problem.names, assessment.valuation)
    units = assessment.confidence.unit
    changes = {
        name: _change_text(now, then, units[name])
        for name, (now, then) in zip(problem.names, contracts.T, strict=True)
    }
    return [regime_alternative_sentence(alternative, changes)]


def _change_text(now: float, then: float, unit: str) -> str:
    """Return the contracts with regimes instead of those without."""
    first = quantity(abs(then)) if now * then > 0.0 else side(then, f"{quantity(then)} {unit}")
    return f"{first} instead of {side(now, f'{quantity(now)} {unit}')}"


def _liquidation_sentences(assessment: Assessment) -> list[str]:
    return margin_sentences(
        assessment.margin,
        assessment.without_maintenance_margin,
        assessment.settings.margin,
        assessment.margin_time,
        assessment.collateral_states,
        assessment.prices,
    )


def _if_available(
    name: str, sentences: Callable[[Assessment], list[str]], assessment: Assessment
) -> list[str]:
    """Return the sentences on a part, or why it is not available."""
    try:
        return sentences(assessment)
    except DataError as error:
        return [f"{name} not available: {error}"]
