"""Section on margin."""

from __future__ import annotations

from hedgeresearch._formatting import full_percent
from hedgeresearch.recommendation.narrative.risks.loans import loan_sentences
from hedgeresearch.recommendation.narrative.risks.margin import margin_sentences
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report.sections.onchain import loan_table
from hedgeresearch.report.sections.section import MAX_COLUMNS, Section
from hedgeresearch.report.tables import Table, amount, percent, table_of, transposed, words

TITLE = "Margin"
JOINT = {
    "loans": "a loan",
    "hedges": "a hedge",
    "any": "a loan or a hedge",
    "both": "a loan and a hedge",
}


def margin_section(recommendation: Recommendation) -> Section:
    """Return liquidation prices and probabilities of loans, and of hedges held on margin."""
    settings = recommendation.settings.margin
    assessment = recommendation.assessment
    time = assessment.margin_time
    sentences = (
        *loan_sentences(assessment),
        *margin_sentences(
            recommendation.margin,
            assessment.without_maintenance_margin,
            settings,
            time,
            assessment.collateral_states,
            assessment.prices,
        ),
    )
    needed = f"collateral needed for {full_percent(settings.probability)}"
    tables = _loan_tables(recommendation, time) + _hedge_tables(recommendation, needed, time)
    texts: tuple[str, ...] = ()
    if recommendation.margin is None:
        texts = ("No recommended hedge is held on margin.",)
    return Section(TITLE, texts=texts, points=sentences, tables=tuple(tables), emphasized=(needed,))


def _loan_tables(recommendation: Recommendation, time: str) -> list[tuple[str, Table]]:
    """Return the table of loans, and the joint probabilities where they are known."""
    risk = recommendation.onchain
    accepted = full_percent(recommendation.settings.margin.probability)
    table = None
    if risk is not None:
        table = loan_table(risk, accepted, recommendation.assessment.currency)
    if risk is None or table is None:
        return []
    caption = (
        f"Loans: liquidation within {time} by the price of the oracle where there is one, "
        f"simulated from blocks of past returns of all tokens {_mean_text(recommendation)}; a "
        "repayment today, or a position whose gains repay debt at once, is enough alone"
    )
    tables = [(caption, table)]
    if risk.joint is not None:
        shares = risk.joint.rename(index=JOINT).to_frame("share")
        columns = {"share": (f"probability within {time}, %", percent)}
        caption = "Loans and hedges on the same paths"
        tables.append((caption, table_of(shares, "what is liquidated", columns)))
    return tables


def _hedge_tables(
    recommendation: Recommendation, needed: str, time: str
) -> list[tuple[str, Table]]:
    """Return the table of the hedges held on margin, as far as it is known."""
    if recommendation.margin is None:
        return []
    columns = {
        "collateral": ("collateral given", amount),
        "needed": (needed, amount),
        "currency": ("counted in", words),
        "liquidation price": ("liquidation price", amount),
        "probability": ("probability of liquidation, %", percent),
        "lower": ("probability at 95%, lower, %", percent),
        "upper": ("probability at 95%, upper, %", percent),
        "closed form": ("probability if returns were normal, %", percent),
    }
    caption = (
        f"Liquidation within {time}, simulated from blocks of past returns "
        f"{_mean_text(recommendation)}; the 95% interval is that of the simulation. Collateral is "
        "in coins for coin-margined contracts, otherwise in the currency of the contract"
    )
    known = recommendation.margin.drop(columns="currency").notna().any()
    if not known.any():
        return []
    shown = {name: column for name, column in columns.items() if known.get(name, True)}
    table = table_of(recommendation.margin, "instrument", shown)
    if len(recommendation.margin) <= MAX_COLUMNS:
        table = transposed(table, "")
    return [(caption, table)]


def _mean_text(recommendation: Recommendation) -> str:
    """Return whether simulated prices go on to rise or fall as in the past."""
    return "with their mean" if recommendation.settings.margin.keep_mean else "less their mean"
