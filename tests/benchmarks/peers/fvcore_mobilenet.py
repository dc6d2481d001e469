"""Counts MobileNetV1 with fvcore, and prints its table."""

import torch
from fvcore.nn import FlopCountAnalysis, flop_count_table
from mobilenet import INPUT, MobileNet  # type: ignore[import-not-found]  # beside this script

analysis = FlopCountAnalysis(MobileNet().eval(), torch.zeros(1, *INPUT))
print(flop_count_table(analysis))
