"""A run over a source of any length, whose outcomes are taken as they settle."""
