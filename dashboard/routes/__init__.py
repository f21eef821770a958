"""Flask blueprints: HTTP API, arrays for the page, health, and the security of all routes."""
