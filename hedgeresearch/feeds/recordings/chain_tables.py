"""Events of a chain as columns, and back: the block in columns of its own, the rest as JSON.

Whole numbers of contracts have up to 256 binary digits, which no column of Parquet holds; JSON
writes them exactly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from hedgeresearch.onchain.chain_events import (
    Block,
    BlockWithdrawn,
    ChainEvent,
    LoanState,
    OracleReading,
    Pool,
    PoolState,
    PoolSwap,
)
from hedgeresearch.onchain.collateral import Collateral
from hedgeresearch.onchain.concentrated import ConcentratedPool
from hedgeresearch.onchain.constant_product import ConstantProductPool
from hedgeresearch.onchain.lending import LoanPosition
from hedgeresearch.onchain.oracle import OracleRound, SequencerStatus
from hedgeresearch.onchain.tokens import Token

Plain = dict[str, Any]


def chain_columns(events: list[ChainEvent]) -> dict[str, list[Any]]:
    """Return events as columns, without their number and times."""
    return {
        "block": [event.block.number for event in events],
        "block_hash": [event.block.hash for event in events],
        "parent_hash": [event.block.parent_hash for event in events],
        "content": [json.dumps(_content(event), separators=(",", ":")) for event in events],
    }


def chain_events(columns: dict[str, list[Any]]) -> Iterator[ChainEvent]:
    """Yield the events of columns."""
    names = ("block", "block_hash", "parent_hash", "event_time", "content", "receive_time")
    for row in zip(*(columns[name] for name in names), strict=True):
        content = json.loads(row[4])
        yield READERS[content["type"]](content, Block(*row[:4]), row[5])


def _content(event: ChainEvent) -> Plain:
    """Return what an event says, as plain values."""
    if isinstance(event, PoolState):
        return {"type": "pool", "pool": _pool_content(event.pool)}
    if isinstance(event, PoolSwap):
        return {
            "type": "swap",
            "paid": event.paid,
            "received": event.received,
            "log_index": event.log_index,
            "pool": _pool_content(event.pool),
        }
    if isinstance(event, OracleReading):
        return {"type": "oracle", **_oracle_content(event)}
    if isinstance(event, LoanState):
        return {"type": "loan", **_loan_content(event)}
    return {"type": "withdrawn"}


def _pool_content(pool: Pool) -> Plain:
    tokens = [[token.name, token.decimals] for token in (pool.token0, pool.token1)]
    if isinstance(pool, ConstantProductPool):
        return {"tokens": tokens, "reserves": [pool.reserve0, pool.reserve1], "fee": pool.fee}
    return {
        "tokens": tokens,
        "sqrt_price": pool.sqrt_price,
        "liquidity": pool.liquidity,
        "net_liquidity": list(pool.net_liquidity.items()),
        "fee": pool.fee,
        "tick": pool.tick,
        "spacing": pool.spacing,
        "known": pool.known,
    }


def _pool(content: Plain) -> Pool:
    token0, token1 = (Token(*token) for token in content["tokens"])
    if "reserves" in content:
        reserve0, reserve1 = content["reserves"]
        return ConstantProductPool(token0, token1, reserve0, reserve1, content["fee"])
    known = content["known"]
    return ConcentratedPool(
        token0,
        token1,
        sqrt_price=content["sqrt_price"],
        liquidity=content["liquidity"],
        net_liquidity={tick: net for tick, net in content["net_liquidity"]},
        fee=content["fee"],
        tick=content["tick"],
        spacing=content["spacing"],
        known=None if known is None else (known[0], known[1]),
    )


def _oracle_content(event: OracleReading) -> Plain:
    latest = event.round
    sequencer = event.sequencer
    return {
        "name": latest.name,
        "round": [latest.round_id, latest.answered_in_round, int(latest.answer), latest.decimals],
        "updated_at": None if latest.updated_at is None else _nanoseconds(latest.updated_at),
        "heartbeat": latest.heartbeat,
        "sequencer": None if sequencer is None else [sequencer.up, _nanoseconds(sequencer.since)],
    }


def _oracle(content: Plain, block: Block, receive_time: int) -> OracleReading:
    updated = content["updated_at"]
    sequencer = content["sequencer"]
    round_id, answered_in_round, answer, decimals = content["round"]
    latest = OracleRound(
        content["name"],
        round_id,
        answered_in_round,
        answer,
        decimals,
        updated_at=None if updated is None else _timestamp(updated),
        heartbeat=content["heartbeat"],
    )
    status = None if sequencer is None else SequencerStatus(sequencer[0], _timestamp(sequencer[1]))
    return OracleReading(latest, status, block, receive_time)


def _loan_content(event: LoanState) -> Plain:
    return {
        "collateral": [
            [each.token, each.amount, each.threshold, each.bonus] for each in event.loan.collateral
        ],
        "debt": dict(event.loan.debt),
        "close_factor": event.loan.close_factor,
        "prices": dict(event.prices),
        "health_factor": event.health_factor,
    }


def _loan(content: Plain, block: Block, receive_time: int) -> LoanState:
    deposits = [Collateral(*each) for each in content["collateral"]]
    # earlier recordings have no close factor
    close_factor = content.get("close_factor", LoanPosition.close_factor)
    loan = LoanPosition(deposits, content["debt"], close_factor)
    return LoanState(loan, content["prices"], content["health_factor"], block, receive_time)


def _pool_state(content: Plain, block: Block, receive_time: int) -> PoolState:
    return PoolState(_pool(content["pool"]), block, receive_time)


def _swap(content: Plain, block: Block, receive_time: int) -> PoolSwap:
    paid = (content["paid"][0], content["paid"][1])
    received = (content["received"][0], content["received"][1])
    return PoolSwap(
        paid, received, _pool(content["pool"]), block, content["log_index"], receive_time
    )


def _withdrawn(content: Plain, block: Block, receive_time: int) -> BlockWithdrawn:
    return BlockWithdrawn(block, receive_time)


def _nanoseconds(time: pd.Timestamp) -> int:
    return int(time.as_unit("ns").value)


def _timestamp(nanoseconds: int) -> pd.Timestamp:
    return pd.Timestamp(nanoseconds, tz="UTC")


READERS: dict[str, Callable[[Plain, Block, int], ChainEvent]] = {
    "pool": _pool_state,
    "swap": _swap,
    "oracle": _oracle,
    "loan": _loan,
    "withdrawn": _withdrawn,
}
"""Functions from content, block and time of receipt to an event, by type."""
