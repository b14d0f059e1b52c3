"""Tables of the study, from the results of development and confirmation pairs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_choice
from hedgeresearch.reproductions.regime_study.entrants import SAME_WITHOUT
from hedgeresearch.reproductions.regime_study.explanation import regression, true_potential
from hedgeresearch.reproductions.regime_study.pair import Pair
from hedgeresearch.reproductions.regime_study.selection import Selection
from hedgeresearch.reproductions.regime_study.spans import LOSSES
from hedgeresearch.reproductions.regime_study.study import Study
from hedgeresearch.reproductions.regime_study.verdicts import (
    criteria,
    gains,
    joint_tests,
    market_table,
    primary,
)

INDEX = {
    "selection": ["model"],
    "development": ["market", "horizon", "model"],
    "confirmation": ["market", "horizon", "model"],
    "criteria": ["horizon"],
    "joint": ["horizon", "against"],
    "gains": ["against", "market", "horizon"],
    "points": ["pair", "window"],
    "flagship": ["pair", "horizon"],
    "law": ["gain", "pairs", "regressor"],
    "closes": ["market"],
    "failures": ["market", "model"],
}
"""Index of each table."""
DIGITS = 10
"""Significant digits of the recorded tables."""
LAWS = {"regimes": "ols", "flagship": "the same without regimes"}


def development_tables(study: Study, pairs: list[Pair], chosen: Selection) -> dict[str, Any]:
    """Return the tables that the development pairs give."""
    return {
        "selection": chosen.table,
        "development": market_table(study, pairs, LOSSES),
    }


def all_tables(
    development: tuple[Study, list[Pair]],
    confirmation: tuple[Study, list[Pair]],
    chosen: Selection,
) -> dict[str, pd.DataFrame]:
    """Return all tables of the study by name.

    Parameters
    ----------
    development, confirmation : results, and the pairs that they are of
    chosen : Selection from the development pairs
    """
    study, pairs = confirmation
    flagship = chosen.flagship
    base = SAME_WITHOUT[flagship]
    held = criteria(study, pairs, flagship)
    others = ("naive", "ols", base, *dict.fromkeys(held["best single"]))
    gained = {name: gains(study, pairs, flagship, name) for name in dict.fromkeys(others)}
    points = pd.concat([points_of(*one, flagship) for one in (development, confirmation)])
    tables = development_tables(*development, chosen) | {
        "confirmation": market_table(study, pairs, LOSSES),
        "criteria": held,
        "joint": joint_tests(study, pairs, flagship).set_index(INDEX["joint"]),
        "gains": pd.concat(gained, names=["against"]),
        "points": points,
        "flagship": flagship_table(study, pairs, flagship),
        "law": laws(points),
        "closes": closes_table(development[0], study),
        "failures": failures_table(development[0], study),
    }
    return {name: table.rename_axis(INDEX[name]) for name, table in tables.items()}


def points_of(study: Study, pairs: list[Pair], flagship: str) -> pd.DataFrame:
    """Return what the regressions explain, and by what, for each pair and window."""
    rows = study.losses.query("loss == 'variance' and horizon == 1")
    means = np.log(rows.pivot(index=["pair", "window"], columns="model", values="mean"))
    base = SAME_WITHOUT[flagship]
    table = pd.DataFrame(
        {
            "regimes": means["ols"] - means["regimes"],
            "flagship": means[base] - means[flagship],
        }
    )
    by_pair = pd.DataFrame(
        {"market": [pair.market.name for pair in pairs], "role": [p.market.role for p in pairs]},
        index=pd.Index([pair.name for pair in pairs], name="pair"),
    )
    known = {pair.name: true_potential(pair.truth) for pair in pairs if pair.truth is not None}
    columns = study.potentials.columns
    truth = pd.DataFrame([*known.values()], index=[*known], columns=columns, dtype=float)
    true = truth[["potential", "persistence"]].add_suffix(", true")
    described = by_pair.join(study.potentials).join(true)
    return table.join(described, on="pair")


def laws(points: pd.DataFrame) -> pd.DataFrame:
    """Return the regressions of both gains, on real and on simulated pairs."""
    points = points.dropna(subset=["potential"])
    simulated = points[points["role"] == "simulated"].dropna()
    true = simulated.assign(
        potential=simulated["potential, true"], persistence=simulated["persistence, true"]
    )
    samples = {
        "all": points,
        "real": points[points["role"] != "simulated"],
        "simulated": simulated,
        "simulated, true regimes": true,
    }
    found = {}
    for gain in LAWS:
        for name, sample in samples.items():
            is_simulated = name.startswith("simulated")
            clusters = sample.index.get_level_values("pair") if is_simulated else sample["market"]
            table = sample.reset_index("window").assign(gain=sample[gain].to_numpy())
            found[gain, name] = regression(table.assign(market=np.asarray(clusters)))
    return pd.concat(found, names=INDEX["law"])


def flagship_table(study: Study, pairs: list[Pair], flagship: str) -> pd.DataFrame:
    """Return the share that the flagship removes of each pair, with intervals of its gains."""
    rows = primary(study.losses, pairs).query("loss == 'variance'")
    keys = ["pair", "horizon"]
    own = rows[rows["model"] == flagship].set_index(keys)
    table = own[["market", "window", "removed", "p, set", "t, naive", "t, ols"]]
    found = primary(study.intervals, pairs).set_index([*keys, "against"])
    for against in ("naive", "ols", "EWMA", "DCC"):
        one = found.xs(against, level="against")[["gain", "lower", "upper"]]
        table = table.join(one.add_suffix(f", {against}"))
    return table


def closes_table(*studies: Study) -> pd.DataFrame:
    """Return the number of pairs of each market, and of those whose closes differ."""
    walks = pd.concat([one.walks for one in studies])
    pairs = walks.groupby(["market", "pair"], sort=False)["closes differ"].any()
    by_market = pairs.groupby(level="market", sort=False)
    return pd.DataFrame({"pairs": by_market.size(), "closes differ": by_market.sum()})


def failures_table(*studies: Study) -> pd.DataFrame:
    """Return the failed refits of each market and model that has any.

    Columns: the walks, one for each pair and window, those with failed refits, and these refits.
    """
    walks = pd.concat([one.walks for one in studies])
    walks = walks[
        walks["horizon"] == walks["horizon"].min()
    ]  # the refits are those of all horizons
    failed = walks.groupby(["market", "model"], sort=False)["failed refits"]
    table = pd.DataFrame(
        {
            "walks": failed.size(),
            "walks with failures": failed.agg(lambda column: int((column > 0).sum())),
            "failed refits": failed.sum(),
        }
    )
    return table[table["failed refits"] > 0]


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write each table as a CSV file with ten significant digits."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        text = table.to_csv(float_format=f"%.{DIGITS}g", lineterminator="\n")
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


@exported_by("hedgeresearch.reproductions")
def recorded_table(name: str) -> pd.DataFrame:
    """Return a table of the study "when_regimes_help", of the run that is recorded.

    Parameters
    ----------
    name : {"selection", "development", "confirmation", "criteria", "joint", "gains", "points", \
"flagship", "law", "closes", "failures"}

    Raises
    ------
    DataError
        If there is no such table.

    Examples
    --------
    >>> recorded_table("selection").index[0]
    'OLS and decays by regime'
    """
    check_choice(name, "name", tuple(INDEX))
    place = files("hedgeresearch.reproductions.regime_study") / "results" / f"{name}.csv"
    with place.open(encoding="utf-8") as file:
        return pd.read_csv(file, index_col=INDEX[name])
