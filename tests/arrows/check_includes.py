#!/usr/bin/env python3
"""Checks the direction of the includes against the CMake lines.

  check_includes.py [ROOT]    ROOT is a weft source tree; exit 1 and one line for each forbidden include

A folder is a layer is a CMake target. What a layer may include is what its own weft_layer() line names: its DEPENDS,
directly, and nothing that only a dependency of it names. A public header belongs to the layer that lists it under
HEADERS, or to the one whose folder under weft/detail/ it lies in, and sees public headers only.
Only #include lines are read: what a header pulls in is judged in that header.
"""
import os
import re
import sys

SOURCE = re.compile(r"\.(c|h|S|s|mm|m|inc|ipp|inl|tpp|cc|hh|cxx|hxx|cpp|hpp)$")
ROOTS = ("asm", "runtime", "viz", "tests", "examples")
PUBLIC = "runtime/include/weft"

# Libraries of others: how their includes begin, and the target that a layer must name to use them.
LIBRARIES = {
    r"imgui|backends/imgui": "weft_imgui",
    r"SDL": "weft_sdl",
    r"(GL|GLES\d?|EGL|KHR|OpenGL)/": "weft_sdl",
    r"png\.h": "PNG::PNG",
    r"CLI/": "CLI11::CLI11",
    r"fmt/": "fmt::fmt",
    r"nlohmann/": "nlohmann_json::nlohmann_json",
    r"(gtest|gmock)/": "GTest::gtest",
    r"benchmark/": "benchmark::benchmark",
    r"boost/": "Boost::headers",
}

# What no chain of DEPENDS may reach, whatever the single lines say: the architecture's "never" line.
NEVER = [
    ("weft_asm", r".", "asm depends on nothing"),
    ("weft_trace_", r"weft_(?!trace_)", "the diary's language does not know the runtime"),
    ("weft_(?!viz|cli|imgui|sdl)", r"weft_viz|weft_cli|weft_imgui|weft_sdl|CLI11|fmt|PNG|nlohmann",
     "the runtime does not know the viewer, nor any library but libc and the C++ library"),
    ("weft_viz_(model|analysis|attach)", r"weft_imgui|weft_sdl|weft_viz_view|weft_viz_app|weft_cli",
     "the model and the analysis are tested without a window"),
    ("weft_viz_view", r"weft_sdl|weft_viz_app|weft_cli", "a view draws; the window belongs to app"),
]


class Layer:
    def __init__(self, name, folder):
        self.name, self.folder = name, folder
        self.depends, self.headers = [], []


def read_layers(root, complain):
    """The weft_layer() calls of every CMakeLists.txt, and the targets that are linked to a layer later."""
    layers = {}
    for top in ("asm", "runtime", "viz"):
        for here, _, names in os.walk(os.path.join(root, top)):
            if "CMakeLists.txt" not in names:
                continue
            folder = os.path.relpath(here, root)
            with open(os.path.join(here, "CMakeLists.txt"), encoding="utf-8") as file:
                text = re.sub(r"#.*", "", file.read())
            for call in re.finditer(r"\bweft_layer\s*\(([^)]*)\)", text):
                words = call.group(1).split()
                layer = Layer(words[0], folder)
                if folder in [other.folder for other in layers.values()]:
                    complain(f"{folder}/CMakeLists.txt: a second layer in one folder: {layer.name}")
                part = None
                for word in words[1:]:
                    if word in ("DEPENDS", "HEADERS", "SOURCES"):
                        part = word
                    elif part == "DEPENDS":
                        layer.depends.append(word)
                    elif part == "HEADERS":
                        layer.headers.append(word)
                layers[layer.name] = layer
            for call in re.finditer(r"\btarget_link_libraries\s*\(\s*(\w+)([^)]*)\)", text):
                if call.group(1) in layers:
                    layers[call.group(1)].depends += [
                        w for w in call.group(2).split() if w not in ("PUBLIC", "PRIVATE", "INTERFACE")]
    return layers


def closure(layers, name):
    seen, todo = set(), list(layers[name].depends)
    while todo:
        target = todo.pop()
        if target not in seen:
            seen.add(target)
            todo += layers[target].depends if target in layers else []
    return seen


def check_graph(layers, complain):
    for name in layers:
        reached = closure(layers, name)
        if name in reached:
            complain(f"{layers[name].folder}/CMakeLists.txt: {name} depends on itself, in a circle")
        for who, what, why in NEVER:
            if re.match(who, name):
                for target in sorted(reached):
                    if re.match(what, target) and not (target == name):
                        complain(f"{layers[name].folder}/CMakeLists.txt: {name} reaches {target}: {why}")


def logical_lines(path):
    """Numbered lines without comments, spliced where a backslash ends one."""
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    text = re.sub(r"\\\n", "\\\x00", text).replace("\\\x00", "\x00")
    # Comments become blanks; their line ends stay. Literals are stepped over, so that "/*" in one begins nothing.
    token = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.S)

    def blank(match):
        found = match.group(0)
        return re.sub(r"[^\n\x00]", " ", found) if found.startswith("/") else found

    number = 1
    for line in token.sub(blank, text).split("\n"):
        yield number, line.replace("\x00", "")
        number += 1 + line.count("\x00")


