"""Sentences on pools and loans: what is hedged, and what gamma costs."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from hedgeresearch._formatting import money, percent, quantity
from hedgeresearch.onchain.position import PoolPosition
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.assessment.onchain.onchain_profits import ALL
from hedgeresearch.recommendation.assessment.onchain.onchain_risks import (
    OnchainRisk,
    oracle_deviations,
)
from hedgeresearch.recommendation.inputs.onchain.onchain_book import OnchainBook
from hedgeresearch.recommendation.inputs.onchain.onchain_values import pool_price

MAX_DEVIATION = 0.01
"""Share by which an oracle may differ from the market before it is worth a word."""
SHOWN_MOVE = 0.1
"""Move of the price whose profits are said in words."""


def onchain_sentences(assessment: Assessment) -> list[str]:
    """Return the sentences on pools and loans, without those on liquidation; none without any."""
    risk = assessment.onchain
    book = assessment.problem.onchain
    if risk is None or book is None:
        return []
    currency = assessment.currency
    return [
        *_oracle_warnings(book),
        *_range_sentences(book),
        _delta_sentence(risk),
        *_gamma_sentences(risk, book, currency),
        *_carry_sentences(risk, assessment),
    ]


def current_sentences(book: OnchainBook | None) -> list[str]:
    """Return what needs no simulation: the health of loans, and pools that are out of range."""
    if book is None:
        return []
    sentences = [*_oracle_warnings(book), *_range_sentences(book)]
    for name, loan in book.loans.items():
        health = loan.health_factor(book.loan_prices)
        text = f"The {name} has a health factor of {quantity(health)}"
        if health < 1.0:
            sentences.insert(0, f"Warning: {text}: it can be liquidated now.")
        else:
            sentences.append(f"{text}.")
    return sentences


def _oracle_warnings(book: OnchainBook) -> list[str]:
    """Return a warning for each oracle whose price is far from that of the market."""
    sentences = []
    for name, apart in oracle_deviations(book).items():
        if abs(apart) <= MAX_DEVIATION:
            continue
        side = "above" if apart > 0.0 else "below"
        moves = any(name in one.tokens for one in book.loans.values()) and name in book.tokens
        start = ", where simulated prices of loans begin" if moves else ""
        sentences.append(
            f"Warning: the oracle's price of {name} is {percent(abs(apart))} {side} that of the "
            f"market{start}."
        )
    return sentences


def _range_sentences(book: OnchainBook) -> list[str]:
    """Return which pools are out of range, and what they hold and earn there."""
    sentences = []
    for name, pool in book.pools.items():
        price = pool_price(pool, book.values)
        if pool.is_in_range(price):
            continue
        holds, trades = _out_of_range_texts(pool, price)
        sentences.append(
            f"The {name} is out of range at a price of {quantity(price)} {pool.quote}: it holds "
            f"{holds}, earns no fees, and has no gamma until the price is within "
            f"{_ranges_text(pool)}, where it {trades}."
        )
    return sentences


def _out_of_range_texts(pool: PoolPosition, price: float) -> tuple[str, str]:
    """Return what a pool holds at a price out of its ranges, and what it trades within them."""
    base, quote = pool.amounts(price)
    if base and quote:
        both = f"{pool.base} and {pool.quote}"
        return both, f"buys {pool.base} below this price and sells it above"
    if base:
        return f"{pool.base} only", f"buys {pool.quote}"
    return f"{pool.quote} only", f"buys {pool.base}"


def _ranges_text(pool: PoolPosition) -> str:
    """Return the ranges of a pool in words, such as "1,500 to 2,500 USDC"."""
    ranges = [f"{quantity(one.lower)} to {quantity(one.upper)}" for one in pool.ranges]
    return f"{' or '.join(ranges)} {pool.quote}"


def _delta_sentence(risk: OnchainRisk) -> str:
    """Return the tokens held, and those that are left with the hedges."""
    own = risk.exposure.drop(index=["hedges", "all"]).sum()
    held = _units_text(own)
    left = _units_text(risk.exposure.iloc[-1])
    return f"The position has a delta of {held}; with the hedges, by their beta, it is {left}."


def _units_text(units: pd.Series[Any]) -> str:
    """Return units of tokens in words."""
    pairs = zip(units.index, units.to_numpy(dtype=float).tolist(), strict=True)
    return " and ".join(f"{quantity(number)} {name}" for name, number in pairs)


def _gamma_sentences(risk: OnchainRisk, book: OnchainBook, currency: str) -> list[str]:
    """Return what moves of the price do to the hedged position."""
    if not book.pools:
        return []
    rows = risk.grid[risk.grid["price move"].abs() == SHOWN_MOVE]
    sentences = []
    for token, part in rows.groupby("token", sort=False):
        if token == ALL:
            continue
        texts = [_move_text(row, currency) for _, row in part.iterrows()]
        sentences.append(f"A move of {token} at once {', and '.join(texts)}, without fees.")
    gammas = risk.positions["gamma"].to_dict()
    for name, pool in book.pools.items():
        value = book.values[pool.base]
        sold = -float(gammas[name]) / value
        if sold:
            sentences.append(
                f"For a rise of {pool.base} by 1% against {pool.quote} the {name} sells "
                f"{quantity(sold)} {pool.base} (gamma), which the hedge must follow."
            )
    return sentences


def _move_text(row: pd.Series[Any], currency: str) -> str:
    profits = {name: float(row[name]) for name in ("unhedged", "hedges", "hedged")}
    signed = {name: _signed_money(value, currency) for name, value in profits.items()}
    return (
        f"by {100 * float(row['price move']):+g}% gives {signed['unhedged']} on the position and "
        f"{signed['hedges']} on the hedges, {signed['hedged']} together{_liquidated_text(row)}"
    )


def _liquidated_text(row: pd.Series[Any]) -> str:
    """Return which loans a move liquidates, in brackets; "" for none."""
    return f" (after liquidation of the {row['liquidated']})" if row["liquidated"] else ""


def _signed_money(value: float, currency: str) -> str:
    return f"{'-' if value < 0.0 else ''}{money(abs(value), currency)}"


def _carry_sentences(risk: OnchainRisk, assessment: Assessment) -> list[str]:
    """Return fees, the cost of gamma and the carry of hedges a year, and their sum."""
    book = assessment.problem.onchain
    gamma = float(risk.carry["gamma"])
    if book is None or not book.pools or math.isnan(gamma) or not gamma:
        return []
    currency = assessment.currency
    value = float(risk.positions.loc[risk.positions["kind"] == "pool", "value"].sum())
    source = "the volatility of the model"
    if assessment.problem.position.is_portfolio:
        source = "the past volatility of the ratio of its tokens"
    cost = f"gamma costs {money(-gamma, currency)} a year at {source}"
    fees = float(risk.carry["fees"])
    if math.isnan(fees):
        share = percent(-gamma / value)
        return [
            f"{_unknown_fees_text(risk, currency)}; {cost}, {share} of the pools, which fees must "
            "exceed (PoolPosition(fee_rate=...))."
        ]
    parts = [f"Fees of {money(fees, currency)} a year are expected at today's price", cost]
    hedges = float(risk.carry["hedges"])
    if not math.isnan(hedges):
        verb = "earn" if hedges >= 0.0 else "pay"
        parts.append(f"the hedges {verb} {money(abs(hedges), currency)}")
    total = float(risk.carry["all"])
    share = percent(abs(total) / assessment.valuation.value)
    left = "is left" if total >= 0.0 else "is lost"
    counted_by = " (loans by their collateral)" if book.loans else ""
    return [
        f"{', '.join(parts)}: {money(abs(total), currency)} a year {left}, {share} of the "
        f"position{counted_by}, before what following the delta costs."
    ]


def _unknown_fees_text(risk: OnchainRisk, currency: str) -> str:
    """Return which pools have no fees that are known, and those of the others."""
    fees = risk.positions.loc[risk.positions["kind"] == "pool", "fees"]
    unknown = fees.index[fees.isna()]
    if len(unknown) == len(fees):
        return "Fees of the pools were not given"
    known = money(float(fees.sum()), currency)
    return (
        f"Fees of the {' and the '.join(unknown)} were not given, those of the other pools are "
        f"{known} a year"
    )
