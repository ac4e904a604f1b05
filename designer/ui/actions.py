"""Every action of the window in one list: menus, tool bar, command palette and the overlay of shortcuts are made from it.

Whoever can do something offers it by id: the window for its own actions, the canvas for those of the document in front
(`window_actions`). An action that nobody can do now is greyed and says why in its status tip.
"""

from __future__ import annotations

from dataclasses import dataclass

NO_DOCUMENT = "No design is open."


@dataclass(frozen=True, slots=True)
class Spec:
    """What an action is called and where it stands.

    `group` starts a new section of its menu when it differs from that of the action before; `submenu` names a menu in that one
    which holds the action. `canvas` marks keys that act only while the canvas has the focus, so that typing in a field never
    triggers them. `document` marks what needs an open design.
    """

    id: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    menu: str = ""
    group: str = ""
    canvas: bool = False
    document: bool = False
    checkable: bool = False
    submenu: str = ""


def _heat(id: str, text: str, tip: str) -> Spec:
    return Spec(f"view.heat_{id}", text, tip, (), "", "View", "heat", document=True, checkable=True, submenu="Heat")


def _file(id: str, text: str, tip: str, *keys: str, icon: str = "", group: str = "", document: bool = False) -> Spec:
    return Spec(f"file.{id}", text, tip, keys, icon, "File", group, document=document)


def _edit(
    id: str, text: str, tip: str, *keys: str, icon: str = "", group: str = "", canvas: bool = True, document: bool = True
) -> Spec:
    return Spec(f"edit.{id}", text, tip, keys, icon, "Edit", group, canvas=canvas, document=document)


def _view(
    id: str,
    text: str,
    tip: str,
    *keys: str,
    icon: str = "",
    group: str = "",
    canvas: bool = True,
    document: bool = True,
    checkable: bool = False,
) -> Spec:
    return Spec(f"view.{id}", text, tip, keys, icon, "View", group, canvas, document, checkable)


def _window(id: str, text: str, tip: str, *keys: str, icon: str = "", group: str = "", checkable: bool = False) -> Spec:
    return Spec(f"window.{id}", text, tip, keys, icon, "Window", group, checkable=checkable)


def _own(id: str, text: str, tip: str, *keys: str, icon: str = "", group: str = "own") -> Spec:
    return Spec(f"design.{id}", text, tip, keys, icon, "Design", group, canvas=True, document=True)


OWN_SPECS = (
    _own("pack", "Pack into a block…", "Make the selected blocks one block of your own", "Ctrl+G", icon="package", group="pack"),
    _own(
        "unpack", "Unpack", "Put the parts of the selected block in its place", "Ctrl+Shift+G", icon="package-open", group="pack"
    ),
    _own("rename_own", "Rename own block…", "Give an own block another name, in all its copies", "Shift+F2"),
    _own(
        "duplicate_own",
        "Duplicate as a new block",
        "Make a new block with the same content; the selected copies become copies of it",
    ),
    _own("find_copies", "Find copies", "Select all copies of this own block", "Shift+C"),
    _own("keep_own", "Keep in my blocks", "Put this own block into your library, for all designs", icon="star"),
    _own("save_own", "Save own block…", "Write this own block to a .lightblock file"),
    _own("open_own", "Take in a block…", "Take an own block from a .lightblock file into this design"),
)


def _align(id: str, text: str, tip: str, icon: str, *keys: str) -> Spec:
    return Spec(
        f"design.{id}",
        text,
        tip,
        keys,
        f"align-{icon}",
        "Design",
        "arrange",
        canvas=True,
        document=True,
        submenu="Align and distribute",
    )


def _flow(id: str, text: str, tip: str) -> Spec:
    return Spec(f"design.flow_{id}", text, tip, (), f"arrow-{id}", "Design", "flow", document=True, checkable=True)


ARRANGE_SPECS = (
    Spec(
        "design.tidy_selection",
        "Tidy up the selection",
        "Arrange the selected blocks among themselves",
        ("Shift+L",),
        "",
        "Design",
        "arrange",
        canvas=True,
        document=True,
    ),
    _align(
        "align_left", "Align left edges", "Stand the selected blocks in line at the left", "start-vertical", "Ctrl+Shift+Left"
    ),
    _align("align_centre", "Align centres", "Stand the selected blocks below each other", "center-vertical", "Ctrl+Shift+H"),
    _align(
        "align_right", "Align right edges", "Stand the selected blocks in line at the right", "end-vertical", "Ctrl+Shift+Right"
    ),
    _align("align_top", "Align top edges", "Stand the selected blocks in line at the top", "start-horizontal", "Ctrl+Shift+Up"),
    _align("align_middle", "Align middles", "Stand the selected blocks side by side", "center-horizontal", "Ctrl+Shift+M"),
    _align(
        "align_bottom",
        "Align bottom edges",
        "Stand the selected blocks in line at the bottom",
        "end-horizontal",
        "Ctrl+Shift+Down",
    ),
    _align("distribute_across", "Distribute across", "Leave equal gaps from left to right", "horizontal-distribute-center"),
    _align("distribute_down", "Distribute down", "Leave equal gaps from top to bottom", "vertical-distribute-center"),
    _flow("down", "Top to bottom", "Let wires run down, with inputs above"),
    _flow("right", "Left to right", "Let wires run to the right, with inputs on the left"),
)


