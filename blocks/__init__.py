"""What a network is made of: blocks, their parameters, shape rules, cost rules and drawings.

`conv2d` and the other primitives own their arithmetic; every composite is only a drawing of smaller blocks, so its shape, cost
and torch module follow from the drawing. To add a block, read `CONTRIBUTING.md` and one file in `blocks/primitives` or
`blocks/composites`.
"""
