"""Out-of-sample evaluation of hedges: walk-forward backtests, tests of the results, causality.

``walk_forward`` estimates models on the past, hedges the dates that follow, and returns a
``Backtest`` with ratios, hedged returns and costs of every model; ``walk_forward_panel`` does so
for many pairs. ``compare_hedges`` tests whether hedges differ from a benchmark, one by one and all
together; the tests themselves (Diebold-Mariano, Giacomini-White, Pitman-Morgan, superior ability,
the model confidence set, backtests of value at risk) apply to any returns. ``check_causality``
changes future data to see whether a model's past values change.

Hedges of options are walked over a panel by ``walk_forward_options``, whose ``OptionBacktest``
compares them by errors summed by day; ``check_option_causality`` checks them. Hedges of a liquidity
position are walked over prices by ``walk_forward_pool``, with what the pool pays as ``PoolFees``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
