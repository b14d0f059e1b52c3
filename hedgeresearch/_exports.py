"""Public names of classes and functions, and how they are called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from hedgeresearch.errors import CallError

Exported = TypeVar("Exported")
Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")
HEDGES = {
    "hedgeresearch.covariance": "MinimumVarianceHedge",
    "hedgeresearch.regimes": "RegimeHedge",
}
"""Hedges that models of a room belong in: these are fitted on an asset and its hedges."""


def exported_by(room: str) -> Callable[[Exported], Exported]:
    """Set ``__module__`` of a class or function to the room that users import it from.

    Its name in error messages and pickles then stays the same when the file that defines it moves.
    The cost: ``inspect.getsource`` no longer finds the source of a class, though it finds that of
    its methods, and ``typing.get_type_hints`` does not resolve the annotations of a class. The
    ``fit`` of a class says how it is called, and a dataclass what its settings are.
    """

    def decorate(public: Exported) -> Exported:
        public.__module__ = room
        if isinstance(public, type) and "fit" in vars(public):
            _explain_fit(public, room)
        if isinstance(public, type) and is_dataclass(public) and "__init__" in vars(public):
            _explain_settings(public)
        return public

    return decorate


def explains_calls(
    example: str,
) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Add an example to the error of a call whose arguments do not fit the signature.

    Parameters
    ----------
    example : how the function is called, without a full stop
    """

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @wraps(function)
        def call(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            try:
                return function(*args, **kwargs)
            except TypeError as error:
                # the traceback goes on where the error was raised inside the function
                if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                    raise
                raise CallError(f"{error}. Call {example}.") from None

        return call

    return decorate


def _explain_settings(settings: Any) -> None:
    """Let a dataclass that is called with other settings than its own name its own."""
    code = settings.__init__.__code__
    n_names = code.co_argcount + code.co_kwonlyargcount
    names = ", ".join(code.co_varnames[1:n_names])
    settings.__init__ = explains_calls(f"{settings.__name__}({names})")(settings.__init__)


def _explain_fit(model: Any, room: str) -> None:
    """Let the ``fit`` of a class say how it is called, on an instance."""
    code = model.fit.__code__
    n_required = code.co_argcount - len(model.fit.__defaults__ or ())
    required = ", ".join(code.co_varnames[1:n_required])
    name = model.__name__
    example = f"{name}(...).fit({required})"
    if room in HEDGES:
        example += f"; for a hedge, {HEDGES[room]}({name}(...)).fit(asset, hedges)"
    model.fit = explains_calls(example)(model.fit)
