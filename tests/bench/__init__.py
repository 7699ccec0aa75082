"""The bench: how fast the model is, as ratios measured in one run. By hand: `python -m tests.bench [quick|nation]`."""
