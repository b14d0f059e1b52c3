"""Selection of the number of regimes, by information criteria and by held-out dates.

AIC, BIC and ICL count the estimated parameters of the whole sample (Burnham and Anderson 2002,
Model Selection and Multimodel Inference, sections 2.2 and 6.4; Biernacki, Celeux and Govaert 2000,
IEEE Transactions on Pattern Analysis and Machine Intelligence 22, section 3). The predictive
log-likelihood is the logarithmic score (Gneiting and Raftery 2007, Journal of the American
Statistical Association 102, section 4.1) of one-step densities on the last dates, under parameters
of the dates before. Likelihood ratios of k and k + 1 regimes have no chi-squared distribution, as
the transition probabilities of a regime that does not exist are not identified (Hansen 1992): there
is no p-value here.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._interactive import shown
from hedgeresearch._validation.frames import check_frame
from hedgeresearch._validation.settings import check_at_least, check_between
from hedgeresearch.data.quality.door import check_at_door
from hedgeresearch.data.quality.families import OF_REGIMES
from hedgeresearch.data.quality.once import data_checked
from hedgeresearch.errors import (
    ConvergenceError,
    ConvergenceWarning,
    DataError,
    HedgeResearchError,
    recorded_warnings,
    warn_caller,
)
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.model import CountedRegimeModel, RegimeModel, check_regime_model
from hedgeresearch.regimes.names import NamedRegimes

CRITERIA = ("AIC", "BIC", "ICL")
PREDICTIVE = "predictive log-likelihood per date"


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True, eq=False, repr=False)
class RegimeSelection:
    """Candidates compared, the recommended number of regimes, and why.

    Attributes
    ----------
    table : DataFrame
        A row per number of regimes: log-likelihood, parameters, AIC, BIC and ICL of the whole
        sample, predictive log-likelihood per held-out date, and remarks: why a candidate failed, or
        its warnings.
    recommended : int
    reason : str
        One sentence, and another one if the criteria disagree.
    fit : RegimeFit
        Fit of the recommended number of regimes to the whole sample.
    held_out_from
        First date of the predictive log-likelihood.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
    >>> selection = hr.select_regimes(hr.GaussianHMM(2, n_starts=2), returns, (1, 2))
    >>> selection
    RegimeSelection(GaussianHMM, recommends 2 out of [1, 2] regimes)
    >>> selection.reason
    '2 by BIC, and none of the fewer regimes compared predicts the held-out dates better.'
    """

    table: pd.DataFrame
    recommended: int
    reason: str
    fit: RegimeFit
    held_out_from: Any

    def __repr__(self) -> str:
        name = type(self.fit.model).__name__
        candidates = self.table.index.tolist()
        return f"RegimeSelection({name}, recommends {self.recommended} out of {candidates} regimes)"

    def _repr_html_(self) -> str:
        note = f"Held out: the dates from {day(self.held_out_from)}."
        table = self.table.to_html(float_format="{:,.3f}".format)
        return f"<p>{html.escape(self.reason)} {note}</p>{table}"

    def plot(self, ax: Any = None, *, interactive: bool = False) -> Any:
        """Plot BIC by the number of regimes, less its least value, with the recommended number.

        Parameters
        ----------
        ax : Axes, by default those of a new figure
        interactive : bool
            Return a plotly figure, to zoom and to read values from, instead of an Axes.

        Examples
        --------
        >>> import hedgeresearch as hr
        >>> returns = hr.data.simulate_regimes(n_dates=600, seed=0).returns
        >>> selection = hr.select_regimes(hr.GaussianHMM(2, n_starts=2), returns, (1, 2))
        >>> selection.plot().get_ylabel()
        'BIC less that of the best'
        """
        from hedgeresearch.plotting import COLORS, new_axes

        axes = new_axes(ax)
        criterion = self.table["BIC"].astype(float)
        axes.plot(criterion.index, criterion - criterion.min(), "o-", color=COLORS[0])
        axes.axvline(self.recommended, color="0.6", lw=0.8, zorder=0)
        axes.set_xticks(list(criterion.index))
        axes.set_xlabel("number of regimes; the line is the recommended one")
        axes.set_ylabel("BIC less that of the best")
        return shown(axes, interactive=interactive)


@exported_by("hedgeresearch.regimes")
def select_regimes(
    model: RegimeModel,
    observations: pd.DataFrame,
    candidates: Iterable[int] = range(1, 5),
    held_out: float = 0.25,
) -> RegimeSelection:
    """Fit a model with several numbers of regimes and recommend one.

    BIC chooses, as it finds the number of regimes of a long enough sample; but if fewer regimes
    predict the held-out dates better, those among them that predict best are recommended.

    Parameters
    ----------
    model : RegimeModel
        A model with a setting ``n_regimes`` and a likelihood; its own number of regimes does not
        matter.
    observations : DataFrame (n_dates, n_series)
        For returns, fractions per period.
    candidates : iterable of int
        Numbers of regimes.
    held_out : float
        Share of the dates, at the end, on which predictions are measured.

    Raises
    ------
    DataError
        If the model has no such setting or no likelihood, or a setting is out of its range.
    ConvergenceError
        If no candidate can be estimated on both the whole sample and its first part.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.data.simulate_regimes(n_dates=1500, seed=3).returns
    >>> select_regimes(hr.GaussianHMM(2, n_starts=2), returns, candidates=(1, 2))
    RegimeSelection(GaussianHMM, recommends 2 out of [1, 2] regimes)
    """
    counted = _check_model(model)
    numbers = _check_settings(candidates, held_out)
    frame = check_frame(
        observations, "observations", minimum_rows=2, allow_missing=model.allow_missing
    )
    check_at_door(frame.dropna(), OF_REGIMES)
    first = len(frame) - math.ceil(len(frame) * held_out)
    rows: dict[int, dict[str, Any]] = {}
    fits: dict[int, RegimeFit] = {}
    for k in numbers:
        rows[k], fit = _evaluate_candidate(counted, k, frame, first)
        if fit is not None:
            fits[k] = fit
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("n_regimes")
    compared = table.dropna(subset=["BIC", PREDICTIVE])
    if compared.empty:
        raise ConvergenceError(
            "at least one candidate must be estimated on the whole sample and on its first part; "
            + "; ".join(f"{k}: {row['remarks']}" for k, row in rows.items())
        )
    recommended, reason = recommend_number(compared)
    return RegimeSelection(table, recommended, reason, fits[recommended], frame.index[first])


def recommend_number(table: pd.DataFrame) -> tuple[int, str]:
    """Return BIC's choice, or fewer regimes that predict better, and the reason.

    Parameters
    ----------
    table : DataFrame
        Criteria by ascending number of regimes, without gaps.
    """
    numbers = table.index.to_numpy()
    predictive = table[PREDICTIVE].to_numpy()
    choices = {name: int(numbers[table[name].to_numpy().argmin()]) for name in CRITERIA}
    choices["held-out dates"] = int(numbers[predictive.argmax()])
    by_bic = choices["BIC"]
    of_fewer = predictive[numbers <= by_bic]  # the last of these is BIC's
    recommended = int(numbers[of_fewer.argmax()])
    gain = of_fewer.max() - of_fewer[-1]
    if recommended < by_bic:
        reason = (
            f"{recommended} rather than the {by_bic} of BIC, as the held-out dates are predicted "
            f"better with fewer, by {gain:.2g} of log-likelihood per date."
        )
    elif by_bic == numbers.min():
        reason = f"{by_bic} by BIC, the fewest compared."
    else:
        reason = (
            f"{by_bic} by BIC, and none of the fewer regimes compared predicts the held-out dates "
            "better."
        )
    if len(set(choices.values())) > 1:
        listed = ", ".join(f"{name} {choice}" for name, choice in choices.items())
        reason += (
            f" The criteria disagree ({listed}): look at what the regimes mean before relying on "
            "their number."
        )
    return recommended, reason


def _check_model(model: RegimeModel) -> CountedRegimeModel:
    """Refuse a model whose number of regimes is not a setting."""
    check_regime_model(model, "model")
    if not isinstance(model, CountedRegimeModel) or "n_regimes" not in model.__dataclass_fields__:
        raise DataError(f"model must have a setting n_regimes, as GaussianHMM has; got {model!r}.")
    return model


def _check_settings(candidates: Iterable[int], held_out: float) -> list[int]:
    """Return the candidates in ascending order."""
    check_between(held_out, "held_out", 0, 1)
    numbers = list(candidates)
    for k in numbers:
        check_at_least(k, "each of candidates", 1)
    if not numbers or len(set(numbers)) < len(numbers):
        raise DataError(
            f"candidates must be one number of regimes or more, each once; got {numbers}."
        )
    return sorted(numbers)


def _evaluate_candidate(
    model: CountedRegimeModel, k: int, frame: pd.DataFrame, first: int
) -> tuple[dict[str, Any], RegimeFit | None]:
    """Return a row of the table, and the fit to the whole sample.

    Failures and convergence warnings are noted in the row; other warnings reach the caller.
    """
    columns = ["log-likelihood", "parameters", *CRITERIA, PREDICTIVE]
    row: dict[str, Any] = dict.fromkeys(columns, math.nan)
    fit = None
    remarks = []
    with data_checked(), recorded_warnings() as caught:
        try:
            candidate = _with_number(model, k)
            fit = candidate.fit(frame)
            row |= _criteria(fit)
            row[PREDICTIVE] = _predictive_log_likelihood(candidate, frame, first)
        except HedgeResearchError as error:
            remarks.append(str(error))
    for warning in caught:
        if issubclass(warning.category, ConvergenceWarning):
            remarks.append(warning.message)
        else:
            warn_caller(warning.message, warning.category)
    if fit is not None and fit.log_likelihood is None:
        raise DataError(f"model must have a likelihood, as GaussianHMM has; {model!r} has none.")
    return row | {"remarks": " ".join(dict.fromkeys(remarks))}, fit


def _with_number(model: CountedRegimeModel, k: int) -> CountedRegimeModel:
    """Return the model with another number of regimes, whose names are then not known."""
    if isinstance(model, NamedRegimes) and k != model.n_regimes:
        return replace(model, n_regimes=k, names=None)
    return replace(model, n_regimes=k)


def _criteria(fit: RegimeFit) -> dict[str, Any]:
    return {
        "log-likelihood": fit.log_likelihood,
        "parameters": len(fit.parameters) + fit.estimates.n_targets,
        "AIC": fit.aic,
        "BIC": fit.bic,
        "ICL": fit.icl,
    }


def _predictive_log_likelihood(model: RegimeModel, frame: pd.DataFrame, first: int) -> float:
    """Return the mean over the dates from ``first`` on, each given those before it.

    The parameters are those of the dates before ``first``.
    """
    fit = model.fit(frame.iloc[:first])
    new = frame.iloc[first:].to_numpy()
    return float(fit.final_state.filter(new).log_likelihood.mean())
