"""One call: its arguments, its attempts, what came of them, and which may be repeated."""
