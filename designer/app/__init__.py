"""What the window does without drawing anything: the controller of a document, undo, settings, recovery, the worker's client."""
