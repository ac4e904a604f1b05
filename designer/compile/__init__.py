"""Torch module, Python source, ONNX and .pt2 files of a design. torch and onnx are imported inside functions."""
