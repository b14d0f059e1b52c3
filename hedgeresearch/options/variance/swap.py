"""Fair variance of a swap, by a piecewise linear payoff at the strikes of the options."""

from __future__ import annotations

from typing import Any

import numpy as np

from hedgeresearch._exports import exported_by
from hedgeresearch.errors import DataError
from hedgeresearch.options.chains.chain import OptionChain
from hedgeresearch.options.variance.strip import strip_of
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.options")
def variance_swap(chain: OptionChain, expiry: Any = None) -> float:
    r"""Return the fair variance a year of a swap to an expiry.

    The payoff :math:`\frac{2}{T} \left(\frac{S - K_0}{K_0} - \ln \frac{S}{K_0}\right)` is replaced
    by the piecewise linear one through its values at the strikes: too high between two strikes, by
    less the closer these are, and too low beyond the last ones. :math:`K_0` is the highest strike
    up to the forward of the chain, and beyond each end one more strike is assumed at the last
    distance. Options count as in :func:`variance_index`.

    Parameters
    ----------
    chain : OptionChain
    expiry : Timestamp, optional
        One of the expiries of the chain; not needed if it has only one.

    Raises
    ------
    DataError
        If the expiry is not of the chain, or has no options with a bid on one side.

    References
    ----------
    Demeterfi, Derman, Kamal and Zou (1999), A Guide to Volatility and Variance Swaps, Journal of
    Derivatives 6.

    Examples
    --------
    >>> import pandas as pd
    >>> moment = pd.Timestamp("2024-05-22 08:00", tz="UTC")
    >>> smile = pd.DataFrame(
    ...     {
    ...         "expiry": moment + pd.Timedelta(days=90),
    ...         "strike": np.arange(40.0, 251.0, 1.0),
    ...         "forward": 100.0,
    ...         "volatility": 0.2,
    ...     }
    ... )
    >>> round(variance_swap(OptionChain.from_volatilities(smile, moment)), 3)
    0.04
    """
    if expiry is None and len(chain.expiries) > 1:
        raise DataError(
            f"expiry must be given, as the chain has {len(chain.expiries)} of them. Pass one of "
            "chain.expiries."
        )
    chosen = chain.select(chain.expiries[0] if expiry is None else expiry)
    strip = strip_of(chosen, chosen.expiries[0], str(chosen.forward_rule))
    center = int(np.searchsorted(strip.strike, strip.center))
    puts = np.concatenate([strip.price[:center], [strip.put_at_center]])[::-1]
    calls = np.concatenate([[strip.call_at_center], strip.price[center + 1 :]])
    down = _slopes(strip.strike[center::-1], strip.center)
    up = _slopes(strip.strike[center:], strip.center)
    options = (down @ puts + up @ calls) / strip.discount
    # what the payoff of the options has more than -ln(S / F)
    drift = np.log(strip.forward / strip.center) - (strip.forward / strip.center - 1.0)
    return float(2.0 / strip.years * (drift + options))


def _slopes(strikes: Array, center: float) -> Array:
    """Return the number of options of each strike, from the center outward.

    Each is the change of slope of the piecewise linear payoff at its strike.
    """
    beyond = 2.0 * strikes[-1] - strikes[-2]
    points = np.append(strikes, beyond if beyond > 0.0 else strikes[-1] / 2.0)
    payoff = points / center - 1.0 - np.log(points / center)
    slopes = np.abs(np.diff(payoff) / np.diff(points))
    return np.diff(slopes, prepend=0.0)
