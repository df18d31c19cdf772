"""Pixels become 128 numbers: TripletNet, its preprocessing, training, evaluation, export, and the embedders.

Serving uses `embedder`, `load_embedder`, `onnx_embedder`, `preprocessing`, `settings` and `errors`, which
never import torch. What does is imported only by `python -m model` and by `EMBEDDER=torch`.
"""
