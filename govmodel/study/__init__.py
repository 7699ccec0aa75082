"""Floor 9: studies, which need many runs: patterns and validation, calibration, knock-outs, one at a time."""
