"""The networks of the literature, drawn as their papers' tables read. One file a family; see `CONTRIBUTING.md`."""
