// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// An oracle whose rounds anyone may set, and a lending market in which anyone may set what an
// account holds. They answer as Chainlink's aggregators and Aave's contracts do. Both exist for
// tests.

contract Oracle {
    uint8 public immutable decimals;
    string public description;
    uint80 private roundId;
    int256 private answer;
    uint256 private startedAt;
    uint256 private updatedAt;
    uint80 private answeredInRound;

    constructor(string memory description_, uint8 decimals_) {
        description = description_;
        decimals = decimals_;
    }

    function set(
        uint80 round,
        int256 answer_,
        uint256 started,
        uint256 updated,
        uint80 answeredIn
    ) external {
        roundId = round;
        answer = answer_;
        startedAt = started;
        updatedAt = updated;
        answeredInRound = answeredIn;
    }

    function latestRoundData()
        external
        view
        returns (uint80, int256, uint256, uint256, uint80)
    {
        return (roundId, answer, startedAt, updatedAt, answeredInRound);
    }
}

contract Market {
    struct TokenData {
        string symbol;
        address tokenAddress;
    }

    struct Reserve {
        uint256 decimals;
        uint256 threshold;
        uint256 bonus;
        uint256 price;
    }

    struct Holding {
        uint256 deposited;
        uint256 owed;
        bool counts;
    }

    uint256 public constant BASE_CURRENCY_UNIT = 1e8;
    TokenData[] private tokens;
    mapping(address => Reserve) private reserves;
    mapping(address => uint256) private modes;
    mapping(address => mapping(address => Holding)) private holdings;

    function list(
        string calldata symbol,
        address token,
        uint256 decimals,
        uint256 threshold,
        uint256 bonus
    ) external {
        tokens.push(TokenData(symbol, token));
        reserves[token] = Reserve(decimals, threshold, bonus, 0);
    }

    function setPrice(address token, uint256 price) external {
        reserves[token].price = price;
    }

    function setHolding(
        address account,
        address token,
        uint256 deposited,
        uint256 owed,
        bool counts
    ) external {
        holdings[account][token] = Holding(deposited, owed, counts);
    }

    // A mode replaces the thresholds of an account, as Aave's efficiency modes do.
    function setMode(address account, uint256 threshold) external {
        modes[account] = threshold;
    }

    function ADDRESSES_PROVIDER() external view returns (address) {
        return address(this);
    }

    function getPool() external view returns (address) {
        return address(this);
    }

    function getPriceOracle() external view returns (address) {
        return address(this);
    }

    function getAllReservesTokens() external view returns (TokenData[] memory) {
        return tokens;
    }

    function getAssetPrice(address token) external view returns (uint256) {
        return reserves[token].price;
    }

    function getReserveConfigurationData(address token)
        external
        view
        returns (uint256, uint256, uint256, uint256, uint256, bool, bool, bool, bool, bool)
    {
        Reserve memory one = reserves[token];
        uint256 ltv = one.threshold * 9 / 10;
        return (one.decimals, ltv, one.threshold, one.bonus, 1000, true, true, false, true, false);
    }

    function getUserReserveData(address token, address account)
        external
        view
        returns (uint256, uint256, uint256, uint256, uint256, uint256, uint256, uint40, bool)
    {
        Holding memory held = holdings[account][token];
        return (held.deposited, 0, held.owed, 0, held.owed, 0, 0, 0, held.counts);
    }

    // The mean threshold is rounded down to basis points before it is used, as Aave does.
    function getUserAccountData(address account)
        external
        view
        returns (uint256, uint256, uint256, uint256, uint256, uint256)
    {
        (uint256 collateral, uint256 weighted, uint256 debt) = _sums(account);
        uint256 mean = collateral == 0 ? 0 : weighted / collateral;
        uint256 health = debt == 0 ? type(uint256).max : collateral * mean * 1e18 / 1e4 / debt;
        return (collateral, debt, 0, mean, 0, health);
    }

    function _sums(address account)
        private
        view
        returns (uint256 collateral, uint256 weighted, uint256 debt)
    {
        for (uint256 i = 0; i < tokens.length; i++) {
            Reserve memory one = reserves[tokens[i].tokenAddress];
            Holding memory held = holdings[account][tokens[i].tokenAddress];
            uint256 unit = 10 ** one.decimals;
            if (held.counts) {
                uint256 value = held.deposited * one.price / unit;
                collateral += value;
                weighted += value * (modes[account] > 0 ? modes[account] : one.threshold);
            }
            debt += held.owed * one.price / unit;
        }
    }
}
