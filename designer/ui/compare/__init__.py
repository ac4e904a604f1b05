"""The Compare page: designs side by side."""
