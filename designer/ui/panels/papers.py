"""Where the papers are that blocks refer to."""

from __future__ import annotations

import re

_ARXIV = {
    ("Ba", 2016): "1607.06450",
    ("Chollet", 2017): "1610.02357",
    ("Han", 2020): "1911.11907",
    ("He", 2015): "1502.01852",
    ("He", 2016): "1512.03385",
    ("Hendrycks", 2016): "1606.08415",
    ("Howard", 2017): "1704.04861",
    ("Howard", 2019): "1905.02244",
    ("Hu", 2018): "1709.01507",
    ("Huang", 2017): "1608.06993",
    ("Iandola", 2016): "1602.07360",
    ("Ioffe", 2015): "1502.03167",
    ("Lin", 2014): "1312.4400",
    ("Ma", 2018): "1807.11164",
    ("Ramachandran", 2017): "1710.05941",
    ("Ronneberger", 2015): "1505.04597",
    ("Sandler", 2018): "1801.04381",
    ("Shi", 2016): "1609.05158",
    ("Simonyan", 2015): "1409.1556",
    ("Szegedy", 2015): "1409.4842",
    ("Szegedy", 2016): "1512.00567",
    ("Tan", 2019): "1905.11946",
    ("Wu", 2018): "1803.08494",
    ("Yu", 2016): "1511.07122",
    ("Zhang", 2018): "1707.01083",
}
_ELSEWHERE = {
    ("Krizhevsky", 2012): "https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks",
    ("LeCun", 1998): "https://doi.org/10.1007/3-540-49430-8_2",
    ("Maas", 2013): "https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf",
    ("Zeiler", 2010): "https://doi.org/10.1109/CVPR.2010.5539957",
}
_IDENTITY_MAPPINGS = "1603.05027"  # the second paper of He et al. 2016


def address(reference: str) -> str:
    """The page of the paper that a block's reference names, "" where it is not known."""
    found = re.match(r"(\w+).*?\b(\d{4})\b", reference)
    if found is None:
        return ""
    if "Identity mappings" in reference:
        return f"https://arxiv.org/abs/{_IDENTITY_MAPPINGS}"
    key = (found[1], int(found[2]))
    if key in _ARXIV:
        return f"https://arxiv.org/abs/{_ARXIV[key]}"
    return _ELSEWHERE.get(key, "")
