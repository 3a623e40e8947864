"""Retry policies by which a test stays in the moment that it is about."""

from __future__ import annotations

from dataclasses import replace

from itemwise import RetryPolicy

PATIENT = RetryPolicy(base_delay=1e9, max_delay=1e9, grace=0.01)
"""Waits for so long that a test ends in its first wait."""

POLITE = replace(PATIENT, grace=1)
"""The same, where the first answer is to come, however slow the machine."""
