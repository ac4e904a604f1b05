"""Documents: the `.lightdesign` format, its migrations and the files it is kept in."""
