"""One package a service: typed models and the `Operation` values."""
