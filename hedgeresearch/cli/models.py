"""Models that the command line offers by a short name."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from hedgeresearch.errors import DataError
from hedgeresearch.hedges.default import DEFAULT_NAME, regime_conditional_hedge
from hedgeresearch.hedges.model import HedgeModel


class ModelName(StrEnum):
    """Short name of a hedge model."""

    naive = "naive"
    ols = "ols"
    rolling = "rolling"
    kalman = "kalman"
    ecm = "ecm"
    ewma = "ewma"
    dcc = "dcc"
    regime = "regime"


DEFAULT_MODEL = ModelName(DEFAULT_NAME)
"""Model that is used where none is named."""
BENCHMARKS = (ModelName.naive, ModelName.ols)
"""Models that every backtest includes, under these names."""


def named_model(name: ModelName) -> HedgeModel:
    """Return the model of a short name; the modules of the others are not imported."""
    import hedgeresearch as hr

    models: dict[ModelName, Callable[[], HedgeModel]] = {
        ModelName.naive: lambda: hr.NaiveHedge(),
        ModelName.ols: lambda: hr.OLSHedge(),
        ModelName.rolling: lambda: hr.RollingOLSHedge(250),
        ModelName.kalman: lambda: hr.KalmanHedge(),
        ModelName.ecm: lambda: hr.ErrorCorrectionHedge(),
        ModelName.ewma: lambda: hr.MinimumVarianceHedge(hr.EWMACovariance()),
        ModelName.dcc: lambda: hr.MinimumVarianceHedge(hr.DCC()),
        ModelName.regime: regime_conditional_hedge,
    }
    return models[name]()


def parse_model_names(text: str) -> list[ModelName]:
    """Return the short names in a list separated by commas."""
    return [_parse_model_name(part.strip()) for part in text.split(",")]


def _parse_model_name(text: str) -> ModelName:
    try:
        return ModelName(text)
    except ValueError:
        known = ", ".join(ModelName)
        raise DataError(
            f"--models must name models from {known}; got {text!r}. To use the best of several, "
            "run 'hedgeresearch recommend --model best'."
        ) from None
