"""Floor 10: what people look at. Tables by year, a figure, words on the terminal."""
