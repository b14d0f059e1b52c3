// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// A token that anyone may mint, and a trader that pays pools of concentrated liquidity from its
// own balance. Both exist for tests.

contract Token {
    uint8 public immutable decimals;
    string public symbol;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);

    constructor(string memory symbol_, uint8 decimals_) {
        symbol = symbol_;
        decimals = decimals_;
    }

    function mint(address to, uint256 value) external {
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        allowance[from][msg.sender] -= value;
        _move(from, to, value);
        return true;
    }

    function _move(address from, address to, uint256 value) private {
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
}

interface IPool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function mint(address to, int24 lower, int24 upper, uint128 amount, bytes calldata data)
        external
        returns (uint256, uint256);
    function swap(address to, bool falls, int256 amount, uint160 limit, bytes calldata data)
        external
        returns (int256, int256);
}

contract Trader {
    function provide(address pool, int24 lower, int24 upper, uint128 amount) external {
        IPool(pool).mint(address(this), lower, upper, amount, "");
    }

    // A positive amount is paid exactly, a negative one received exactly.
    function swap(address pool, bool falls, int256 amount) external {
        uint160 limit = falls
            ? 4295128740
            : 1461446703485210103287273052203988822378723970341;
        IPool(pool).swap(address(this), falls, amount, limit, "");
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        if (amount0 > 0) Token(IPool(msg.sender).token0()).transfer(msg.sender, amount0);
        if (amount1 > 0) Token(IPool(msg.sender).token1()).transfer(msg.sender, amount1);
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        if (amount0 > 0) Token(IPool(msg.sender).token0()).transfer(msg.sender, uint256(amount0));
        if (amount1 > 0) Token(IPool(msg.sender).token1()).transfer(msg.sender, uint256(amount1));
    }
}
