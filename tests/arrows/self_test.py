#!/usr/bin/env python3
"""A check that never fails proves nothing. Plants in a copy of the tree, one at a time,

  - an include of every layer that a layer's DEPENDS does not name, in a source file and in a public header,
  - an include of every library of others that it does not name,
  - forms that hide where an include points,
  - wrong lines in a CMakeLists.txt,

and expects each to be refused and named; then includes that are allowed, and expects silence.
"""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check_includes  # noqa: E402

SOURCE_TREE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

LIBRARY_HEADERS = {
    "weft_imgui": "imgui.h", "weft_sdl": "SDL.h", "PNG::PNG": "png.h", "CLI11::CLI11": "CLI/CLI.hpp",
    "fmt::fmt": "fmt/core.h", "nlohmann_json::nlohmann_json": "nlohmann/json.hpp", "GTest::gtest": "gtest/gtest.h",
}

HIDDEN = [
    '#include "../core/scheduler.hpp"', '#include "./scheduler.hpp"', '#include "sync/../core/scheduler.hpp"',
    '#include "runtime/core/scheduler.hpp"', '#include <viz/model/track.hpp>', '#  include\t"core/scheduler.hpp"',
    '#include"core/scheduler.hpp"', '/* first */ #include "core/scheduler.hpp"', '%:include "core/scheduler.hpp"',
    '#inc\\\nlude "core/scheduler.hpp"', '#include \\\n "core/scheduler.hpp"', '#include_next "core/scheduler.hpp"',
    '#import "core/scheduler.hpp"', '#define HEADER "core/scheduler.hpp"\n#include HEADER', 'import "core/scheduler.hpp";',
    'import <core/scheduler.hpp>;', '#include "nobody/knows_this.hpp"', '#include "/usr/include/stdio.h"',
    '#include <core/scheduler.hpp>', 'const char* text = "/*";\n#include "core/scheduler.hpp"',
]


class QuietTree(check_includes.Tree):
    """Keeps what it complains of instead of printing it."""

    def __init__(self, root):
        self.said = []
        super().__init__(root)

    def complain(self, text):
        self.said.append(text)

    def says_of(self, path):
        self.said = []
        self.check_file(path)
        return self.said


class SelfTest:
    def __init__(self, folder):
        self.root = os.path.join(folder, "tree")
        for top in ("asm", "runtime", "viz"):
            shutil.copytree(os.path.join(SOURCE_TREE, top), os.path.join(self.root, top))
        self.tree = QuietTree(self.root)
        self.failures = self.planted = 0

    def fail(self, text):
        print(text, file=sys.stderr)
        self.failures += 1

    def says(self, path, text):
        whole = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "w", encoding="utf-8") as file:
            file.write("#pragma once\n" + text + "\n")
        said = self.tree.says_of(path)
        os.remove(whole)
        return said

    def must_refuse(self, path, text):
        self.planted += 1
        said = self.says(path, text)
        if len(said) != 1 or not said[0].startswith(path + ":"):
            self.fail(f"not refused: {text!r} in {path} (said: {said})")

    def must_allow(self, path, text):
        said = self.says(path, text)
        if said:
            self.fail(f"refused, but allowed: {said}")

    def a_header_of(self, layer):
        """A header of the layer as it is included, or None."""
        for name in sorted(os.listdir(os.path.join(self.root, layer.folder))):
            if name.endswith((".hpp", ".h")):
                return f"{layer.folder}/{name}".split("/", 1)[1]
        return None

    def plant_in_every_layer(self):
        layers = self.tree.layers.values()
        if len(layers) < 19:
            self.fail(f"only {len(layers)} layers were found")
        for layer in layers:
            source = f"{layer.folder}/planted.cpp"
            details = f"{check_includes.PUBLIC}/detail/{layer.name.removeprefix('weft_')}"
            public = f"{details}/planted.hpp" if os.path.isdir(os.path.join(self.root, details)) else None
            for other in layers:
                header = self.a_header_of(other)
                if other is layer or header is None:
                    continue
                if other.name in layer.depends:
                    self.must_allow(source, f'#include "{header}"')
                else:
                    self.must_refuse(source, f'#include "{header}"')
                if public:
                    self.must_refuse(public, f'#include "{header}"')
                for shown in other.headers[:1]:
                    if other.name not in layer.depends and "weft::static" not in layer.depends:
                        self.must_refuse(source, f'#include "weft/{shown}"')
                        if public:
                            self.must_refuse(public, f'#include "weft/{shown}"')
            for target, header in LIBRARY_HEADERS.items():
                if target in layer.depends:
                    self.must_allow(source, f"#include <{header}>")
                else:
                    self.must_refuse(source, f"#include <{header}>")

    def plant_hidden_forms(self):
        for form in HIDDEN:
            self.must_refuse("runtime/trace/words/planted.hpp", form)
        self.must_refuse("examples/planted.cpp", '#include "core/scheduler.hpp"')
        self.must_refuse("examples/planted.cpp", "#include <weft/detail/core/body.hpp>")
        self.must_refuse("tests/core/planted.cpp", '#include "../support/fake_clock.hpp"')
        self.must_refuse(f"{check_includes.PUBLIC}/nobody_lists_this.hpp", "")
        self.must_refuse("runtime/core/planted.cpp", '#include "weft/weft.hpp"')

    def plant_allowed(self):
        self.must_allow("runtime/core/planted.cpp", '// #include "model/track.hpp"\n#include <vector>\n#include "core/clock.hpp"')
        self.must_allow("runtime/core/planted.cpp", '/*\n#include "model/track.hpp"\n*/')
        self.must_allow("viz/cli/programs/planted.cpp", "#include <weft/weft.hpp>")
        self.must_allow("examples/planted.cpp", "#include <weft/weft.hpp>\n#include <sys/socket.h>")
        self.must_allow("tests/core/planted.cpp", '#include <gtest/gtest.h>\n#include "support/fake_clock.hpp"')

    def plant_in_cmake(self):
        for folder, line, why in (
                ("runtime/core", "target_link_libraries(weft_core PUBLIC weft_viz_view)", "a runtime that knows the viewer"),
                ("runtime/core", "target_link_libraries(weft_core PUBLIC weft_async)", "a circle"),
                ("runtime/trace/words", "target_link_libraries(weft_trace_words PUBLIC weft_core)", "a diary that knows the runtime"),
                ("viz/model", "target_link_libraries(weft_viz_model PRIVATE weft_imgui)", "a model that knows Dear ImGui"),
                ("viz/view", "target_link_libraries(weft_viz_view PUBLIC weft_sdl)", "a view that knows SDL"),
                ("asm", "target_link_libraries(weft_asm PUBLIC weft_core)", "assembly that knows the scheduler")):
            self.planted += 1
            path = os.path.join(self.root, folder, "CMakeLists.txt")
            with open(path, encoding="utf-8") as file:
                before = file.read()
            with open(path, "a", encoding="utf-8") as file:
                file.write(line + "\n")
            if not QuietTree(self.root).said:
                self.fail(f"not refused: {why}: {line}")
            with open(path, "w", encoding="utf-8") as file:
                file.write(before)

    def run(self):
        if self.tree.said:
            self.fail(f"the tree itself: {self.tree.said}")
        self.plant_in_every_layer()
        self.plant_hidden_forms()
        self.plant_allowed()
        self.plant_in_cmake()


def main():
    with tempfile.TemporaryDirectory() as folder:
        test = SelfTest(folder)
        test.run()
    if test.failures:
        return 1
    print(f"each of {test.planted} planted wrong arrows was refused, and no right one")
    return 0


if __name__ == "__main__":
    sys.exit(main())
