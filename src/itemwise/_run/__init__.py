"""One run: its calls side by side, each with its turns, until every item has its outcome."""
