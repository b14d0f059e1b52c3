"""A book in YAML: position, instruments, prices, model and aims, described in docs/book.md, and what it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.cli.book.backtest import BACKTEST, backtest_from
from hedgeresearch.cli.book.instruments import instruments_from
from hedgeresearch.cli.book.models import model_from
from hedgeresearch.cli.book.prices import (
    DATA,
    check_names,
    market_from,
    prices_file,
    prices_for_model,
)
from hedgeresearch.cli.book.yaml_file import read_tree
from hedgeresearch.cli.book.yaml_tree import Entry, did_you_mean
from hedgeresearch.cli.models import ModelName, model_of
from hedgeresearch.recommendation.api import recommend
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.recommendation.inputs.settings import Limits, Margin, Objective, Rebalancing
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report._atomic_write import check_apart

FIELDS = {
    "": (
        "data", "position", "instruments", "holdings", "returns", "model", "objective", "limits", "rebalancing",
        "margin", "backtest", "level", "seed",
    ),
    "data": DATA,
    "objective": ("beta", "net"),
    "limits": ("contracts", "gross", "max_instruments"),
    "rebalancing": ("tracking_error", "risk_aversion", "impact", "reversion"),
    "margin": ("collateral", "horizon", "probability"),
    "backtest": BACKTEST,
}  # fmt: skip
"""The fields of a book and of its sections."""


def recommendation_of(
    path: Path, targets: Mapping[str, Path | None] | None = None
) -> Recommendation:
    """The recommendation for a book.

    Parameters
    ----------
    path : of the book
    targets : files that are going to be written, by their name in an error; none of them may be one that is read

    Raises
    ------
    DataError
        If the file is no book; the message names the line and the field.
    """
    check_apart(targets or {}, {"--position": path})
    root = read_tree(path)
    parts = root.section(FIELDS[""], required=("data", "position", "instruments"))
    check_apart(targets or {}, {"the prices of the book": prices_file(parts, path.parent)})
    with parts["position"].placed():
        position = Position(_numbers(parts["position"]))
    instruments = instruments_from(parts["instruments"])
    check_names(parts, instruments)
    kind: Any = (
        parts["returns"].choice(("simple", "difference")) if "returns" in parts else "simple"
    )
    name, model = (
        model_from(parts["model"]) if "model" in parts else ("regime", model_of(ModelName.regime))
    )
    arguments = _aims(parts)
    _check_instruments(parts, [one.name for one in instruments])
    market = market_from(parts, path.parent, instruments, kind)
    with parts["data"].placed():
        returns = market.returns(position, instruments, kind)
    takes_prices = model.traits.input == "prices"
    with parts.get("model", root).placed():
        fit = model.fit(
            *(prices_for_model(market, position, instruments) if takes_prices else returns)
        )
    if "backtest" in parts:
        arguments["backtest"] = backtest_from(
            parts["backtest"], (name, model), returns, instruments, arguments.get("seed", 0)
        )
    with root.placed():
        return recommend(
            fit, position=position, instruments=instruments, market=market, **arguments
        )


def _check_instruments(parts: dict[str, Entry], names: list[str]) -> None:
    """Refuse holdings, aims and collateral of what is no instrument, and one beta for several."""
    for section, field in (
        ("holdings", ""),
        ("objective", "beta"),
        ("limits", "contracts"),
        ("margin", "collateral"),
    ):
        entry = parts.get(section)
        if entry is not None and field:
            entry = entry.mapping().get(field)
        if entry is None:
            continue
        if isinstance(entry.content, dict):
            for name, one in entry.content.items():
                if name not in names:
                    one.refuse(
                        f"must be of an instrument, {', '.join(names)}.{did_you_mean(name, names)}"
                    )
        elif field == "beta" and len(names) > 1 and entry.number() != 0.0:
            entry.refuse(
                f"must say to which of several instruments it is; got {entry.shown}. Write for example 'beta: "
                f"{{{names[0]}: {entry.written}}}'."
            )


# --- aims ---


def _aims(parts: dict[str, Entry]) -> dict[str, Any]:
    """Those arguments of ``recommend`` that the book gives."""
    found: dict[str, Any] = {}
    if "holdings" in parts:
        found["holdings"] = _numbers(parts["holdings"])
    if "level" in parts:
        found["level"] = parts["level"].number()
        with parts["level"].placed():
            check_between(found["level"], "level", 0.0, 1.0)
    if "seed" in parts:
        found["seed"] = parts["seed"].whole()
        with parts["seed"].placed():
            check_at_least(found["seed"], "seed", 0)
    for name, kind in (
        ("objective", Objective),
        ("limits", Limits),
        ("rebalancing", Rebalancing),
        ("margin", Margin),
    ):
        if name in parts:
            entries = parts[name].section(FIELDS[name])
            values = {key: _aim(key, entry) for key, entry in entries.items()}
            with parts[name].placed():
                found[name] = kind(**values)
    return found


def _aim(name: str, entry: Entry) -> Any:
    if name in ("max_instruments", "horizon"):
        return entry.whole()
    if name == "contracts":
        return {key: _limit(one) for key, one in entry.mapping().items()}
    return (
        _numbers(entry)
        if name == "collateral" or isinstance(entry.content, dict)
        else entry.number()
    )


def _limit(entry: Entry) -> Any:
    """The least and the most, or one number for both sides."""
    if not isinstance(entry.content, list):
        return entry.number()
    if len(entry.content) != 2:
        entry.refuse(
            f"must be the least and the most, such as [-40, 0], or one number; got {len(entry.content)} numbers."
        )
    return tuple(one.number() for one in entry.content)


def _numbers(entry: Entry) -> dict[str, float]:
    return {name: one.number() for name, one in entry.mapping().items()}
