"""Counts MobileNetV1 with ptflops, and prints its table."""

from mobilenet import INPUT, MobileNet  # type: ignore[import-not-found]  # beside this script
from ptflops import get_model_complexity_info

macs, params = get_model_complexity_info(MobileNet(), INPUT)
print(macs, params)
