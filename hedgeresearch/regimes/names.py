"""Names of regimes, which tables, figures and sentences use instead of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

from hedgeresearch.errors import DataError
from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.parameter_name import Bound, ParameterName

Names = tuple[str, ...]


@runtime_checkable
class NamedRegimes(Protocol):
    """A model whose setting ``names`` has a name for each regime, in the order of their numbers."""

    @property
    def names(self) -> Names | None:
        """Names of the regimes; None for their numbers."""


def check_names(names: Any, n_regimes: int) -> None:
    """Refuse names that are not a tuple of one text for each regime.

    Parameters
    ----------
    names : tuple of str, or None
    n_regimes : int

    Raises
    ------
    DataError
        If there are too few or too many, one is no text, or one occurs twice.
    """
    if names is None:
        return
    texts = isinstance(names, tuple) and all(isinstance(name, str) and name for name in names)
    if not texts or len(names) != n_regimes or len(set(names)) < n_regimes:
        raise DataError(
            f"names must be a tuple of {n_regimes} different texts, one for each regime; got "
            f"{names!r}."
        )


def named_estimates(estimates: Estimates, names: Sequence[Any] | None) -> Estimates:
    """Return the same estimates, their parameters with the names of the regimes for numbers.

    ``names`` (k,) are in the order of the numbers; None keeps the numbers.
    """
    if names is None:
        return estimates
    values = {_with_names(name, names): value for name, value in estimates.values.items()}
    bounds = tuple(_bound_with_names(bound, names) for bound in estimates.bounds)
    return replace(estimates, values=values, bounds=bounds)


def _with_names(parameter: str | ParameterName, names: Sequence[Any]) -> str:
    """Return the text of a parameter; a name that is a text belongs to no regime."""
    if not isinstance(parameter, ParameterName) or not parameter.regimes:
        return str(parameter)
    regimes = ",".join(str(names[regime]) for regime in parameter.regimes)
    return f"{parameter.label} [{regimes}]"


def _bound_with_names(bound: str | Bound, names: Sequence[Any]) -> str:
    if not isinstance(bound, Bound):
        return bound
    return f"{_with_names(bound.name, names)} = {bound.value:g}"
