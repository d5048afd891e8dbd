"""Sums of two numbers: how their digits are cut, and who adds them rightly."""
