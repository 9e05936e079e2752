"""Training: what to make small, and how to step downhill.

A model is known here only as something that can be called and that has `parameters()`.

Reading order: `losses.py`, `crossentropy.py` and `metrics.py` (one sample at a time),
`optimizers.py` (the rules), then what they use: `samples.py`, `stepping.py`.
"""
