"""Primitive blocks: shape rule, cost rule and torch module of everything else's smallest parts."""
