"""Pre-saves: taking them in, their states, claims on them, and the grants behind them."""
