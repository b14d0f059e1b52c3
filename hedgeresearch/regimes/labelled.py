r"""Regimes by given labels, such as recessions: a Markov chain that is observed.

.. math:: p_{ij} = \frac{n_{ij} + 1/2}{\sum_l (n_{il} + 1/2)}, \quad
          P(s_{t+1} = j \mid \text{labels up to } t) = p_{s_t j}

with :math:`n_{ij}` the number of transitions in the estimation sample. Source: Anderson and Goodman
(1957), Annals of Mathematical Statistics 28, section 2, with the counts of Jeffreys' prior.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._exports import exported_by
from hedgeresearch._formatting import day
from hedgeresearch._validation.frames import check_frame, check_index, check_returns
from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.rare_regimes import warn_of_rare_regimes
from hedgeresearch.regimes.fit import RegimeFit
from hedgeresearch.regimes.jump_model import named_parameters
from hedgeresearch.regimes.outside_data import OutsideData
from hedgeresearch.regimes.path_summary import UNKNOWN, certain_probabilities, summarize_path
from hedgeresearch.regimes.sample_size import check_sample_size
from hedgeresearch.regimes.start import Definition, fit_from_state
from hedgeresearch.regimes.state import Filtered, Moments
from hedgeresearch.typing import Array, Indices

DATES_PER_PARAMETER = 10
MAX_LABELS = 20
"""Number of different labels from which they are taken for measurements."""


@exported_by("hedgeresearch.regimes")
@dataclass(frozen=True)
class LabelledRegimes:
    """Regimes by your own labels of the dates, such as recessions or a VIX above 20.

    Parameters
    ----------
    labels : Series (n_dates or more,), or DataFrame of one column
        Label of each date: texts, whole numbers, or True and False. Every date that is fitted or
        extended needs one.
    names : mapping from label to text, optional
        Names of the regimes; by default they are called by their labels, and True and False after
        the column, such as "VIX: True".

    Notes
    -----
    The label dated t describes date t and is known at the end of t. It decides the filtered and the
    smoothed probabilities of t, which are 0 or 1. The predicted probabilities of t + 1 are the row
    of ``transition`` of the label of t; those of the first date of the sample are the shares of the
    labels. Labels that become known later, as the dates of recessions do, must be moved to the date
    on which they are known, for example with ``labels.shift(126)``; otherwise the ratios use the
    future.

    A fit knows the labels of its own sample only. A date of an extension with a label that the
    sample does not have says nothing about the next one, which is then predicted by the shares of
    the labels in the sample, so that its moments are those of the whole sample.

    ``transition`` counts the transitions of the estimation sample, plus 1/2 for each pair (Jeffreys
    prior). Means and covariances (divisor n - 1) are computed over the dates of each label. The
    regimes stand in the order of the variance of the first series, the calmest first. There is no
    log-likelihood.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> returns = hr.returns(hr.load("nasdaq_sp500")).loc["2014-01-03":]
    >>> vix = hr.load("vix")
    >>> labels = (vix["VIX"] > 20).map({True: "nervous", False: "calm"})
    >>> fit = hr.LabelledRegimes(labels).fit(returns)
    >>> fit.summary["volatility NASDAQ"].round(4).to_dict()
    {'calm': 0.008, 'nervous': 0.0181}
    >>> fit.transition.round(2).loc["nervous"].to_dict()
    {'calm': 0.2, 'nervous': 0.8}
    """

    labels: Any
    names: Mapping[Any, str] | None = None
    univariate: ClassVar[bool] = False
    allow_missing: ClassVar[bool] = False
    warm_start: ClassVar[bool] = True

    def __post_init__(self) -> None:
        table = self.labels if isinstance(self.labels, OutsideData) else checked_labels(self.labels)
        object.__setattr__(self, "labels", table)
        if self.names is not None:
            _check_names_of_labels(self.names, self.different_labels)
            object.__setattr__(self, "names", FrozenMapping(self.names))

    @property
    def different_labels(self) -> list[Any]:
        """The labels that occur, sorted, each once."""
        return sorted(set(self.labels.frame.iloc[:, 0].tolist()))

    def fit(self, observations: pd.DataFrame, *, warm_start: RegimeFit | None = None) -> RegimeFit:
        """Describe the regimes.

        Parameters
        ----------
        observations : DataFrame (n_dates, n_series)
            Observations in any units.
        warm_start : RegimeFit or None
            Ignored, as there is no search.

        Raises
        ------
        DataError
            If a date has no label, the sample has a single label, a label occurs on fewer of its
            dates than there are series plus one, or there are fewer than ten dates per regime and
            series.
        ConvergenceError
            If the observations of a regime are too similar for a covariance.
        """
        checked = check_frame(observations, "observations")
        n_series = checked.shape[1]
        fewest = DATES_PER_PARAMETER * 2 * (n_series + 1)
        check_sample_size(self, len(checked), fewest, n_series)
        different = self._labels_on(checked.index)
        minimum = DATES_PER_PARAMETER * len(different) * (n_series + 1)
        check_sample_size(self, len(observations), minimum, n_series)
        frame = check_returns(observations, "observations", minimum_rows=minimum)
        codes = self._codes(different)
        path = codes.on(frame.index, "labels").to_numpy()[:, 0].astype(np.intp)
        _check_label_counts(path, different, n_series)
        found = summarize_path(frame.to_numpy(), path, len(different))
        ordered = [different[i] for i in np.argsort(found.numbers)]
        state = LabelledState(
            found.numbers, found.moments, found.transition, found.shares, found.shares
        )
        series = [str(name) for name in frame.columns]
        values = named_parameters(found.moments.means, found.transition, series)
        names = self.names or {}
        fit = fit_from_state(
            self,
            frame,
            state,
            Estimates(values=values, n_dates=len(frame)),
            np.empty(0),
            definition=Definition(
                names=tuple(names.get(label, self._default_name(label)) for label in ordered),
                identities=tuple(ordered),
                labels=codes,
            ),
        )
        warn_of_rare_regimes(fit.smoothed)
        return fit

    def _labels_on(self, dates: pd.Index[Any]) -> list[Any]:
        """Return the labels of these dates, sorted, each once; later ones must not be known."""
        labels = sorted(set(self.labels.on(dates, "labels").iloc[:, 0].tolist()))
        if len(labels) < 2:
            raise DataError(
                f"the sample must have at least two labels; all of its {len(dates)} dates have "
                f"{labels[0]!r}. Use a longer sample, or other labels."
            )
        return labels

    def _default_name(self, label: Any) -> Any:
        """Return the name of a regime; that of a truth value says what is true."""
        return f"{self.labels.frame.columns[0]}: {label}" if isinstance(label, bool) else label

    def _codes(self, different: list[Any]) -> OutsideData:
        """Return the position of each date's label among those of the sample, or ``UNKNOWN``."""
        positions = {label: float(position) for position, label in enumerate(different)}
        column = self.labels.frame.iloc[:, :1]
        return OutsideData(column.map(lambda label: positions.get(label, float(UNKNOWN))))


