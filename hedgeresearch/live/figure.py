"""A figure of a session in a notebook, which follows it."""

from __future__ import annotations

import html
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from hedgeresearch._exports import exported_by
from hedgeresearch._extras import missing_package
from hedgeresearch._validation.settings import check_at_least, check_not_negative
from hedgeresearch.live.decision import Decision

if TYPE_CHECKING:
    from plotly.graph_objects import FigureWidget

BASIS_POINTS = 1e4
NAMED_REASONS = 2
"""Number of reasons in the title."""
COLORS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#8c564b", "#e377c2")


class Subscribed(Protocol):
    """A session, as far as a figure needs it."""

    def subscribe(self, call: Callable[[Decision], object]) -> None:
        """Call a function with each decision."""


@exported_by("hedgeresearch.live")
class LiveFigure:
    """Prices, holdings, targets and bands of the last decisions of a session.

    The figure changes as decisions come, some times a second at most. Bars without advice are red
    marks; the title has the last action and its first reasons.

    Parameters
    ----------
    session : Session
    n_points : int, number of the last decisions that are drawn
    seconds : float >= 0, time between two changes of the figure

    Attributes
    ----------
    widget : plotly FigureWidget, which a notebook shows

    Raises
    ------
    MissingDataError
        If the package of the extra "notebook" is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> import hedgeresearch as hr
    >>> from hedgeresearch.feeds import Source
    >>> from hedgeresearch.live import LiveFigure, Session
    >>> from hedgeresearch.microstructure import Quote
    >>> times = pd.date_range("2026-03-02 12:00", periods=200, freq="1s", tz="UTC")
    >>> steps = np.random.default_rng(0).standard_normal((2, 200)).cumsum(axis=1)
    >>> prices = {"BTC": 6e4 + steps[0], "PERP": 6e4 + steps[0] + 0.1 * steps[1]}
    >>> market = hr.Market(pd.DataFrame(prices, times))
    >>> position, perpetual = hr.Position({"BTC": 2.0}), hr.LinearContract("PERP", 0.001, lot=1)
    >>> fit = hr.OLSHedge().fit(*market.returns(position, perpetual))
    >>> advice = hr.recommend(fit, position, perpetual, market)
    >>> legs = {"BTC": Source("binance", "BTCUSDT"), "PERP": Source("binance", "BTCUSDT_PERP")}
    >>> at = times[-1].value + 10**9 * np.array([0.4, 1.4, 2.4])
    >>> events = [
    ...     (source, Quote(number, 6e4, 1.0, 60_000.2, 1.0, None, int(time)))
    ...     for number, time in enumerate(at)
    ...     for source in legs.values()
    ... ]
    >>> session = Session(advice, legs, max_age=5.0)
    >>> figure = LiveFigure(session, seconds=0.0)
    >>> for decision in session.run(events):
    ...     figure.see(decision)
    ...
    >>> figure.draw()
    >>> len(figure.widget.data) > 0
    True
    >>> type(session.widget()).__name__
    'FigureWidget'
    """

    def __init__(self, session: Subscribed, n_points: int = 600, seconds: float = 0.25) -> None:
        check_at_least(n_points, "n_points", 2)
        check_not_negative(seconds, "seconds")
        self._seconds = seconds
        self._drawn = -1.0
        self._decisions: deque[Decision] = deque(maxlen=n_points)
        self.widget = _new_widget()
        session.subscribe(self.see)

    def see(self, decision: Decision) -> None:
        """Keep a decision, and draw if the last time is long enough ago."""
        self._decisions.append(decision)
        now = time.monotonic()
        if self._drawn < 0.0 or now - self._drawn >= self._seconds:
            self._drawn = now
            self.draw()

    def draw(self) -> None:
        """Draw the decisions that are kept."""
        if not self._decisions:
            return
        traces = [*_prices(self._decisions), *_contracts(self._decisions)]
        with self.widget.batch_update():
            if len(self.widget.data) != len(traces):
                self.widget.data = []
                self.widget.add_traces(traces)
            for drawn, trace in zip(self.widget.data, traces, strict=True):
                drawn.x = trace.x
                drawn.y = trace.y
            self.widget.layout.title.text = _title(self._decisions[-1])

    def _repr_mimebundle_(self, **settings: Any) -> Any:
        return self.widget._repr_mimebundle_(**settings)


