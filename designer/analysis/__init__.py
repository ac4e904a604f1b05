"""Shapes, costs and issues of a design, kept up to date edit by edit."""
