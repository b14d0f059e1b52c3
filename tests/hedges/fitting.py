"""Fits of hedges to frames whose first column is the asset."""


def split(frame):
    """Return asset and hedges."""
    return frame.iloc[:, 0], frame.iloc[:, 1:]


def fit_to(model, frame):
    """Return the fit of a hedge model."""
    return model.fit(*split(frame))
