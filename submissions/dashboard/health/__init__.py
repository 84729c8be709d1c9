"""How the service fares, for its staff."""
