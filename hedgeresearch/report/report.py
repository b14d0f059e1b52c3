"""Report of a recommendation, a backtest, a hedge in currency or a surface: one HTML page.

Its figures can be explored and printed; it needs no other file and no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.evaluation.results.backtest import Backtest
from hedgeresearch.options.surfaces.fit import SurfaceFit
from hedgeresearch.recommendation.notional import NotionalHedge
from hedgeresearch.recommendation.recommendation import Recommendation
from hedgeresearch.report._atomic_write import check_writable, is_special, write_text
from hedgeresearch.report.backtest import backtest_page
from hedgeresearch.report.notional import notional_page
from hedgeresearch.report.page import Page, page_as_html
from hedgeresearch.report.recommendation import recommendation_page
from hedgeresearch.report.surface import surface_page

Reported: TypeAlias = Recommendation | Backtest | NotionalHedge | SurfaceFit
"""Results that a report can show."""

REPORT = "the report"
"""Name of the file in error messages."""
SUFFIXES = (".html", ".htm")


@exported_by("hedgeresearch.report")
def report_html(result: Reported, notes: Sequence[str] = ()) -> str:
    """Return the page as text.

    The page of a recommendation has the decision, its reasons and risks, the method and the data;
    that of a backtest, which hedge is better, where and how sure this is; that of a hedge in
    currency, what to sell and what to expect; that of a surface, the shape of its smiles, their fit
    and their arbitrage. What cannot be computed says so in its place.

    Parameters
    ----------
    result : Recommendation, Backtest, NotionalHedge or SurfaceFit
        From :func:`~hedgeresearch.recommendation.recommend`,
        :func:`~hedgeresearch.evaluation.walk_forward`,
        :func:`~hedgeresearch.recommendation.hedge_notional` or the ``fit`` of
        :class:`~hedgeresearch.options.SVI`.
    notes : sequence of str
        Warnings of the computation, which the section on the method lists.

    Raises
    ------
    DataError
        If it is none of these.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> market = hr.Market(hr.load("nasdaq_sp500").iloc[-1000:])
    >>> position = hr.Position({"NASDAQ": 1000})
    >>> future = hr.LinearContract("SP500", 50)
    >>> fit = hr.OLSHedge().fit(*market.returns(position, future))
    >>> page = report_html(hr.recommend(fit, position, future, market))
    >>> page.count("<h2")
    10
    """
    return page_as_html(_page_of(result, notes))


@exported_by("hedgeresearch.report")
def write_report(result: Reported, path: str | PathLike[str], notes: Sequence[str] = ()) -> None:
    """Write the page of :func:`report_html` to a file.

    Parameters
    ----------
    result : Recommendation, Backtest, NotionalHedge or SurfaceFit
    path : str or path
        The file, with a name that ends in .html or .htm; it is replaced as a whole, or left
        unchanged.
    notes : sequence of str
        Warnings of the computation, which the section on the method lists.

    Raises
    ------
    DataError
        If the file has another ending or cannot be written, or the result has no report.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_dcc(n_dates=300, seed=0).returns
    >>> hedge = hr.hedge_notional(hr.OLSHedge().fit(returns["asset"], returns[["hedge"]]), 1e6)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "report.html"
    ...     hr.write_report(hedge, path)
    ...     path.read_text(encoding="utf-8")[:15]
    ...
    '<!doctype html>'
    """
    check_report_file(path)
    write_text(path, report_html(result, notes), REPORT)


def check_report_file(path: str | PathLike[str], name: str = REPORT) -> None:
    """Refuse a file for a report that is not named as a page or cannot be written.

    Parameters
    ----------
    path : the file
    name : its name in an error message, such as "--report"
    """
    if Path(path).suffix.lower() not in SUFFIXES and not is_special(path):
        raise DataError(
            f"{name} must be a file whose name ends in .html, which a browser opens; got "
            f"{str(path)!r}. For other programs, write to_json() or to_csv() to a file."
        )
    check_writable(path, name)


def _page_of(result: Reported, notes: Sequence[str]) -> Page:
    if isinstance(result, Recommendation):
        return recommendation_page(result, notes)
    if isinstance(result, Backtest):
        return backtest_page(result, notes)
    if isinstance(result, NotionalHedge):
        return notional_page(result, notes)
    if isinstance(result, SurfaceFit):
        return surface_page(result, notes)
    raise DataError(
        "a report must be of a Recommendation, a Backtest, a NotionalHedge or a SurfaceFit; got "
        f"{result!r}. Pass the result of hr.recommend, hr.walk_forward, hr.hedge_notional or "
        "hr.options.SVI().fit."
    )
