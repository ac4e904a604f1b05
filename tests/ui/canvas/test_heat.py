"""Heat and the width of wires: what blocks are coloured by, at every level of detail, and what explains the colours."""

from __future__ import annotations

from random import Random

import pytest
from PySide6.QtWidgets import QApplication

from designer.app.measurements import Measured, signatures
from designer.graph.edits import SetDisabled, SetParam
from designer.graph.rules import StructureError
from designer.ui import theme, units
from designer.ui.canvas import heat
from designer.ui.canvas.canvas import Canvas
from designer.ui.canvas.heat import Warmth
from designer.ui.canvas.scene import Scene
from tests.property.random_edits import random_edit
from tests.ui.canvas.conftest import Show, residual
from tests.ui.canvas.test_painting import close, color_at, shot
from tests.ui.conftest import Open


def profiled(canvas: Canvas, ms: float = 1.5) -> None:
    """As after a run in which each block took `ms` and a hundredth more than the one before."""
    engine = canvas.controller.engine
    times = {engine.results[node_id].path: ms + k / 100 for k, node_id in enumerate(engine.order.order)}
    canvas.controller.measurements.show(Measured(times, signatures(engine), sum(times.values())))


def expected(canvas: Canvas, metric: str, node_id: str) -> float:
    result = canvas.controller.engine.results[node_id]
    if metric == heat.TIME:
        time = canvas.controller.measurements.of_node(node_id)
        assert time is not None
        return time.ms
    if metric == heat.MEMORY:
        return 4 * sum(spec.elements for spec in result.outputs.values()) if node_id != "output" else 0
    return getattr(result.cost, metric)  # type: ignore[no-any-return]


@pytest.mark.parametrize("metric", heat.METRICS)
@pytest.mark.parametrize("name", ["dark", "light"])
def test_blocks_have_the_colour_of_their_figure(show: Show, name: str, metric: str) -> None:
    theme.choose(name)
    canvas = show("mobilenet_v2")
    profiled(canvas)
    canvas.looks.show_heat(metric)
    figures = {node_id: expected(canvas, metric, node_id) for node_id in canvas.scene.nodes}
    top = max(figures.values())
    look = theme.current()
    for node_id in ("stage2_ir1", "stage4_ir2", max(figures, key=lambda key: figures[key])):
        canvas.view.center_on(node_id)
        for zoom in (1.0, 0.5, 0.3):
            canvas.view.look(zoom, canvas.view.centre())
            image = shot(canvas)
            box = canvas.scene.nodes[node_id].box
            wanted = look.heat(figures[node_id] / top)
            assert close(color_at(canvas, image, box.left + 12, box.centre[1]), wanted, 8), (node_id, zoom)
            assert close(color_at(canvas, image, box.right - 4, box.centre[1]), wanted, 8), (node_id, zoom)


