"""Questions that have to be answered before work goes on, and the longer forms."""