def _new_widget() -> FigureWidget:
    """Return an empty figure of prices above contracts."""
    try:
        from plotly.graph_objects import FigureWidget

        return FigureWidget(
            layout={
                "height": 520,
                "xaxis": {"anchor": "y2"},
                "yaxis": {"domain": [0.55, 1.0], "title": {"text": "price, bp"}},
                "yaxis2": {"domain": [0.0, 0.45], "title": {"text": "contracts"}},
                "legend": {"orientation": "h", "y": -0.12},
                "margin": {"t": 70},
            }
        )
    except ImportError:
        raise missing_package("A figure that follows", "anywidget", "notebook") from None


def _times(decisions: deque[Decision]) -> list[pd.Timestamp]:
    return [pd.Timestamp(one.time, tz="UTC") for one in decisions]


def _prices(decisions: deque[Decision]) -> list[Any]:
    """Return the change of each price since the first, and marks of bars without advice."""
    from plotly.graph_objects import Scatter

    times = _times(decisions)
    traces: list[Any] = []
    for number, column in enumerate(decisions[0].known):
        prices = [one.known[column].price for one in decisions]
        first = next((price for price in prices if price), None)
        moves = [
            None if price is None or first is None else BASIS_POINTS * (price / first - 1.0)
            for price in prices
        ]
        line = {"color": COLORS[number % len(COLORS)]}
        traces.append(Scatter(x=times, y=moves, name=html.escape(column), mode="lines", line=line))
    without = [0.0 if one.advice is None else None for one in decisions]
    marker = {"color": "red", "symbol": "x"}
    traces.append(Scatter(x=times, y=without, name="no advice", mode="markers", marker=marker))
    return traces


def _contracts(decisions: deque[Decision]) -> list[Any]:
    """Return holdings, targets and both edges of the band of each instrument."""
    from plotly.graph_objects import Scatter

    times = _times(decisions)
    plans = [None if one.advice is None else one.advice.plan for one in decisions]
    advice = next((one.advice for one in decisions if one.advice is not None), None)
    traces: list[Any] = []
    for number, name in enumerate([] if advice is None else advice.problem.names):
        shown = html.escape(name)
        color = COLORS[number % len(COLORS)]
        held = [None if plan is None else float(plan.holdings[number]) for plan in plans]
        target = [None if plan is None else float(plan.targets.best[number]) for plan in plans]
        width = [0.0 if plan is None else float(plan.bands.half_widths[number]) for plan in plans]
        paths: dict[str, tuple[list[float | None], dict[str, Any]]] = {
            f"{shown} held": (held, {"color": color, "shape": "hv"}),
            f"{shown} target": (target, {"color": color, "dash": "dot"}),
            f"{shown} band, upper": (_shifted(target, width, 1.0), {"color": color, "width": 0.5}),
            f"{shown} band, lower": (_shifted(target, width, -1.0), {"color": color, "width": 0.5}),
        }
        for label, (path, line) in paths.items():
            traces.append(Scatter(x=times, y=path, name=label, mode="lines", line=line, yaxis="y2"))
    return traces


def _shifted(path: list[float | None], widths: list[float], sign: float) -> list[float | None]:
    return [
        None if value is None else value + sign * width
        for value, width in zip(path, widths, strict=True)
    ]


def _title(decision: Decision) -> str:
    """Return time, action and the first reasons."""
    when = pd.Timestamp(decision.time, tz="UTC").floor("ms")
    reasons = html.escape(" ".join(decision.reasons[:NAMED_REASONS]))
    return f"{when:%Y-%m-%d %H:%M:%S}  <b>{decision.action}</b><br><sub>{reasons}</sub>"
