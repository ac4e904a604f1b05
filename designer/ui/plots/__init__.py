"""Charts: `figure` is what all of them share, `base` a chart with axes. pyqtgraph loads with the first chart that has some."""
