"""A project as one self-contained HTML file."""