def test_text_is_read_on_every_colour(show: Show) -> None:
    def luminance(rgb: tuple[float, ...]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    canvas = show("mobilenet_v2")
    canvas.looks.show_heat(heat.MACS)
    from designer.ui.canvas.painter import Ink

    for name in (theme.DARK, theme.LIGHT):
        kit = Ink(theme.named(name))
        for step in range(heat.STEPS + 1):
            fill, letters = kit.heat(step)
            a, b = sorted(luminance(c.getRgbF()[:3]) for c in (fill.color(), letters.text))
            assert (b + 0.05) / (a + 0.05) >= 4.5


def test_the_minimap_and_the_inside_follow(show: Show) -> None:
    canvas = show("mobilenet_v2")
    QApplication.processEvents()
    plain = canvas.minimap.grab().toImage()
    canvas.looks.show_heat(heat.MACS)
    canvas.minimap._forget()
    assert canvas.minimap.grab().toImage() != plain
    canvas.inside("stage2_ir2")
    inside = canvas.surfaces[-1]
    parts = {name: inside.nodes[name] for name in ("expand", "depthwise", "project")}
    assert inside.scale.heat.top == max(item.macs for item in parts.values())
    assert all(item.hot == Warmth(item.macs) for item in parts.values())
    canvas.looks.show_heat(heat.OFF)
    assert all(item.hot is None for surface in canvas.surfaces for item in surface.nodes.values())
    canvas.back()
    canvas.minimap._forget()
    assert canvas.minimap.grab().toImage() == plain


def test_the_legend_has_the_unit(show: Show) -> None:
    canvas = show("mobilenet_v2")
    legend = canvas.looks.legend
    assert not legend.isVisible()
    canvas.looks.show_heat(heat.MACS)
    assert legend.isVisible()
    assert (legend.title, legend.ends) == ("MACs", ("0", "29.2 M MACs"))
    units.use(units.FLOPS)
    assert (legend.title, legend.ends) == ("FLOPs", ("0", "58.4 M FLOPs"))
    units.use(units.MACS)
    canvas.looks.show_heat(heat.MEMORY)
    assert (legend.title, legend.ends) == ("Output memory", ("0", "1.53 MiB"))
    image = legend.grab().toImage()
    look = theme.current()
    assert close(image.pixelColor(14, 32), look.heat(0.01), 8)
    assert close(image.pixelColor(legend.width() - 14, 32), look.heat(0.99), 8)
    canvas.looks.show_heat(heat.OFF)
    assert not legend.isVisible()


def test_measured_time_waits_for_a_profile(open_window: Open) -> None:
    window = open_window("mobilenet_v2")
    action = window.actions_["view.heat_time"]
    assert not action.isEnabled()
    assert action.toolTip() == "Measured time: Not profiled yet."
    assert window.page is not None
    canvas = window.page.canvas
    profiled(canvas, 2.0)
    window.actions_.refresh()
    assert action.isEnabled()
    action.trigger()
    item = canvas.scene.nodes["stage2_ir1"]
    assert item.hot is not None
    assert canvas.scene.scale.heat.text(item.hot) == "2.03 ms"
    canvas.controller.apply(SetParam(node="stage2_ir1", name="expand_ratio", value=3.0), "change")
    assert item.hot is None  # what it took then says nothing about it now
    assert canvas.scene.nodes["stage4_ir2"].hot is not None
    canvas.controller.stack.undo()
    assert item.hot is not None


def test_the_tool_bar_says_what_is_shown_and_each_document_has_its_own(open_window: Open) -> None:
    window = open_window("mobilenet_v2", "alexnet")
    button = window.tools.heat
    assert button.value.text() == "Off"
    menu = [action for action in button.menu().actions() if action.isVisible()]
    assert [action.text() for action in menu] == ["Off", "Params", "MACs", "Activations", "Output memory", "Measured time"]
    menu[2].trigger()
    assert button.value.text() == "MACs"
    assert [action.isChecked() for action in menu] == [False, False, True, False, False, False]
    assert window.page is not None
    assert window.page.canvas.looks.metric == heat.MACS
    window.tabs.step(1)
    assert button.value.text() == "Off"
    window.tabs.step(-1)
    assert button.value.text() == "MACs"
    assert button.accessibleName() == "Heat: MACs"
    window.show_welcome()
    assert button.value.text() == "Off"
    assert not button.isEnabled()


def test_what_does_not_count_keeps_its_look(show: Show) -> None:
    canvas = show(residual())
    canvas.looks.show_heat(heat.PARAMS)
    canvas.controller.apply(SetDisabled(node="s1_b", disabled=True), "off")
    assert canvas.scene.nodes["s1_b"].hot is None
    canvas.controller.apply(SetParam(node="s1_a", name="stride", value=2), "stride")
    assert canvas.scene.nodes["s1_add"].status == "error"
    assert canvas.scene.nodes["s1_add"].hot is None
    assert canvas.scene.scale.heat.total is None  # no shares of what is not known
    assert canvas.scene.scale.heat.share(Warmth(4.0)) == ""


@pytest.mark.parametrize("metric", [heat.MACS, heat.MEMORY])
def test_heat_follows_random_edits(show: Show, metric: str) -> None:
    rng = Random(7)
    canvas = show(residual())
    canvas.looks.show_heat(metric)
    canvas.looks.show_wires_by_size(True)
    for _ in range(120):
        try:
            edit = random_edit(rng, canvas.controller.design)
        except (StructureError, KeyError):
            continue
        canvas.controller.apply(edit, "edit")
        if rng.random() < 0.2:
            canvas.controller.stack.undo()
        fresh = Scene(canvas.controller)
        fresh.show_heat(metric)
        fresh.show_wires_by_size(True)
        scene = canvas.scene
        assert (scene.scale.heat.top, scene.scale.heat.total) == (fresh.scale.heat.top, fresh.scale.heat.total)
        assert {key: item.hot for key, item in scene.nodes.items()} == {key: item.hot for key, item in fresh.nodes.items()}
        assert {key: item.fill for key, item in scene.nodes.items()} == {
            key: look[0] for key, look in scene.overview._look.items()
        }
        assert {edge: item.width for edge, item in scene.edges.items()} == {
            edge: item.width for edge, item in fresh.edges.items()
        }
        fresh.release()
        fresh.deleteLater()


def test_wires_are_as_wide_as_what_flows_in_them(show: Show) -> None:
    canvas = show("mobilenet_v2")
    canvas.looks.show_wires_by_size(True)
    scene = canvas.scene
    results = canvas.controller.engine.results
    sizes = {edge: results[edge.source].outputs[edge.source_port].elements for edge in scene.edges}
    top = max(sizes.values())
    for edge, item in scene.edges.items():
        assert item.width == pytest.approx(1 + 5 * (sizes[edge] / top) ** 0.5)
    canvas.view.center_on("stage1_ir1")
    canvas.view.zoom_at(1.0)
    edge = max(sizes, key=lambda one: sizes[one])
    (x, top_y), (_, bottom) = scene.edges[edge].points[0], scene.edges[edge].points[-1]
    look = theme.current()
    image = shot(canvas)
    assert close(color_at(canvas, image, x + 2, top_y + 6), look.color("node.wire"))
    canvas.looks.show_wires_by_size(False)
    image = shot(canvas)
    assert not close(color_at(canvas, image, x + 2, top_y + 6), look.color("node.wire"))
    assert bottom > top_y