@dataclass(frozen=True, eq=False)
class LabelledState:
    """A chain whose regimes are observed: the last column of the observations has their labels.

    Attributes
    ----------
    numbers : array (k,), regime of each label
    moments : Moments of the sample's dates in each regime
    transition : array (k, k), rows sum to one
    shares : array (k,), of the regimes in the sample, for dates with a label that it does not have
    next_probabilities : array (k,), of the regimes at the next date
    """

    numbers: Indices
    moments: Moments
    transition: Array
    shares: Array
    next_probabilities: Array

    def filter(self, observations: Array) -> Filtered:
        """Return the labels, which are certain, and their transition probabilities.

        Log-likelihoods are NaN.
        """
        path = self._path(observations)
        predicted = np.vstack([self.next_probabilities, self._after(path)])
        return Filtered(
            predicted, certain_probabilities(path, self.shares), np.full(len(observations), np.nan)
        )

    def hindsight(self, observations: Array) -> tuple[Array, Indices]:
        """Return the labels as certain probabilities and regimes.

        The path has the most frequent regime where the sample does not have the label.
        """
        probabilities = certain_probabilities(self._path(observations), self.shares)
        return probabilities, probabilities.argmax(axis=1)

    def advance(self, observations: Array) -> LabelledState:
        """Return the state after these dates."""
        last = self._path(observations[-1:])
        return replace(self, next_probabilities=self._after(last)[0])

    def _path(self, observations: Array) -> Indices:
        codes = observations[:, -1].astype(np.intp)
        path: Indices = np.where(codes == UNKNOWN, UNKNOWN, self.numbers[codes])
        return path

    def _after(self, path: Indices) -> Array:
        """Return the probabilities of the regimes on the dates after these, (n_dates, k)."""
        return np.where(path[:, None] == UNKNOWN, self.shares, self.transition[path])


