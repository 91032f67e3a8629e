"""A project's standing as one HTML file to keep, send or print."""
