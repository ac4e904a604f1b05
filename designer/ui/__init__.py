"""The window: canvas, panels and dialogs. It never imports torch."""
