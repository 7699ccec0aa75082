"""Floor 3: the rules by which subjects deal with each other, as pure functions on arrays and small records."""
