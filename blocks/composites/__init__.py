"""Composite blocks: drawings of smaller blocks. Each reads like its paper's figure."""
