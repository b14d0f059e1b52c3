"""Walk-forward comparison of hedge models: estimate on the past, hedge the days after, move on."""

from __future__ import annotations

import html
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from hedgeresearch._validation import check_at_least, check_model, join_returns
from hedgeresearch._wording import day
from hedgeresearch.errors import ConvergenceError, DataError
from hedgeresearch.evaluation.measures import effectiveness
from hedgeresearch.hedges.constant_ratio import carry_constant_ratio
from hedgeresearch.hedges.hedge_fit import HedgeFit, HedgeModel
from hedgeresearch.hedges.naive import NaiveHedge
from hedgeresearch.hedges.ols import OLSHedge

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from rich.progress import Progress


@dataclass(frozen=True, eq=False, repr=False)
class Tournament:
    """Out-of-sample ratios and hedged returns of several models on the same dates.

    Attributes
    ----------
    models : the models by name, NaiveHedge and OLSHedge among them
    ratios : DataFrame (n_dates, models x hedges), columns by (model, hedge); made before each date
    hedged_returns : DataFrame (n_dates, models), the asset itself under "unhedged"
    notes : DataFrame with the columns model, date, failed, note: what a model warned of, and each refit that failed,
        over which its last estimates were kept
    """

    models: dict[str, HedgeModel]
    ratios: pd.DataFrame
    hedged_returns: pd.DataFrame
    notes: pd.DataFrame

    def __repr__(self) -> str:
        dates = self.hedged_returns.index
        return f"Tournament({len(self.models)} models, {len(dates)} dates out of sample, to {day(dates[-1])})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.summary.to_html(float_format='{:.4g}'.format)}"

    @property
    def summary(self) -> pd.DataFrame:
        """Each model out of sample: effectiveness (share of variance removed), volatility, ratios, failed refits."""
        unhedged = self.hedged_returns["unhedged"]
        rows = {}
        for name in self.hedged_returns.columns:
            returns = self.hedged_returns[name]
            ratio = self.ratios[[name]].sum(axis=1) if name in self.models else pd.Series(0.0, index=unhedged.index)
            rows[name] = {
                "effectiveness": effectiveness(returns, unhedged),
                "volatility": float(returns.std()),
                "mean ratio": float(ratio.mean()),
                "least ratio": float(ratio.min()),
                "greatest ratio": float(ratio.max()),
                "failed refits": int((self.notes["model"].eq(name) & self.notes["failed"]).sum()),
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")

    def plot(self, ax: Axes | None = None) -> Axes:
        """The sum of the ratios of each model over time."""
        from hedgeresearch.plotting import plot_lines

        totals = self.ratios.T.groupby(level=0, sort=False).sum().T
        return plot_lines(totals, ylabel="hedge ratio", note="out of sample", ax=ax)


def walk_forward(
    models: Mapping[str, HedgeModel],
    asset: pd.Series[float],
    hedges: pd.DataFrame,
    window: int = 1000,
    refit_every: int = 20,
    *,
    progress: bool = True,
) -> Tournament:
    """Fit each model on ``window`` dates, extend it over the next ``refit_every`` dates, and move on to the end.

    Unhedged, naive and OLS are always in the comparison. A refit that fails after the first keeps the model's last
    estimates, an extension that fails holds its last ratio; both are noted and counted.

    Parameters
    ----------
    models : hedge models by name
    asset : Series (n_dates,); hedges : DataFrame (n_dates, n_hedges), fractions per period
    window : int, dates in each estimation; refit_every : int, dates between estimations
    progress : whether to show a progress bar

    Raises
    ------
    DataError
        If the window leaves no date to evaluate, or a model has a reserved name.
    ConvergenceError
        If a model's first fit fails.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500"))
    >>> ewma = hr.MinimumVarianceHedge(hr.EWMACovariance(0.97))
    >>> study = hr.walk_forward({"ewma": ewma}, returns["NASDAQ"], returns[["SP500"]], progress=False)
    >>> study.summary["effectiveness"].round(3).to_dict()
    {'unhedged': 0.0, 'naive': 0.896, 'ols': 0.896, 'ewma': 0.906}
    """
    check_at_least(window, "window", 2)
    check_at_least(refit_every, "refit_every", 1)
    returns, kind = join_returns(asset, hedges)
    returns.attrs["returns"] = kind
    if window > len(returns) - 2:
        raise DataError(f"window must leave two dates or more to evaluate, of {len(returns)}; got {window}.")
    entrants = _with_benchmarks(models)
    spans = [(s, min(s + refit_every, len(returns))) for s in range(window, len(returns), refit_every)]
    ratios, notes = {}, []
    with _progress_bar(progress) as bar:
        for name, model in entrants.items():
            steps = bar.track(_walk(name, model, returns, window, spans), total=len(spans), description=name)
            parts, found = zip(*steps, strict=True)
            ratios[name] = pd.concat(parts)
            notes += [note for notes_of_step in found for note in notes_of_step]
    tested = returns.iloc[window:]
    hedged = {name: tested.iloc[:, 0] - (ratio * tested.iloc[:, 1:]).sum(axis=1) for name, ratio in ratios.items()}
    return Tournament(
        models=entrants,
        ratios=pd.concat(ratios, axis=1, names=["model", "hedge"]),
        hedged_returns=pd.DataFrame({"unhedged": tested.iloc[:, 0]} | hedged),
        notes=pd.DataFrame(notes, columns=["model", "date", "failed", "note"]),
    )


def _with_benchmarks(models: Mapping[str, HedgeModel]) -> dict[str, HedgeModel]:
    benchmarks: dict[str, HedgeModel] = {"naive": NaiveHedge(), "ols": OLSHedge()}
    if not isinstance(models, Mapping):
        raise DataError(f"models must be a dictionary of hedge models by name; got {type(models).__name__}.")
    for name, model in models.items():
        check_model(model, f"model {name!r}", "OLSHedge()")
    reserved = [
        name for name in models if name == "unhedged" or (name in benchmarks and models[name] != benchmarks[name])
    ]
    if reserved:
        raise DataError(
            f"a model must not be called {reserved[0]!r}; the name is taken by a benchmark. Choose another."
        )
    return benchmarks | dict(models)


Note = tuple[str, Any, bool, str]


def _walk(
    name: str, model: HedgeModel, returns: pd.DataFrame, window: int, spans: list[tuple[int, int]]
) -> Iterator[tuple[pd.DataFrame, list[Note]]]:
    """The ratios of each span of dates, and what happened at its refit."""
    fit: HedgeFit | None = None
    for start, stop in spans:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warnings.simplefilter("ignore", DeprecationWarning)  # of a library's own code: not about this fit
            fit, refit_failure = _refit(name, model, returns.iloc[start - window : start], fit)
            fit, extension_failure = _extend(fit, returns.iloc[start:stop])
        date = returns.index[start]
        notes = [(name, date, False, str(warning.message)) for warning in caught]
        yield fit.ratio, notes + [(name, date, True, why) for why in (refit_failure, extension_failure) if why]


def _refit(
    name: str, model: HedgeModel, sample: pd.DataFrame, previous: HedgeFit | None
) -> tuple[HedgeFit, str | None]:
    """A fit on the sample; where that fails, the previous one, which has been carried to the same date, and why."""
    try:
        return model.fit(sample.iloc[:, 0], sample.iloc[:, 1:]), None
    except (DataError, ConvergenceError) as error:
        if previous is None:
            raise type(error)(f"model {name!r}, first window, to {day(sample.index[-1])}: {error}") from error
        return previous, str(error)


def _extend(fit: HedgeFit, returns: pd.DataFrame) -> tuple[HedgeFit, str | None]:
    """The fit carried over new dates; where that fails, its last ratio held from then to the next refit, and why."""
    try:
        return fit.extend(returns.iloc[:, 0], returns.iloc[:, 1:]), None
    except (DataError, ConvergenceError) as error:
        # its state has missed these dates, so that only its ratio may be carried on, as a constant hedge does
        return replace(carry_constant_ratio(fit, returns), model=NaiveHedge()), str(error)


def _progress_bar(shown: bool) -> Progress:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    return Progress(console=console, disable=not shown or not console.is_terminal, transient=True)
