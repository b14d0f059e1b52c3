"""Sentences on loans: their health, when they are liquidated, and what that costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from hedgeresearch._formatting import full_percent, money, percent, quantity
from hedgeresearch.onchain.lending import LoanPosition
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.assessment.onchain.onchain_risks import OnchainRisk
from hedgeresearch.recommendation.inputs.onchain.onchain_book import OnchainBook

BEYOND = 1e-9
"""Share by which a price is beyond that of a liquidation, where one has happened."""


def loan_sentences(assessment: Assessment) -> list[str]:
    """Return the sentences on the liquidation of loans, warnings first; none without a loan."""
    risk = assessment.onchain
    book = assessment.problem.onchain
    if risk is None or book is None or not book.loans:
        return []
    time = assessment.margin_time
    if risk.loans is None:
        return ["Liquidation risk of loans not available: it needs 20 returns."]
    sentences = [
        _loan_sentence(str(name), row, book, assessment) for name, row in risk.loans.iterrows()
    ]
    sentences.sort(key=lambda text: not text.startswith("Warning"))
    costs = _cost_sentences(risk.loans, book, assessment.currency)
    return [*sentences, *costs, *_joint_sentences(risk, time)]


def loan_openings(book: OnchainBook | None) -> list[str]:
    """Return which loans can be liquidated now, for the start of a decision."""
    if book is None:
        return []
    prices = book.loan_prices
    return [
        f"The {name} can be liquidated now, and is counted as it is: repay debt first, or pass the "
        "collateral and debt that were left."
        for name, loan in book.loans.items()
        if loan.health_factor(prices) < 1.0
    ]


def _loan_sentence(
    name: str, row: pd.Series[Any], book: OnchainBook, assessment: Assessment
) -> str:
    """Return the health of a loan, its liquidation, and what lowers the probability."""
    currency = assessment.currency
    accepted = assessment.settings.margin.probability
    health = f"The {name} has a health factor of {quantity(row['health factor'])}"
    if row["health factor"] < 1.0:
        amount = f"{quantity(row['repayment'])} {row['repaid in']}"
        return f"Warning: {health}: it can be liquidated now. Repay more than {amount} at once."
    source = "its oracle" if row["token"] in book.oracle_values else "the market, without an oracle"
    barrier = row["liquidation price"]
    where = f"no move of {row['token']} alone liquidates it; it is liquidated"
    if barrier > 0.0:
        where = (
            f"it is liquidated at a price of {row['token']} of {money(barrier, currency)} "
            f"({money(row['price'], currency)} now, by {source}),"
        )
    time = assessment.margin_time
    chance = percent(row["probability"])
    text = f"{health}; {where} with probability {chance} within {time}"
    if assessment.settings.margin.keep_mean:
        text += ", if prices go on in the mean as in the past"
    if row["probability"] <= accepted:
        return f"{text}."
    remedies = _remedies(row, full_percent(accepted))
    return f"Warning: {text}; {remedies}{_enough_text(row, assessment)}."


def _cost_sentences(loans: pd.DataFrame, book: OnchainBook, currency: str) -> list[str]:
    """Return what the liquidation of each loan costs, where the move of one token leads to it."""
    sentences = []
    for name, row in loans.iterrows():
        barrier = row["liquidation price"]
        if row["health factor"] < 1.0 or not barrier > 0.0:
            continue
        loan = book.loans[str(name)]
        cost = _cost_of_liquidation(loan, row["token"], barrier, book.loan_prices)
        if not cost > 0.0:
            continue
        sentences.append(
            f"Liquidation of the {name} at that price costs up to {money(cost, currency)}, the "
            f"bonus on what is repaid, at most {full_percent(loan.close_factor)} of the debt at a "
            "time; profits at moves of the price are after liquidations."
        )
    return sentences


def _cost_of_liquidation(
    loan: LoanPosition, token: str, barrier: float, prices: Mapping[str, float]
) -> float:
    """Return what a liquidation takes just beyond the price at which it begins, in currency."""
    rise = -BEYOND if loan.exposure(token) > 0.0 else BEYOND
    at = {**prices, token: barrier * (1.0 + rise)}
    return loan.value(at) - float(loan.value_after_liquidations(at)[0])


def _enough_text(row: pd.Series[Any], assessment: Assessment) -> str:
    """Return that the recommended hedge is no smaller than the one that a loan needs; "" if not."""
    risk = assessment.onchain
    if risk is None or row["token"] not in risk.exposure or math.isnan(row["sold short"]):
        return ""
    hedges = risk.exposure[row["token"]].to_dict()["hedges"]
    needed = row["sold short"]
    is_enough = -hedges >= needed if needed > 0.0 else -hedges <= needed
    return "; the recommended hedge is at least as large" if is_enough else ""


def _remedies(row: pd.Series[Any], accepted: str) -> str:
    """Return what lowers the probability of a liquidation to the accepted one."""
    found = []
    if not math.isnan(row["repayment"]):
        found.append(f"repaying {quantity(row['repayment'])} {row['repaid in']}")
    if not math.isnan(row["sold short"]):
        side = "short" if row["sold short"] > 0.0 else "long"
        size = quantity(abs(row["sold short"]))
        found.append(f"{size} {row['token']} {side} whose gains repay debt at once")
    if not found:
        return f"neither a repayment nor a hedge alone lowers it to {accepted}"
    verb = "lowers" if len(found) == 1 else "lower"
    return f"{', or '.join(found)}, {verb} it to {accepted}"


def _joint_sentences(risk: OnchainRisk, time: str) -> list[str]:
    """Return the probability that loans or hedges are liquidated, on the same paths."""
    joint = risk.joint
    if joint is None:
        return []
    return [
        f"On the same paths a loan or a hedge is liquidated within {time} with probability "
        f"{percent(float(joint['any']))}, both with {percent(float(joint['both']))}; gains of a "
        "hedge help a loan only where they repay its debt."
    ]
