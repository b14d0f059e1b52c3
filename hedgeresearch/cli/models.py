"""Models that the command line offers by a short name."""

from __future__ import annotations

from enum import StrEnum

from hedgeresearch.covariance.dcc.dcc import DCC
from hedgeresearch.covariance.moments.ewma import EWMACovariance
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.cointegration.error_correction import ErrorCorrectionHedge
from hedgeresearch.hedges.kalman.hedge import KalmanHedge
from hedgeresearch.hedges.minimum_variance.hedge import MinimumVarianceHedge
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.hedges.regime_switching.regime_hedge import RegimeHedge
from hedgeresearch.hedges.regression.naive import NaiveHedge
from hedgeresearch.hedges.regression.ols import OLSHedge
from hedgeresearch.hedges.regression.rolling_ols import RollingOLSHedge
from hedgeresearch.regimes.hmm.gaussian import GaussianHMM


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


BENCHMARKS = (ModelName.naive, ModelName.ols)
"""Models that every backtest includes, under these names."""


def named_model(name: ModelName) -> HedgeModel:
    """Return the model of a short name."""
    models: dict[ModelName, HedgeModel] = {
        ModelName.naive: NaiveHedge(),
        ModelName.ols: OLSHedge(),
        ModelName.rolling: RollingOLSHedge(250),
        ModelName.kalman: KalmanHedge(),
        ModelName.ecm: ErrorCorrectionHedge(),
        ModelName.ewma: MinimumVarianceHedge(EWMACovariance()),
        ModelName.dcc: MinimumVarianceHedge(DCC()),
        ModelName.regime: RegimeHedge(GaussianHMM(2)),
    }
    return models[name]


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
