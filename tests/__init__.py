"""The tests: one file per room, laws held over random cases, and a slow readable reference."""
