"""Designs timed on the machine at hand: the whole, each layer, and the roof above them."""
