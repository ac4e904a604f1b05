"""The page on which a design is profiled: settings, figures, MACs beside time, roofline, latency tables, batch sweep."""
