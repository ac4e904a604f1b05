"""A design as a picture on paper: one drawing, written as SVG, PDF or PNG. Needs no window; Qt only to turn it into pixels."""
