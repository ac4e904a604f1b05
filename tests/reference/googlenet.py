"""GoogLeNet written by hand from table 1 of its paper, and with batch norm as torchvision has it: what the compiled presets are
compared with."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class Conv(nn.Module):
    """Convolution with bias and ReLU, or with batch norm and ReLU."""

    def __init__(self, cin: int, cout: int, kernel: int, bn: bool, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, kernel, stride, kernel // 2, bias=not bn)
        self.bn = nn.BatchNorm2d(cout, eps=0.001) if bn else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.bn(self.conv(x)))


class Inception(nn.Module):
    def __init__(self, cin: int, widths: tuple[int, int, int, int, int, int], bn: bool) -> None:
        super().__init__()
        one, three_reduce, three, five_reduce, five, pool = widths
        self.one = Conv(cin, one, 1, bn)
        self.three = nn.Sequential(Conv(cin, three_reduce, 1, bn), Conv(three_reduce, three, 3, bn))
        self.five = nn.Sequential(Conv(cin, five_reduce, 1, bn), Conv(five_reduce, five, 3 if bn else 5, bn))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), Conv(cin, pool, 1, bn))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], 1)


class Auxiliary(nn.Module):
    def __init__(self, cin: int, bn: bool) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(4) if bn else nn.AvgPool2d(5, 3)
        self.conv = Conv(cin, 128, 1, bn)
        self.fc1 = nn.Linear(2048, 1024)
        self.fc2 = nn.Linear(1024, 1000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(self.pool(x)).flatten(1)
        return self.fc2(F.dropout(F.relu(self.fc1(x)), 0.7, self.training))


class GoogLeNet(nn.Module):
    """Layers stand in the order in which the outputs need them: the main output first, then both auxiliary ones."""

    def __init__(self, bn: bool) -> None:
        super().__init__()
        self.conv1 = Conv(3, 64, 7, bn, 2)
        self.conv2 = nn.Sequential(Conv(64, 64, 1, bn), Conv(64, 192, 3, bn))
        self.norm = nn.Identity() if bn else nn.LocalResponseNorm(5, alpha=0.0001, beta=0.75, k=1.0)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.last_pool = nn.MaxPool2d(2 if bn else 3, 2, ceil_mode=True)
        self.a3 = Inception(192, (64, 96, 128, 16, 32, 32), bn)
        self.b3 = Inception(256, (128, 128, 192, 32, 96, 64), bn)
        self.a4 = Inception(480, (192, 96, 208, 16, 48, 64), bn)
        self.b4 = Inception(512, (160, 112, 224, 24, 64, 64), bn)
        self.c4 = Inception(512, (128, 128, 256, 24, 64, 64), bn)
        self.d4 = Inception(512, (112, 144, 288, 32, 64, 64), bn)
        self.e4 = Inception(528, (256, 160, 320, 32, 128, 128), bn)
        self.a5 = Inception(832, (256, 160, 320, 32, 128, 128), bn)
        self.b5 = Inception(832, (384, 192, 384, 48, 128, 128), bn)
        self.fc = nn.Linear(1024, 1000)
        self.aux1 = Auxiliary(512, bn)
        self.aux2 = Auxiliary(528, bn)

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        x = self.norm(self.pool(self.conv1(x)))
        x = self.pool(self.norm(self.conv2(x)))
        x = self.pool(self.b3(self.a3(x)))
        first = self.a4(x)
        second = self.d4(self.c4(self.b4(first)))
        x = self.last_pool(self.e4(second))
        x = self.b5(self.a5(x)).mean(dim=(2, 3))
        x = self.fc(F.dropout(x, 0.4, self.training))
        return {"output": x, "aux1": self.aux1(first), "aux2": self.aux2(second)}
