"""The networkx graph of a design, its edits and its structural rules."""
