"""From a book in YAML (docs/book.md) to a recommendation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from hedgeresearch.cli.book.backtest import BACKTEST_FIELDS, run_backtest
from hedgeresearch.cli.book.entry import Entry
from hedgeresearch.cli.book.instruments import CONTRACTS, read_instruments
from hedgeresearch.cli.book.live_fields import LIVE_FIELDS
from hedgeresearch.cli.book.market import DATA_FIELDS, model_prices, price_file, read_market
from hedgeresearch.cli.book.market_checks import check_distinct_names, check_moments
from hedgeresearch.cli.book.models import NamedModel, read_model
from hedgeresearch.cli.book.onchain import (
    COLLATERAL_FIELDS,
    LOAN_FIELDS,
    ORACLE_FIELDS,
    POOL_FIELDS,
    RANGE_FIELDS,
    SEQUENCER_FIELDS,
    holds_onchain,
)
from hedgeresearch.cli.book.position import VALUE_FIELDS, read_position
from hedgeresearch.cli.book.settings import (
    RULES,
    check_instrument_names,
    read_settings,
    setting_names,
)
from hedgeresearch.cli.book.yaml_reader import read_yaml
from hedgeresearch.cli.inputs.fitting import BEST, fit_or_name_other
from hedgeresearch.cli.inputs.models import DEFAULT_MODEL
from hedgeresearch.hedges.default import named_hedge
from hedgeresearch.instruments.instrument import Instrument
from hedgeresearch.instruments.option_terms import without_options
from hedgeresearch.recommendation.api import recommend
from hedgeresearch.recommendation.inputs.costs.liquidity import Liquidity
from hedgeresearch.recommendation.inputs.market import Kind, Market
from hedgeresearch.recommendation.inputs.position import Position
from hedgeresearch.recommendation.inputs.settings import Limits, Margin, Objective
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report._atomic_write import check_different_files

SECTIONS = (
    "data",
    "position",
    "options",
    "delta",
    "pools",
    "loans",
    "instruments",
    "holdings",
    "returns",
    "model",
    "objective",
    "limits",
    "rebalancing",
    "margin",
    "liquidity",
    "live",
    "backtest",
    "confidence",
    "seed",
)
REQUIRED_SECTIONS = ("data", "instruments")
"""Sections of every book; it has a position, options, pools or loans, too."""
FIELDS: dict[str, Sequence[str]] = {
    "": SECTIONS,
    "data": DATA_FIELDS,
    "position": VALUE_FIELDS,
    "data.oracles": ORACLE_FIELDS,
    "data.sequencer": SEQUENCER_FIELDS,
    "options": (CONTRACTS,),
    "pools": POOL_FIELDS,
    "pools.ranges": RANGE_FIELDS,
    "loans": LOAN_FIELDS,
    "loans.collateral": COLLATERAL_FIELDS,
    "objective": setting_names(Objective),
    "limits": setting_names(Limits),
    "rebalancing": tuple(RULES),
    **{f"rebalancing.{name}": setting_names(rule) for name, rule in RULES.items()},
    "margin": setting_names(Margin),
    "liquidity": setting_names(Liquidity),
    **LIVE_FIELDS,
    "backtest": BACKTEST_FIELDS,
}
"""Fields of a book and of its sections; those of instruments and models are their settings."""


def recommend_for_book(
    path: Path, targets: Mapping[str, Path | None] | None = None
) -> Recommendation:
    """Return the recommendation for a book.

    Parameters
    ----------
    path : file of the book
    targets : files that will be written, by their names in error messages; none of them may be a
        file that is read

    Raises
    ------
    DataError
        If the file is not a valid book; the message names the line and the field.
    """
    check_different_files(targets or {}, {"--position": path})
    root = read_yaml(path)
    parts = root.section(SECTIONS, REQUIRED_SECTIONS)
    check_different_files(targets or {}, {"the prices of the book": price_file(parts, path.parent)})
    _check_held(root, parts)
    position = read_position(parts)
    instruments = read_instruments(parts["instruments"])
    check_distinct_names(parts, instruments)
    kind = _read_kind(parts)
    is_best = "model" in parts and parts["model"].content == BEST
    model = None if is_best else _read_model(parts)
    settings = read_settings(parts)
    check_instrument_names(parts, [one.name for one in instruments])
    market = read_market(parts, path.parent, instruments, kind, position.onchain)
    check_moments(parts, position, instruments, market)
    with parts["data"].locate_errors():
        position = market.counted(position) if position.onchain else position
        hedges = without_options(instruments)
        returns = market.returns(position, hedges, kind)
    fit = None
    if model is None:
        settings["model"] = BEST
    else:
        data = _observations(model, market, position, hedges, returns)
        with parts.get("model", root).locate_errors():
            fit = fit_or_name_other(model.model, *data, f"the model {model.name}", "'model: ols'")
    if "backtest" in parts:
        settings["backtest"] = run_backtest(
            parts["backtest"], model, returns, hedges, market, settings.get("seed", 0)
        )
    with root.locate_errors():
        return recommend(fit, position, instruments, market, **settings)


def _check_held(root: Entry, parts: Mapping[str, Entry]) -> None:
    """Refuse a book that holds nothing, and a delta without options."""
    if "options" not in parts:
        if not holds_onchain(parts):
            root.section(SECTIONS, ("position",))
        if "delta" in parts:
            parts["delta"].refuse("must belong to options; the book holds none. Remove it.")


def _read_kind(parts: Mapping[str, Entry]) -> Kind:
    """Return the kind of returns."""
    if "returns" not in parts:
        return "simple"
    kind = parts["returns"].choice(("simple", "difference"))
    return "simple" if kind == "simple" else "difference"


def _read_model(parts: Mapping[str, Entry]) -> NamedModel:
    if "model" in parts:
        return read_model(parts["model"])
    return NamedModel(DEFAULT_MODEL.value, named_hedge(DEFAULT_MODEL))


def _observations(
    model: NamedModel,
    market: Market,
    position: Position,
    instruments: Sequence[Instrument],
    returns: tuple[pd.Series[float], pd.DataFrame],
) -> tuple[pd.Series[float], pd.DataFrame]:
    """Return the prices or the returns that the model is fitted on."""
    if model.model.traits.input == "prices":
        return model_prices(market, position, instruments)
    return returns
