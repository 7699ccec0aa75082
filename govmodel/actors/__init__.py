"""Floor 4: the subjects. They call the mechanisms; no mechanism calls them."""
