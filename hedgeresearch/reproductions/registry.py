"""Reproductions by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_at_least
from hedgeresearch.errors import DataError
from hedgeresearch.reproductions.paper import Findings, Paper
from hedgeresearch.reproductions.reproduction import Reproduction

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES = (
    "hull_jet_fuel",
    "brooks_sp500_futures",
    "liu_bitcoin_futures",
    "cocca_clean_energy",
    "antonakakis_currencies",
    "engle_correlations",
    "dcc_truth_test",
    "fiorentini_garch",
    "hamilton_business_cycle",
    "stata_weekly_sp500",
    "ardia_switching_garch",
    "shu_jump_model",
    "when_regimes_help",
)
"""Names of the reproductions, which are modules of ``papers``."""


class _Module(NamedTuple):
    """Names that the module of a reproduction defines."""

    paper: Paper
    run: Callable[..., Findings]
    draw: Callable[[Figure, Any], None]


@exported_by("hedgeresearch.reproductions")
def list_reproductions() -> pd.DataFrame:
    """Return a row for each reproduction: title, citation, DOI, data, seconds on two cores.

    Data are "inside" this package, "downloaded", "simulated", or "in" another package.

    Examples
    --------
    >>> list_reproductions().loc["hull_jet_fuel", "data"]
    'inside'
    """
    papers = {name: _module(name).paper for name in NAMES}
    rows = {
        name: {
            "title": paper.title,
            "citation": paper.citation,
            "doi": paper.doi or "",
            "data": _data_place(paper),
            "seconds": paper.seconds,
        }
        for name, paper in papers.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")


@exported_by("hedgeresearch.reproductions")
def reproduce(
    name: str, *, replications: int | None = None, checkpoint: str | Path | None = None
) -> Reproduction:
    """Compute the numbers of a published source and compare them with the print.

    Parameters
    ----------
    name : a row of ``list_reproductions()``
    replications : int >= 2, simulated samples of a Monte Carlo study, fewer for a quick look; by
        default as many as the source has
    checkpoint : folder in which a study of many minutes keeps finished work, so that an interrupted
        run can be resumed

    Raises
    ------
    MissingDataError
        If its data cannot be downloaded, or the package that reads them is not installed.
    DataError
        If there is no such reproduction, it simulates nothing and ``replications`` is passed, or it
        is over in a minute and ``checkpoint`` is passed.

    Examples
    --------
    >>> hull = reproduce("hull_jet_fuel")
    >>> hull.passed
    True
    """
    check_request(name, replications, checkpoint)
    module = _module(name)
    if module.paper.resumable:
        findings = module.run(None if checkpoint is None else Path(checkpoint))
    elif module.paper.replications is None:
        findings = module.run()
    else:
        findings = module.run(replications or module.paper.replications)
    return Reproduction(
        name, module.paper, findings.numbers, findings.tables, findings.shown, module.draw
    )


def check_request(
    name: str, replications: int | None, checkpoint: str | Path | None = None
) -> None:
    """Refuse an unknown name, and settings that a reproduction does not have."""
    if name not in NAMES:
        nearest = [known for known in NAMES if len(str(name)) > 2 and str(name) in known]
        nearest += difflib.get_close_matches(str(name), NAMES, n=1, cutoff=0.6)
        advice = "See hr.reproductions.list_reproductions()."
        if nearest:
            advice = f"Did you mean {nearest[0]!r}?"
        raise DataError(f"name must be one of {', '.join(NAMES)}; got {name!r}. {advice}")
    if checkpoint is not None and not is_resumable(name):
        raise DataError(f"{name} keeps no unfinished work; leave checkpoint out.")
    if replications is None:
        return
    if not is_simulation(name):
        raise DataError(f"{name} simulates nothing; leave replications out.")
    check_at_least(replications, "replications", 2)


def is_simulation(name: str) -> bool:
    """Return whether a reproduction is a Monte Carlo study, which can have fewer samples."""
    return _module(name).paper.replications is not None


def is_resumable(name: str) -> bool:
    """Return whether a reproduction is a study of many minutes, which can be resumed."""
    return _module(name).paper.resumable


def _data_place(paper: Paper) -> str:
    if paper.package is not None:
        return f"in {paper.package}"
    if paper.files:
        return "downloaded"
    return "simulated" if paper.replications else "inside"


def _module(name: str) -> _Module:
    module = import_module(f"hedgeresearch.reproductions.papers.{name}")
    return _Module(module.PAPER, module.run, module.draw)
