"""Pools, loans and oracles as plain values, which JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hedgeresearch.onchain.collateral import Collateral
from hedgeresearch.onchain.lending import LoanPosition
from hedgeresearch.onchain.oracle import OracleRound, SequencerStatus
from hedgeresearch.onchain.position import LiquidityRange, PoolPosition
from hedgeresearch.recommendation.assessment.assessment import Assessment
from hedgeresearch.recommendation.assessment.onchain.onchain_risks import OnchainRisk
from hedgeresearch.recommendation.inputs.onchain.onchain_book import OnchainBook
from hedgeresearch.recommendation.inputs.onchain.onchain_positions import OnchainPosition
from hedgeresearch.recommendation.inputs.onchain.oracles import Oracles
from hedgeresearch.recommendation.plain_values import plain_rows, plain_rows_or_none, plain_value


def onchain_as_dict(assessment: Assessment) -> dict[str, Any] | None:
    """Return the findings on pools and loans, with their terms and oracles; None without any."""
    risk = assessment.onchain
    book = assessment.problem.onchain
    if risk is None or book is None:
        return None
    return {"terms": _terms_by_name(book), "values": plain_value(dict(book.values))} | {
        "oracles": oracles_as_dict(assessment.problem.market.oracles),
        **_findings(risk),
    }


def oracles_as_dict(oracles: Oracles | None) -> dict[str, Any] | None:
    """Return the rounds of oracles, as their contracts state them, and the moment."""
    if oracles is None:
        return None
    rounds = {
        token: {
            "name": one.name,
            "round_id": str(one.round_id),  # more digits than a float of JSON holds
            "answered_in_round": str(one.answered_in_round),
            "answer": str(one.answer),
            "decimals": int(one.decimals),
            "updated_at": None if one.updated_at is None else str(one.updated_at),
            "heartbeat": float(one.heartbeat),
        }
        for token, one in oracles.rounds.items()
    }
    sequencer = oracles.sequencer
    return {
        "rounds": rounds,
        "moment": None if oracles.moment is None else str(oracles.moment),
        "sequencer": None
        if sequencer is None
        else {"up": sequencer.up, "since": str(sequencer.since)},
    }


def oracles_from_dict(record: Mapping[str, Any]) -> Oracles:
    """Return the oracles that a record of ``oracles_as_dict`` is of."""
    rounds = {
        token: OracleRound(
            name=one["name"],
            round_id=int(one["round_id"]),
            answered_in_round=int(one["answered_in_round"]),
            answer=int(one["answer"]),
            decimals=one["decimals"],
            updated_at=None if one["updated_at"] is None else pd.Timestamp(one["updated_at"]),
            heartbeat=one["heartbeat"],
        )
        for token, one in record["rounds"].items()
    }
    given = record["sequencer"]
    sequencer = None
    if given is not None:
        sequencer = SequencerStatus(given["up"], pd.Timestamp(given["since"]))
    return Oracles(rounds, record["moment"], sequencer)


def onchain_as_list(held: Sequence[OnchainPosition]) -> list[dict[str, Any]]:
    """Return the terms of pools and loans, in their order."""
    return [_terms(one) for one in held]


def onchain_from_list(records: Sequence[Mapping[str, Any]]) -> list[OnchainPosition]:
    """Return the pools and loans that terms are of."""
    return [_position_of(one) for one in records]


def _position_of(record: Mapping[str, Any]) -> OnchainPosition:
    if record["kind"] == "loan":
        deposits = [Collateral(**each) for each in record["collateral"]]
        return LoanPosition(deposits, record["debt"], record["close_factor"])
    ranges = [
        LiquidityRange(
            each["liquidity"],
            each["lower"],
            math.inf if each["upper"] is None else each["upper"],
        )
        for each in record["ranges"]
    ]
    return PoolPosition(ranges, record["base"], record["quote"], record["fee_rate"])


def _terms_by_name(book: OnchainBook) -> dict[str, Any]:
    """Return the terms of each pool and loan."""
    return {name: _terms(one) for name, one in zip(book.labels, book.held, strict=True)}


def _terms(one: OnchainPosition) -> dict[str, Any]:
    """Return ranges, collateral and debt; a range without an upper end has null there."""
    if isinstance(one, PoolPosition):
        ranges = [
            plain_value({"liquidity": each.liquidity, "lower": each.lower, "upper": each.upper})
            for each in one.ranges
        ]
        fees = None if one.fee_rate is None else float(one.fee_rate)
        pool = {"base": one.base, "quote": one.quote, "fee_rate": fees, "ranges": ranges}
        return {"kind": "pool"} | pool
    collateral = [
        {
            "token": each.token,
            "amount": float(each.amount),
            "threshold": float(each.threshold),
            "bonus": float(each.bonus),
        }
        for each in one.collateral
    ]
    debt = {token: float(amount) for token, amount in one.debt.items()}
    terms = {"collateral": collateral, "debt": debt, "close_factor": float(one.close_factor)}
    return {"kind": "loan"} | terms


def _findings(risk: OnchainRisk) -> dict[str, Any]:
    """Return the tables of findings, their names in one word."""
    grid = risk.grid.rename(columns=_as_key)
    loans = None if risk.loans is None else risk.loans.rename(columns=_as_key)
    return {
        "positions": plain_rows(risk.positions.rename(columns=_as_key)),
        "exposure": plain_rows(risk.exposure),
        "grid": [plain_value(row) for row in grid.to_dict("records")],
        "revaluation": None
        if risk.revaluation is None
        else plain_value(risk.revaluation.to_dict()),
        "carry_per_year": plain_value(risk.carry.to_dict()),
        "loans": plain_rows_or_none(loans),
        "joint_liquidation": None if risk.joint is None else plain_value(risk.joint.to_dict()),
    }


def _as_key(name: str) -> str:
    return name.replace(" ", "_")
