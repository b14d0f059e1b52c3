"""Files that the package may not contain: the address and the sha256 of each.

Every address is that of one commit of a public repository, so that the file never changes.
"""

from __future__ import annotations

from typing import NamedTuple


class Source(NamedTuple):
    """File of a public repository on GitHub."""

    repository: str
    commit: str
    path: str
    license: str
    sha256: str

    @property
    def address(self) -> str:
        """Address from which the file is downloaded."""
        return f"https://raw.githubusercontent.com/{self.repository}/{self.commit}/{self.path}"


CONNECTEDNESS_REPOSITORY = (
    "GabauerDavid/ConnectednessApproach",
    "37950cc0d1793986fca6f4b0f1ac120707cec4d5",
)
VIX_REPOSITORY = ("meixler/vix", "5fc448b75016334b3cc41b978ce09626cc2ffec2")
HFTBACKTEST_REPOSITORY = ("nkaz001/hftbacktest", "5f3ec40b2afb764e0fea112f941ed85523ef4e88")
MSGARCH_REPOSITORY = ("cran/MSGARCH", "8cf35e5ed0332a664e06ad45e52af38452d35c26")

SOURCES = {
    "all_exchanges.csv": Source(
        "AHA-HH/optimising-funding-rate-arbitrage",
        "110bc95c3474552b14c875d37018c01a30d22a56",
        "data/all_exchanges.csv",
        "MIT (the repository's)",
        "4e32097d617639a724bcd16867978582874824da0985436ccf1d10d6d0225ee5",
    ),
    "BBT_Tiingo.csv": Source(
        "QuantLet/Hedging-Cryptos-with-Bitcoin-Futures",
        "7dcfbf2931f373afe153edb2d2e7e5d869fcda67",
        "newToQuantlet/data/cleaned_data/BBT_Tiingo.csv",
        "none stated",
        "bf0e70251915e9de2a11bcc5db3b4d084bbfb3c2bcf3105c587ccdb06c09705f",
    ),
    "cgp2024.rda": Source(
        *CONNECTEDNESS_REPOSITORY,
        "data/cgp2024.rda",
        "GPL-3",
        "46e03b257f9c52fd3e0d71b0174c7ad9eeea56f4b375037677395c6a661f1f80",
    ),
    "g2020.rda": Source(
        *CONNECTEDNESS_REPOSITORY,
        "data/g2020.rda",
        "GPL-3",
        "ee8f0ae551618af3eee15d82c44b084fc570cf6e79883f08966a88b83b444408",
    ),
    "dji30retw.rda": Source(
        "cran/rmgarch",
        "61db6555470162f59f90f2546e3d0940fcfc9e50",
        "data/dji30retw.rda",
        "GPL-3",
        "59f41cd8761a1b4c2fbe2f718e5339fbf6336b9da018e09bf24108c597b8b161",
    ),
    "dfwide.rda": Source(
        "cran/RTL",
        "27a061b5ae79bd8f8d8cfa0a1e6cb4d1db45dfcf",
        "data/dfwide.rda",
        "MIT (the package's; it names Morningstar Commodities as the source)",
        "57344a634fc634f5686595cbb871dc248510ba4f9a5bfe7edd7b69a524960460",
    ),
    "SandPhedge.xls": Source(
        "maeng-gun/econometrics",
        "4a8265cd4cf36d92c866c00e06ddd12ffbd2bf48",
        "SandPhedge.xls",
        "none stated",
        "dba55a7378b941173a9d6c87ed3b29a5aebce0a0bac75a947367780e26c66e82",
    ),
    "NDX.csv": Source(
        "Yizhan-Oliver-Shu/jump-models",
        "d0fa00ce10126791695a259a45c5ddd41fbced80",
        "examples/nasdaq/data/NDX.csv",
        "Apache-2.0 (the repository's)",
        "efe225b4e885038b01d642f61ea744c5650efd852e2f77093d09b8898a95922f",
    ),
    "vixnearterm.dat": Source(
        *VIX_REPOSITORY,
        "vixnearterm.dat",
        "MIT (the repository's)",
        "c7afb691946f1a4d432d4014730e057d2f4733dc056a0f2e41f6332049c86267",
    ),
    "vixnextterm.dat": Source(
        *VIX_REPOSITORY,
        "vixnextterm.dat",
        "MIT (the repository's)",
        "584a4bbbf5f4291dc8077cb2d94130fe8f9b9080400d266710bd909fe9208cc2",
    ),
    "dem2gbp.rda": Source(
        *MSGARCH_REPOSITORY,
        "data/dem2gbp.rda",
        "GPL-2 or later",
        "aceec27bea621e43b38ad56718e410ed8c3d2d88e28b29e67d30672102baabf4",
    ),
    "SMI.rda": Source(
        *MSGARCH_REPOSITORY,
        "data/SMI.rda",
        "GPL-2 or later",
        "8705da482d89e0f156195f7e8fe36492afc287d06eb231e5169521920b27d577",
    ),
    "binance_spot_btcusdt_20240808.gz": Source(
        *HFTBACKTEST_REPOSITORY,
        "examples/spot/btcusdt_20240808.gz",
        "MIT (the repository's)",
        "5d263f4c5379cfc27379ef0e22779aa33804463d1b69c292e9c0714e31f2e1b4",
    ),
    "binance_usd_m_btcusdt_perp_20240808.gz": Source(
        *HFTBACKTEST_REPOSITORY,
        "examples/usdm/btcusdt_20240808.gz",
        "MIT (the repository's)",
        "0ad7b3a0f5cff220761ea890cfd6e3c15f6899edc7f94637ec915043d7a72251",
    ),
    "binance_coin_m_btcusd_perp_20240808.gz": Source(
        *HFTBACKTEST_REPOSITORY,
        "examples/cm/btcusd_perp_20240808.gz",
        "MIT (the repository's)",
        "795efa5540bfca87d20181df5c444741a8cc31810689c429a4004cbbd0b3a374",
    ),
}
"""Files by their name in the cache."""
