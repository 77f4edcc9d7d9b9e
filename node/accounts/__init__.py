"""Handles, and the people behind them."""
