"""Page of a surface of implied volatilities: its smiles, their shape and their faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hedgeresearch._formatting import counted, day, describe, quantity
from hedgeresearch.errors import recorded_warnings
from hedgeresearch.options.smile_shape.measures import skew
from hedgeresearch.options.smile_shape.sentences import shape_sentence
from hedgeresearch.options.surfaces.fit import SurfaceFit
from hedgeresearch.options.variance.index import variance_index
from hedgeresearch.report.page import Page
from hedgeresearch.report.sections.data import software
from hedgeresearch.report.sections.method import name_value_table, sources_table
from hedgeresearch.report.sections.section import Section, section_or_reason
from hedgeresearch.report.smile_figures import smiles_figure, term_figure
from hedgeresearch.report.tables import ABSENT, Format, Table, amount, percent, ratio, table_of

TITLE = "The smiles say"
INDEX_DAYS = 30.0


def surface_page(fit: SurfaceFit, notes: Sequence[str]) -> Page:
    """Return the page: shape of the smiles, figures, fit, arbitrage, index, forwards, quotes."""
    builders = {
        "Smiles and quotes": lambda: _smiles(fit),
        "Quality of the fit": lambda: _quality(fit),
        "Arbitrage": lambda: _arbitrage(fit),
        "Variance index": lambda: _index(fit),
        "Forwards": lambda: _forwards(fit),
        "Quotes that were not used": lambda: _dropped(fit),
        "Method": lambda: _method(fit),
    }
    others = [section_or_reason(title, build) for title, build in builders.items()]
    # The first section comes last: what the others compute may add warnings to the notes.
    first = section_or_reason(TITLE, lambda: _decision(fit, notes))
    name = fit.chain.underlying
    return Page(
        title=f"Implied volatilities of {name}" if name else "Implied volatilities",
        about=f"Quotes of {day(fit.chain.moment)}, by {describe(fit.model)}.",
        sections=[first, *others],
    )


def _decision(fit: SurfaceFit, notes: Sequence[str]) -> Section:
    shape = skew(fit)
    columns = {
        "at_the_money": ("at the money, %", _points),
        "risk_reversal": ("risk reversal, points", _points),
        "butterfly": ("butterfly, points", _points),
        "slope": ("slope, points per 0.1 of ln(K/F)", _tenth_points),
    }
    caption = "25-delta options (delta of the forward); points of volatility a year"
    return Section(
        TITLE,
        texts=(shape_sentence(fit),),
        points=(
            *(f"Warning: {note}" for note in dict.fromkeys(notes)),
            *(f"Warning: {finding}." for finding in fit.arbitrage().findings),
        ),
        tables=((caption, _by_expiry(shape, columns)),),
    )


def _smiles(fit: SurfaceFit) -> Section:
    figures = [
        (
            "Each bar is a quote from bid to ask; lines are the fitted smiles.",
            smiles_figure(fit),
        )
    ]
    if len(fit.smiles) > 1:
        caption = "Volatility by expiry, at strikes within the quotes of every expiry."
        figures.append((caption, term_figure(fit)))
    return Section("Smiles and quotes", figures=tuple(figures))


def _quality(fit: SurfaceFit) -> Section:
    columns = {
        "n_quotes": ("quotes", amount),
        "error, points": ("error, points", ratio),
        "inside": ("between bid and ask, %", percent),
    }
    parameters = {name: (name, ratio) for name in fit.parameters.columns}
    return Section(
        "Quality of the fit",
        tables=(
            ("Root of the mean squared error of volatility", _by_expiry(fit.summary, columns)),
            ("Parameters", _by_expiry(fit.parameters, parameters)),
        ),
    )


def _arbitrage(fit: SurfaceFit) -> Section:
    report = fit.arbitrage()
    text = "Nothing was found." if report.is_free else "The surface has arbitrage."
    columns = {
        "density": ("least g", ratio),
        "calendar": ("least rise over the expiry before", ratio),
        "wing": ("steepest wing", ratio),
    }
    low = float(report.table["low"].min())
    high = float(report.table["high"].max())
    caption = f"Looked at from ln(K/F) = {low:.3g} to {high:.3g}; wings may rise by 2 at most"
    points = tuple(f"{finding}." for finding in report.findings)
    table = _by_expiry(report.table, columns)
    return Section("Arbitrage", texts=(text,), points=points, tables=((caption, table),))


def _index(fit: SurfaceFit) -> Section:
    with recorded_warnings() as warnings:
        found = variance_index(fit.chain, INDEX_DAYS)
    columns = {
        "forward": ("forward", _level),
        "n_options": ("options", amount),
        "volatility": ("volatility, %", _points),
    }
    table = found.expiries.assign(volatility=np.sqrt(found.expiries["variance"]))
    return Section(
        "Variance index",
        texts=(
            f"{INDEX_DAYS:g} days, by the rules of Cboe without a model: {found.index:.2f}% a "
            "year, a volatility.",
        ),
        points=tuple(f"Warning: {warning.message}" for warning in warnings),
        tables=(("By expiry", _by_expiry(table, columns)),),
    )


def _forwards(fit: SurfaceFit) -> Section:
    columns = {
        "forward": ("used", _level),
        "median": ("median of parity", _level),
        "cboe": ("by Cboe's rule", _level),
        "tolerance": ("spreads allow for", ratio),
    }
    return Section(
        "Forwards",
        tables=(("By put-call parity", _by_expiry(fit.chain.forwards, columns)),),
    )


def _dropped(fit: SurfaceFit) -> Section:
    counts = fit.chain.dropped
    total = int(counts.to_numpy().sum())
    text = f"{counted(total, 'quote')} of {len(fit.chain.table):,} were not used."
    columns = {name: (name, amount) for name in counts.columns[counts.sum() > 0]}
    tables = (("By reason", _by_expiry(counts, columns)),) if columns else ()
    return Section("Quotes that were not used", texts=(text,), tables=tables)


def _method(fit: SurfaceFit) -> Section:
    rows = {
        "model": describe(fit.model),
        "quotes of": day(fit.chain.moment),
        "forward": str(fit.chain.forward_rule),
        "software": software(),
    }
    tables = [("Settings", name_value_table(rows))]
    sources = sources_table([fit.model])
    if sources is not None:
        tables.append(("Sources of the model", sources))
    return Section("Method", tables=tuple(tables))


def _by_expiry(frame: pd.DataFrame, columns: Mapping[str, tuple[str, Format]]) -> Table:
    names = [day(expiry) for expiry in frame.index]
    return table_of(frame.set_axis(names), "expiry", columns)


def _level(value: float) -> str:
    return ABSENT if np.isnan(value) else quantity(value, 6)


def _points(value: float) -> str:
    return f"{100.0 * value:.2f}"


def _tenth_points(value: float) -> str:
    return f"{10.0 * value:.2f}"
