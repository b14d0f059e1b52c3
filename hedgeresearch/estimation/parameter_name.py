"""Names of parameters that belong to regimes, and the bounds on which estimates lie."""

from __future__ import annotations

from typing import NamedTuple, Self

from hedgeresearch.typing import Indices


class ParameterName(NamedTuple):
    """A parameter and the regimes it belongs to, such as p [0,1].

    Attributes
    ----------
    label : str
        Name without the regimes, such as "p" or "mean SP500".
    regimes : tuple of int
        Numbers of the regimes; empty for a parameter that all regimes share.
    """

    label: str
    regimes: tuple[int, ...] = ()

    def __str__(self) -> str:
        if not self.regimes:
            return self.label
        return f"{self.label} [{','.join(map(str, self.regimes))}]"

    def renumbered(self, numbers: Indices) -> Self:
        """Return the name after regime k has become regime ``numbers[k]``, numbers (n_regimes,)."""
        return self._replace(regimes=tuple(int(numbers[regime]) for regime in self.regimes))


class Bound(NamedTuple):
    """A bound on which an estimate lies.

    Attributes
    ----------
    name : ParameterName
    value : float
        Value of the bound, which the estimate takes.
    """

    name: ParameterName
    value: float

    def __str__(self) -> str:
        return f"{self.name} = {self.value:g}"

    def renumbered(self, numbers: Indices) -> Bound:
        """Return the bound after regime k has become regime ``numbers[k]``."""
        return Bound(self.name.renumbered(numbers), self.value)
