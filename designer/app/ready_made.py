"""Comparisons that are ready to be opened: the tables of the papers, each with one sentence on what to see.

Every figure in a sentence follows from the designs or stands in `presets/published.json`; a test counts them anew.
"""

from __future__ import annotations

from typing import NamedTuple


class Ready(NamedTuple):
    """A comparison of DESIGN texts, the first of which is the baseline, each with what charts call it."""

    id: str
    title: str
    designs: tuple[tuple[str, str], ...]
    sees: str
    source: str


READY = (
    Ready(
        "v1_v2_v3",
        "V1, V2, V3",
        (("mobilenet_v1", "V1"), ("mobilenet_v2", "V2"), ("mobilenet_v3_large", "V3-Large")),
        "V2 and V3-Large move work from wide 1 × 1 layers to thin ones with a bypass: MACs fall by 47 % and 62 %, while V3-Large "
        "spends the most params and V2 the most memory; whether time follows is for a profile to say.",
        "MobileNet V1, V2 and V3",
    ),
    Ready(
        "separable",
        "Separable against full convolution",
        (("mobilenet_v1:separable=false", "full"), ("mobilenet_v1", "separable")),
        "Splitting every 3 × 3 convolution into a depthwise and a 1 × 1 one leaves 8.6 times fewer MACs and 6.9 times fewer "
        "params; the paper pays for it with 1.1 points of top-1 (71.7 % to 70.6 %).",
        "Howard et al. 2017, table 4",
    ),
    Ready(
        "popular",
        "V1 against GoogLeNet and VGG-16",
        (("mobilenet_v1", "V1"), ("googlenet", "GoogLeNet"), ("vgg16", "VGG-16")),
        "V1 needs 2.8 times fewer MACs than GoogLeNet and 27 times fewer than VGG-16, with 40 % fewer params than the one and 33 "
        "times fewer than the other; 74 % of the params of VGG-16 are in its first linear layer.",
        "Howard et al. 2017, table 8",
    ),
    Ready(
        "width",
        "Width 1.0, 0.75, 0.5, 0.25",
        (
            ("mobilenet_v1", "1.0"),
            ("mobilenet_v1:width=0.75", "0.75"),
            ("mobilenet_v1:width=0.5", "0.5"),
            ("mobilenet_v1:width=0.25", "0.25"),
        ),
        "MACs fall nearly with the square of the width (3.8 times at 0.5, 13.9 times at 0.25), activations only with the width "
        "itself, and the classifier, whose outputs stay 1,000, grows from 24 % to 55 % of the params.",
        "Howard et al. 2017, table 6",
    ),
    Ready(
        "resolution",
        "Resolution 224, 192, 160, 128",
        (
            ("mobilenet_v1", "224"),
            ("mobilenet_v1:resolution=192", "192"),
            ("mobilenet_v1:resolution=160", "160"),
            ("mobilenet_v1:resolution=128", "128"),
        ),
        "MACs and activations fall with the square of the side (3.1 times from 224 to 128) while every param stays: resolution "
        "saves work and memory, never the size of the weights.",
        "Howard et al. 2017, table 7",
    ),
    Ready(
        "inception",
        "Inception V1, V2, V3",
        (("googlenet", "V1"), ("inception_v2", "V2"), ("inception_v3", "V3")),
        "Two 3 × 3 for a 5 × 5, then 1 × 7 and 7 × 1 for a 7 × 7, are each cheaper, yet every net costs more than the one before "
        "(7.0, 11.3, 23.8 M params; 1.6, 2.0, 5.7 G MACs): the savings were spent on wider modules and, in V3, on 299 px.",
        "Szegedy et al. 2015, Ioffe and Szegedy 2015, Szegedy et al. 2016",
    ),
    Ready(
        "alexnet",
        "AlexNet with and without groups",
        (("alexnet:variant=ungrouped", "one group"), ("alexnet", "two groups")),
        "Two groups in conv2, conv4 and conv5 take away 36 % of the MACs but only 2.3 % of the params, because 96 % of the "
        "params are in the three linear layers.",
        "Krizhevsky et al. 2012, figure 2",
    ),
)
"""In the order of the list a person chooses from."""

BY_ID = {ready.id: ready for ready in READY}
