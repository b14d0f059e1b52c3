"""Remarks of a fit: what its estimation warned of, kept with the fit."""

from __future__ import annotations

from functools import wraps
from typing import Any, TypeVar

from hedgeresearch._containers.lazy_table import changed
from hedgeresearch.errors import ConvergenceWarning, noted_warnings
from hedgeresearch.hedges.fit import HedgeFit

Model = TypeVar("Model")


def keeps_remarks(model: type[Model]) -> type[Model]:
    """Let the fits of a class of hedges keep what their estimation warned of as remarks.

    The warnings are given as well. Those of data are not kept: what is wrong with data can be seen
    in them again. It comes above ``exported_by``, which explains wrong calls of ``fit``.
    """
    public: Any = model
    fit = public.fit

    @wraps(fit)
    def fit_with_remarks(*args: Any, **kwargs: Any) -> HedgeFit:
        with noted_warnings() as noted:
            found: HedgeFit = fit(*args, **kwargs)
        remarks = tuple(
            dict.fromkeys(one.message for one in noted if one.category is ConvergenceWarning)
        )
        if remarks == found.remarks:
            return found
        with_remarks: HedgeFit = changed(found, remarks=remarks)
        return with_remarks

    public.fit = fit_with_remarks
    return model