def _layers(id: str, text: str, *, icon: str = "") -> Spec:
    tip = f"{text}: the table with the rows and columns that it shows"
    return Spec(f"layers.{id}", text, tip, (), icon, "Design", "layers", document=True)


def _measure(id: str, text: str, tip: str, *keys: str, icon: str = "", group: str = "") -> Spec:
    return Spec(f"measure.{id}", text, tip, keys, icon, "Measure", group)


MENUS = ("File", "Edit", "View", "Insert", "Design", "Measure", "Window", "Help")

SPECS: tuple[Spec, ...] = (
    _file("new", "New design", "Start an empty design in a new tab", "Ctrl+N", icon="file-plus"),
    _file("open", "Open…", "Open a .lightdesign file", "Ctrl+O", icon="folder-open"),
    _file("new_window", "New window", "Open a second window", "Ctrl+Shift+N", group="window"),
    _file("save", "Save", "Save this design in its file", "Ctrl+S", icon="save", group="save", document=True),
    _file("save_as", "Save as…", "Save this design in another file", "Ctrl+Shift+S", group="save", document=True),
    _file(
        "export",
        "Export…",
        "Write an ONNX model, Python source or a torch program",
        "Ctrl+E",
        icon="share-2",
        group="export",
    ),
    _file(
        "picture",
        "Export picture…",
        "Write the canvas or the selection as SVG, PDF or PNG",
        "Ctrl+Shift+E",
        icon="image",
        group="export",
        document=True,
    ),
    _file("revert", "Read again", "Read this design from its file again and drop all changes", group="save", document=True),
    _file("close", "Close tab", "Close what this tab shows", "Ctrl+W", group="close"),
    _file("close_others", "Close other tabs", "Close all tabs but this one", group="close"),
    _file("quit", "Quit", "Close all windows", "Ctrl+Q", group="close"),
    # -- edit
    _edit("undo", "Undo", "Take the last step back", "Ctrl+Z", icon="undo-2", canvas=False, document=False),
    _edit("redo", "Redo", "Do again what was taken back", "Ctrl+Shift+Z", "Ctrl+Y", icon="redo-2", canvas=False, document=False),
    _edit("cut", "Cut", "Move the selected blocks to the clipboard", "Ctrl+X", icon="scissors", group="clipboard"),
    _edit("copy", "Copy", "Copy the selected blocks to the clipboard", "Ctrl+C", icon="copy", group="clipboard"),
    _edit("paste", "Paste", "Insert the blocks of the clipboard", "Ctrl+V", icon="clipboard-paste", group="clipboard"),
    _edit("duplicate", "Duplicate", "Insert a copy of the selected blocks", "Ctrl+D", icon="copy-plus", group="clipboard"),
    _edit("delete", "Delete", "Delete the selected blocks and their wires", "Del", "Backspace", icon="trash-2", group="delete"),
    _edit(
        "delete_close",
        "Delete and close the gap",
        "Delete the selected blocks and join the wires around them",
        "Ctrl+Del",
        "Ctrl+Backspace",
        group="delete",
    ),
    _edit("replace", "Replace by…", "Put another kind of block here and keep the wires", "R", icon="replace", group="block"),
    _edit(
        "disable", "Switch off", "Let the block pass its first input on; again switches it on", "D", icon="power", group="block"
    ),
    _edit("rename", "Rename", "Give the block another name, or write in the note", "F2", icon="pencil", group="block"),
    _edit("connect", "Connect to…", "Draw a wire from the block to a port you choose", "C", icon="spline", group="wires"),
    _edit(
        "disconnect", "Disconnect", "Take away the selected wire, or all of the blocks", "Shift+X", icon="unlink", group="wires"
    ),
    _edit("select_next", "Select next", "Select the block that comes next in execution order", "Alt+Down", group="select"),
    _edit("select_previous", "Select previous", "Select the block that comes before", "Alt+Up", group="select"),
    _edit("select_all", "Select all", "Select every block", "Ctrl+A", group="select"),
    _edit("select_upstream", "Select upstream", "Select everything the selected blocks depend on", "Shift+U", group="select"),
    _edit(
        "select_downstream",
        "Select downstream",
        "Select everything that depends on the selected blocks",
        "Shift+D",
        group="select",
    ),
    _edit("select_kind", "Select same kind", "Select all blocks of the same kind", "Shift+K", group="select"),
    _edit(
        "find",
        "Find…",
        "Find a block by name, kind or parameter, e.g. stride=2",
        "Ctrl+F",
        icon="search",
        group="find",
        canvas=False,
    ),
    # -- view
    _view("zoom_in", "Zoom in", "Show less, larger", "Ctrl++", "Ctrl+=", icon="zoom-in", canvas=False),
    _view("zoom_out", "Zoom out", "Show more, smaller", "Ctrl+-", icon="zoom-out", canvas=False),
    _view("zoom_full", "Actual size", "Zoom to 100 %", "Ctrl+0", canvas=False),
    _view("fit", "Fit to window", "Show the whole design", "F", icon="maximize"),
    _view("zoom_selection", "Zoom to selection", "Show the selected blocks as large as they fit", "S", icon="focus"),
    _view("inside", "Look inside", "Show the drawing of the selected block", "I", "Return", icon="eye", group="inside"),
    _view("back", "Back", "Leave the drawing of the block", "Escape", icon="arrow-left", group="inside"),
    _heat("off", "Off", "Colour blocks by their kind"),
    _heat("params", "Params", "Colour blocks by their parameters"),
    _heat("macs", "MACs", "Colour blocks by their multiply-accumulates"),
    _heat("activations", "Activations", "Colour blocks by what their convolutions and linear layers give out"),
    _heat("memory", "Output memory", "Colour blocks by the bytes of what they give out, at fp32"),
    _heat("time", "Measured time", "Colour blocks by the time they took on this machine"),
    _view(
        "wire_width",
        "Wires by size",
        "Draw wires as wide as what flows in them is large",
        group="heat",
        canvas=False,
        checkable=True,
    ),
    _view("fold", "Fold or unfold", "Show the stage of the selected blocks as one card, or open it again", "X", group="fold"),
    _view("fold_stages", "Fold all stages", "Show every stage as one card", "Alt+X", icon="fold-vertical", group="fold"),
    _view("fold_repeats", "Fold repeats", "Show runs of equal blocks as one card each", "Shift+R", icon="layers", group="fold"),
    _view("unfold", "Unfold all", "Open all cards", "Ctrl+Shift+X", icon="unfold-vertical", group="fold"),
    _view("minimap", "Minimap", "Show or hide the small map of the design", "M", icon="map", group="show", checkable=True),
    _view(
        "guides",
        "Alignment guides",
        "Show lines to neighbours while blocks are dragged, and snap to them",
        icon="magnet",
        group="show",
        canvas=False,
        document=False,
        checkable=True,
    ),
    _view(
        "flops",
        "Count FLOPs",
        "Show FLOPs, two for each MAC, wherever MACs stand",
        group="show",
        canvas=False,
        document=False,
        checkable=True,
    ),
    _view(
        "motion",
        "Less motion",
        "Let nothing move by itself: zooming and arranging take no time",
        group="show",
        canvas=False,
        document=False,
        checkable=True,
    ),
    _view(
        "light",
        "Light theme",
        "Show the window in light colours",
        icon="sun",
        group="theme",
        canvas=False,
        document=False,
        checkable=True,
    ),
    _view(
        "dark",
        "Dark theme",
        "Show the window in dark colours",
        icon="moon",
        group="theme",
        canvas=False,
        document=False,
        checkable=True,
    ),
    _view(
        "system",
        "Theme of the system",
        "Light or dark, as the system is",
        icon="monitor",
        group="theme",
        canvas=False,
        document=False,
        checkable=True,
    ),
    # -- insert, design
    Spec(
        "insert.quick",
        "Quick add…",
        "Type the name of a block and insert it at the cursor",
        ("Tab",),
        "circle-plus",
        "Insert",
        canvas=True,
        document=True,
    ),
    Spec("insert.note", "Note", "Put a note on the canvas", ("N",), "sticky-note", "Insert", canvas=True, document=True),
    Spec(
        "design.tidy",
        "Tidy up",
        "Arrange all blocks anew, as the flow goes",
        ("L",),
        "workflow",
        "Design",
        "arrange",
        canvas=True,
        document=True,
    ),
    *ARRANGE_SPECS,
    *OWN_SPECS,
    Spec(
        "design.stage",
        "Make a stage…",
        "Put the selected blocks into a stage with a name",
        ("G",),
        "group",
        "Design",
        "stages",
        canvas=True,
        document=True,
    ),
    Spec(
        "design.rename_stage",
        "Rename the stage…",
        "Give the stage of the selected blocks another name",
        ("Ctrl+F2",),
        menu="Design",
        group="stages",
        canvas=True,
        document=True,
    ),
    Spec(
        "design.remove_stage",
        "Take the stage apart",
        "Take the selected blocks' stage away; the blocks stay",
        ("Shift+G",),
        "ungroup",
        "Design",
        "stages",
        canvas=True,
        document=True,
    ),
    Spec(
        "design.next_problem",
        "Next problem",
        "Go to the next block with a problem",
        ("F8",),
        "circle-alert",
        "Design",
        document=True,
    ),
    Spec(
        "design.budget",
        "Budget…",
        "Set the most that designs may cost; the line at the bottom says how far they are from it",
        icon="scaling",
        menu="Design",
        group="figures",
    ),
    Spec(
        "design.statistics",
        "Statistics",
        "Show the design in figures: totals, kinds of layers, stages, widths, largest blocks",
        ("Ctrl+I",),
        "chart-column",
        "Design",
        "figures",
        document=True,
    ),
    # -- measure
    _measure("profile", "Profile", "Time this design on this machine, block by block", "Ctrl+P", icon="gauge"),
    _measure("run", "Run profile", "Time this design now, under the settings of its profile page", "F5", icon="play"),
    _measure("cancel", "Cancel the run", "Give up what is being measured"),
    _measure("missing", "Measure missing layers", "Measure the layers that the latency table lacks", icon="timer", group="table"),
    _measure(
        "import", "Import latency table…", "Add a table that was measured elsewhere, as on a board", icon="upload", group="table"
    ),
    _measure("export", "Export latency table…", "Write the table of this machine to a file", icon="download", group="table"),
    Spec(
        "measure.compare",
        "Compare…",
        "Put designs side by side: open documents, presets, files or an earlier state",
        ("Ctrl+Shift+C",),
        "git-compare",
        "Measure",
        "compare",
    ),
    Spec(
        "measure.compare_state",
        "Compare with how it was opened",
        "Put this design beside what it was before the first step",
        icon="history",
        menu="Measure",
        group="compare",
        document=True,
    ),
    Spec(
        "measure.compare_canvases",
        "Differences on both canvases",
        "Show the compared designs side by side with what differs marked on both",
        icon="scan",
        menu="Measure",
        group="compare",
    ),
    Spec(
        "measure.compare_profile",
        "Profile all compared designs",
        "Measure every design of the comparison on this machine, in the same way",
        icon="gauge",
        menu="Measure",
        group="compare",
    ),
    Spec("measure.compare_csv", "Comparison as CSV…", "Write a row for each design", menu="Measure", group="compare_out"),
    Spec("measure.compare_markdown", "Comparison as Markdown…", "Write all tables", menu="Measure", group="compare_out"),
    Spec("measure.compare_latex", "Comparison as LaTeX…", "Write all tables", menu="Measure", group="compare_out"),
    Spec(
        "measure.compare_html",
        "Comparison as HTML report…",
        "Write tables and pictures to one file",
        menu="Measure",
        group="compare_out",
    ),
    _layers("csv", "Copy layers as CSV", icon="copy"),
    _layers("markdown", "Copy layers as Markdown"),
    # -- window, help
    _window("next_panel", "Next panel", "Move the focus to the next panel", "F6", group="focus"),
    _window("previous_panel", "Previous panel", "Move the focus to the panel before", "Shift+F6", group="focus"),
    _window("next_tab", "Next tab", "Show the next design", "Ctrl+Tab", group="focus"),
    _window("previous_tab", "Previous tab", "Show the design before", "Ctrl+Shift+Tab", group="focus"),
    _window("blocks", "Blocks", "Show or hide the blocks", "Ctrl+1", group="docks", checkable=True),
    _window("presets", "Presets", "Show or hide the presets", "Ctrl+2", group="docks", checkable=True),
    _window("inspector", "Inspector", "Show or hide the inspector", "Ctrl+3", group="docks", checkable=True),
    _window("history", "History", "Show or hide the steps that can be undone", "Ctrl+4", group="docks", checkable=True),
    _window("layers", "Layers", "Show or hide the table of layers", "Ctrl+5", group="docks", checkable=True),
    _window("charts", "Charts", "Show or hide the charts", "Ctrl+7", group="docks", checkable=True),
    _window("problems", "Problems", "Show or hide the problems", "Ctrl+6", group="docks", checkable=True),
    _window("reset", "Reset layout", "Put all panels back in their places", icon="layout-panel-left", group="reset"),
    Spec("help.commands", "Commands…", "Find any command by its name", ("Ctrl+Shift+P",), "command", "Help"),
    Spec("help.shortcuts", "Keyboard shortcuts", "Show all keys at once", ("?", "F1"), "keyboard", "Help"),
    Spec("help.about", "About lightdesigner", "Version and licences", icon="info", menu="Help", group="about"),
)

BY_ID = {spec.id: spec for spec in SPECS}
