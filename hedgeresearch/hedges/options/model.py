"""Protocol and traits of hedges of options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.options.fit import OptionHedgeFit
from hedgeresearch.options.panel.moves import ACCOUNTS, Account
from hedgeresearch.options.panel.option_panel import OptionPanel

FUTURE = "future"


@exported_by("hedgeresearch.hedges")
@dataclass(frozen=True)
class OptionHedgeTraits:
    """Properties of a hedge of options that the package relies on, its attribute ``traits``.

    Parameters
    ----------
    account : {"dollar", "coin"}
        Currency of the profit and loss that is hedged.
    hedges : tuple of str
        Names of the hedges, the columns of the ratios.
    estimates : bool
        Whether anything is estimated from the panel; if not, the fit needs one date only.

    Examples
    --------
    >>> import hedgeresearch as hr
    >>> hr.hedges.DeltaHedge().traits
    OptionHedgeTraits(account='dollar', hedges=('future',), estimates=False)
    >>> hr.hedges.DeltaHedge("premium_adjusted").traits.account
    'coin'
    """

    account: Account = "dollar"
    hedges: tuple[str, ...] = (FUTURE,)
    estimates: bool = True


@exported_by("hedgeresearch.hedges")
@runtime_checkable
class OptionHedgeModel(Protocol):
    """Settings of a hedge of options, with the methods that estimate and extend it.

    Examples
    --------
    >>> from hedgeresearch.hedges import DeltaHedge, OLSHedge, OptionHedgeModel
    >>> isinstance(DeltaHedge(), OptionHedgeModel)
    True
    """

    @property
    def traits(self) -> OptionHedgeTraits:
        """Properties that the package relies on."""

    def fit(self, panel: OptionPanel) -> OptionHedgeFit:
        """Estimate on the rows of a panel whose moves are known."""

    def advance(self, fit: OptionHedgeFit, panel: OptionPanel) -> OptionHedgeFit:
        """Return ``fit`` over the rows of later dates, its parameters unchanged.

        The ratio of a row uses its own quotes and the moves that ended on its date or before.
        """


def check_option_hedge(value: object, name: str) -> None:
    """Refuse what is not a hedge of options.

    Raises
    ------
    DataError
        If it has no ``fit``, ``advance`` or traits of a hedge of options, or is a class.
    """
    if isinstance(value, type):
        raise DataError(
            f"{name} must be a hedge of options such as HullWhiteDelta(); got the class "
            f"{value.__name__}. Pass an instance, such as {value.__name__}()."
        )
    if isinstance(value, OptionHedgeModel) and isinstance(value.traits, OptionHedgeTraits):
        return
    raise DataError(
        f"{name} must be a hedge of options such as HullWhiteDelta(); got {value!r}. Hedges of "
        "returns are for walk_forward; roll_options makes returns of a panel."
    )


def account_of(convention: Any) -> Account:
    """Return the account that a convention of the delta belongs to, or refuse it."""
    if convention in ACCOUNTS:
        return ACCOUNTS[convention]
    hint = ""
    if convention == "spot":
        hint = (
            " The hedge is the future; a spot delta is the forward delta times the discount of the "
            "yield."
        )
    raise DataError(
        f"convention must be 'forward' (an account in dollars) or 'premium_adjusted' (in coin); "
        f"got {convention!r}.{hint}"
    )