def checked_labels(labels: Any) -> OutsideData:
    """Return labels by date as a table of one column.

    Raises
    ------
    DataError
        If they are not a Series of at least two different texts, whole numbers or truth values on
        ascending, unique dates.
    """
    if isinstance(labels, pd.DataFrame) and labels.shape[1] == 1:
        labels = labels.iloc[:, 0]
    if not isinstance(labels, pd.Series):
        raise DataError(
            f"labels must be a Series with the label of each date; got {type(labels).__name__}."
        )
    check_index(labels.index, "labels")
    if labels.isna().any():
        first = labels.index[labels.isna()][0]
        raise DataError(
            f"labels must have a label on every date; {day(first)} has none. Drop these dates, or "
            "fill them with the last label that was known, labels.ffill()."
        )
    values = labels.tolist()
    if all(isinstance(value, float) and value.is_integer() for value in values):
        values = [int(value) for value in values]
    kinds = {type(value) for value in values}
    if len(kinds) > 1 or not kinds <= {str, int, bool}:
        raise DataError(
            "labels must be all texts, all whole numbers or all True and False; got "
            f"{labels.dtype} values such as {values[0]!r}. Compare a measurement with a level "
            "first, such as vix > 20, or use ThresholdRegimes(variable=..., levels=(20,))."
        )
    if not 2 <= len(set(values)) <= MAX_LABELS:
        raise DataError(
            f"labels must have 2 to {MAX_LABELS} different values; got {len(set(values))}."
        )
    column = "label" if labels.name is None else labels.name
    return OutsideData(pd.DataFrame({column: pd.Series(values, labels.index, dtype=object)}))


def _check_names_of_labels(names: Any, different: list[Any]) -> None:
    """Refuse names that are not one text for each label."""
    complete = isinstance(names, Mapping) and set(names) == set(different)
    texts = list(names.values()) if isinstance(names, Mapping) else []
    are_texts = all(isinstance(text, str) and text for text in texts)
    if not complete or not are_texts or len(set(texts)) < len(different):
        raise DataError(
            f"names must map each of the labels {different} to a text of its own; got {names!r}. "
            f"Pass for example names={_example_of_names(names, different)!r}."
        )


def _example_of_names(names: Any, different: list[Any]) -> dict[Any, str]:
    """Return a mapping from each label to one of the names, if these are as many."""
    fit = isinstance(names, tuple | list) and len({*map(str, names)}) == len(different)
    texts = map(str, names) if fit else [f"regime {label}" for label in different]
    return dict(zip(different, texts, strict=True))


def _check_label_counts(path: Indices, different: list[Any], n_series: int) -> None:
    """Refuse a sample in which a label is too rare for a covariance."""
    counts = np.bincount(path, minlength=len(different))
    rarest = int(counts.argmin())
    if counts[rarest] <= n_series:
        raise DataError(
            f"each label must occur on at least {n_series + 1} dates of the sample; "
            f"{different[rarest]!r} occurs on {counts[rarest]} of {len(path)}. Use a longer "
            "sample, or merge labels."
        )
