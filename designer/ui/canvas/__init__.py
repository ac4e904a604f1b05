"""The canvas: one graphics item per block, wires that go around blocks, frames of stages, and the view on them."""
