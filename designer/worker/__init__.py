"""Long jobs in a process of their own, so that one that runs out of memory or crashes cannot take the window with it."""
