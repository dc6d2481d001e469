"""MobileNetV1 as one writes it in PyTorch: what the other counters are given.

Source: arXiv:1704.04861, Table 1, with the last depthwise stride 1 that its sizes need.
"""

from __future__ import annotations

from torch import Tensor, nn

INPUT = (3, 224, 224)
BLOCKS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]


def conv(
    in_channels: int, out_channels: int, kernel_size: int, stride: int, groups: int = 1
) -> nn.Sequential:
    padding = kernel_size // 2
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )


class MobileNet(nn.Module):
    """The network at a width; its resolution is that of its input."""

    def __init__(self, width: float = 1) -> None:
        super().__init__()
        channels = int(width * 32)
        layers = [conv(3, channels, 3, 2)]
        for unscaled, stride in BLOCKS:
            out_channels = int(width * unscaled)
            layers += [
                conv(channels, channels, 3, stride, groups=channels),
                conv(channels, out_channels, 1, 1),
            ]
            channels = out_channels
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(channels, 1000)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.pool(self.features(x)).flatten(1))
        return logits
