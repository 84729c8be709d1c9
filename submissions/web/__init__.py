"""The shell around every page: language, security, errors, static files."""
