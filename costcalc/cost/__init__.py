"""Graph to numbers: multiply-accumulates, parameters, memory."""
