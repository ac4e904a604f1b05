"""Names that a node may have."""

from __future__ import annotations

import keyword
import re
from functools import lru_cache

ID = re.compile(r"[a-z][a-z0-9_]*\Z")
MAX_LENGTH = 100

_GRAPH_MODULE = """
    add_module add_submodule apply bfloat16 buffers call_super_init children code compile cpu cuda
    delete_all_unused_submodules delete_submodule double dump_patches eval extra_repr float forward get_buffer
    get_extra_state get_parameter get_submodule graph half ipu load_state_dict meta modules mtia named_buffers named_children
    named_modules named_parameters parameters print_readable recompile register_backward_hook register_buffer
    register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule shape_env
    share_memory state_dict to to_empty to_folder train training type xpu zero_grad
"""
RESERVED_IDS = frozenset(_GRAPH_MODULE.split())
"""Attributes of torch.fx.GraphModule, kept here because this room does not import torch; a test compares them with torch's."""


@lru_cache(maxsize=4096)
def valid_id(name: str) -> bool:
    """Whether `name` can be a node's id: lower case, no Python keyword, no attribute of torch.fx.GraphModule, no `__`."""
    if not ID.match(name) or "__" in name or len(name) > MAX_LENGTH:
        return False
    return not keyword.iskeyword(name) and name not in RESERVED_IDS
