"""Puts the click of a lastclick tracking link into the order. pretix 2024.7 or newer."""
