"""Floor 2: the physical chain (packs, release, roads, plants, metals); it knows nothing of governance."""
