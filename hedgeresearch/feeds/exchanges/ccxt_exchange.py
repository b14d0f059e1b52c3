"""Exchanges of the package ccxt, of which only public market data are called for."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from hedgeresearch.errors import DataError, MissingDataError


def ccxt_module(name: str = "ccxt") -> ModuleType:
    """Return the package, or its part with websockets.

    Raises
    ------
    MissingDataError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingDataError(
            "Market data of other venues need the package ccxt. Install it with pip install "
            '"hedgeresearch[live]".'
        ) from error


def exchange_of(given: Any, module: ModuleType) -> Any:
    """Return an exchange by its name, or as it was given.

    Parameters
    ----------
    given : str, or an exchange of ccxt, such as one with the address of a proxy
    module : ``ccxt`` for calls that wait, ``ccxt.pro`` for feeds

    Raises
    ------
    DataError
        If there is no such exchange, or it is of another kind.
    """
    if not isinstance(given, str):
        base = module.Exchange
        if not isinstance(given, base):
            raise DataError(
                f"exchange must be a name or an exchange of {module.__name__}; got "
                f"{type(given).__name__}."
            )
        return given
    if given not in module.exchanges:
        raise DataError(
            f"{module.__name__} has no exchange {given!r}. {module.__name__}.exchanges lists them."
        )
    return vars(module)[given]()