INCLUDE = re.compile(r"^\s*(?:#|%:|\?\?=)\s*(include_next|include|import|embed)\b\s*(.*)$")
MODULE = re.compile(r"^\s*(?:export\s+)?import\s*([<\"].*)$")


class Tree:
    def __init__(self, root):
        self.root = root
        self.complaints = 0
        self.layers = read_layers(root, self.complain)
        check_graph(self.layers, self.complain)
        self.folders = {layer.folder: layer for layer in self.layers.values()}
        self.owners = {}
        for layer in self.layers.values():
            for header in layer.headers:
                if header in self.owners:
                    self.complain(f"{layer.folder}/CMakeLists.txt: weft/{header} has two owners")
                self.owners[header] = layer

    def complain(self, text):
        print(text)
        self.complaints += 1

    def layer_of_folder(self, path):
        """The layer that the deepest folder around `path` is, or None."""
        folder = os.path.dirname(path)
        while folder:
            if folder in self.folders:
                return self.folders[folder]
            folder = os.path.dirname(folder)
        return None

    def owner_of_public(self, header):
        """The layer of weft/`header`, or None."""
        detail = re.match(r"detail/(\w+)/", header)
        if detail:
            return self.layers.get("weft_" + detail.group(1))
        return self.owners.get(header)

    def check_file(self, path):
        top = path.split("/")[0]
        public = path.startswith(PUBLIC + "/")
        layer = self.owner_of_public(path[len(PUBLIC) + 1:]) if public else self.layer_of_folder(path)
        everything = path == PUBLIC + "/weft.hpp"
        if top in ("asm", "runtime", "viz") and layer is None and not everything:
            self.complain(f"{path}: belongs to no layer: no weft_layer() " +
                          ("lists it under HEADERS" if public else "in a folder around it"))
            return
        for number, line in logical_lines(os.path.join(self.root, path)):
            found = INCLUDE.match(line)
            module = MODULE.match(line)
            if not found and not module:
                continue
            what = (found.group(2) if found else module.group(1)).strip()
            why = self.judge(top, layer, public, everything, found, module, what)
            if why:
                self.complain(f"{path}:{number}:{what}: {why}")

    def judge(self, top, layer, public, everything, found, module, what):
        """Why this include must not stand here, or None."""
        if module or found.group(1) != "include":
            return "only plain #include is used here"
        name = re.match(r'^(?:"([^"]*)"|<([^>]*)>)\s*$', what)
        if not name:
            return "an include is written out, not made by a macro"
        quoted, header = name.group(1) is not None, name.group(1) or name.group(2)
        if "\\" in header or header.startswith(("/", "./", "../")) or "/../" in header or "/./" in header or "//" in header:
            return "includes are written from an include root"
        if header.split("/")[0] in ROOTS:
            return "includes are written from an include root"
        for begins, target in LIBRARIES.items():
            if re.match(begins, header):
                if top in ("tests", "examples") or (layer and target in layer.depends):
                    return None
                return f"{layer.name if layer else 'this folder'} does not name {target} in its DEPENDS"
        if header == "weft/needs_cxx20":
            return None  # is nowhere: see cxx20.hpp
        if header.startswith("weft/"):
            return self.judge_public(top, layer, everything, header[len("weft/"):])
        target = self.target_of(header)
        if target is None:
            if quoted and top not in ("tests", "examples"):
                return "no layer has this header"
            return None
        if public:
            return "an installed header sees installed headers only"
        if top == "tests" or target is layer:
            return None
        if top == "examples":
            return "an example sees what users see: weft's public headers"
        if target.name in layer.depends:
            return None
        return f"{layer.name} does not name {target.name} in its DEPENDS"

    def judge_public(self, top, layer, everything, header):
        if top == "tests":
            return None
        if top == "examples":
            return "detail/ is not for users" if header.startswith("detail/") else None
        if everything:
            return None
        if "weft::static" in layer.depends:
            return "detail/ is not for users" if header.startswith("detail/") else None
        owner = self.owner_of_public(header)
        if owner is None:
            return "it is for programs, not for weft itself" if header == "weft.hpp" else "no layer has this header"
        if owner is layer or owner.name in layer.depends:
            return None
        return f"{layer.name} does not name {owner.name} in its DEPENDS"

    def target_of(self, header):
        """The layer that `header`, written from an include root, belongs to; None: it is not ours."""
        if "/" not in header:
            asm = self.folders.get("asm")
            ours = asm and os.path.exists(os.path.join(self.root, "asm", header))
            return asm if ours else None
        # Two roots may have a folder of one name (attach): the header itself decides, if it is there.
        found = [(root, layer) for root in ("runtime", "viz")
                 if (layer := self.layer_of_folder(f"{root}/{header}")) and layer.folder != root]
        for root, layer in found:
            if os.path.exists(os.path.join(self.root, root, header)):
                return layer
        return found[0][1] if found else None

    def check(self):
        for top in ROOTS:
            for here, folders, names in os.walk(os.path.join(self.root, top)):
                folders.sort()
                for name in sorted(names):
                    if SOURCE.search(name):
                        self.check_file(os.path.relpath(os.path.join(here, name), self.root))


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    tree = Tree(os.path.abspath(root))
    if not tree.layers:
        print("no weft_layer() was found: is this a weft source tree?", file=sys.stderr)
        return 2
    tree.check()
    if tree.complaints:
        print(f"weft: {tree.complaints} forbidden arrow(s)", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
