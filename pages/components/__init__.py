"""Parts that several pages share. Widgets only: no maths, no SQL."""
