#!/usr/bin/env python3
"""Proves that every rule of tidy.py fires on a small tree that breaks it, and keeps still on one that does not."""

import os
import tempfile
import unittest

import tidy

CMAKE = """forescale_module(NAME base LIBS fmt::fmt)
forescale_module(NAME domain DEPENDS base)
forescale_module(NAME models DEPENDS domain LIBS Eigen3::Eigen)
forescale_module(NAME storage DEPENDS domain)
forescale_module(NAME collectors DEPENDS domain)
forescale_module(NAME pipeline DEPENDS models storage collectors)
forescale_module(NAME app DEPENDS pipeline)
"""


class Tidy(unittest.TestCase):
    def found(self, files: dict[str, str], cmake: str = CMAKE) -> list[str]:
        """`path:line: rule` of each breach in a tree of these files."""
        with tempfile.TemporaryDirectory() as root:
            for path, text in {"CMakeLists.txt": cmake, **files}.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(text)
            return [f"{b.path}:{b.line}: {b.rule}" for b in tidy.breaches(root)]

    def assert_breaks(self, path: str, text: str, line: int, rule: str) -> None:
        self.assertIn(f"{path}:{line}: {rule}", self.found({path: text}))

    def assert_clean(self, path: str, text: str, rule: str) -> None:
        self.assertEqual([b for b in self.found({path: text}) if b.endswith(": " + rule)], [])

    # --- layers

    def test_an_include_against_the_order(self) -> None:
        self.assert_breaks("src/domain/a.cpp", '\n#include "models/b.h"\n', 2, "layers")
        self.assert_breaks("src/storage/sql/a.cpp", '#include "app/b.h"\n', 1, "layers")

    def test_an_edge_includes_an_edge(self) -> None:
        self.assert_breaks("src/storage/a.cpp", '#include "collectors/b.h"\n', 1, "layers")

    def test_a_test_keeps_the_order_too(self) -> None:
        self.assert_breaks("src/domain/a_test.cpp", '#include "storage/b.h"\n', 1, "layers")

    def test_what_depends_lead_to_may_be_included(self) -> None:
        self.assert_clean("src/app/a.cpp", '#include "base/a.h"\n#include "models/a.h"\n#include "app/b.h"\n', "layers")

    def test_a_folder_that_is_not_declared(self) -> None:
        self.assert_breaks("src/cache/a.cpp", "int a();\n", 1, "layers")

    def test_an_include_in_a_comment_is_none(self) -> None:
        self.assert_clean("src/domain/a.cpp", '// as in\n/*\n#include "models/b.h"\n*/\n', "layers")

    def test_depends_point_downwards(self) -> None:
        self.assertIn("CMakeLists.txt:1: arrows", self.found({}, "forescale_module(NAME storage DEPENDS collectors)\n"
                                                                 "forescale_module(NAME collectors)\n"))
        self.assertIn("CMakeLists.txt:2: arrows", self.found({}, "forescale_module(NAME storage)\n"
                                                                 "forescale_module(NAME models DEPENDS storage)\n"))
        self.assertIn("CMakeLists.txt:1: arrows", self.found({}, "forescale_module(NAME app DEPENDS absent)\n"))
        self.assertIn("CMakeLists.txt:1: arrows", self.found({}, "forescale_module(NAME api DEPENDS app)\n"
                                                                 "forescale_module(NAME app DEPENDS api)\n"))

    def test_an_include_of_no_file(self) -> None:
        self.assert_breaks("src/domain/a.cpp", '#include "sample.h"\n', 1, "includes")
        self.assert_clean("src/domain/a.cpp", "#include <vector>\n", "includes")

    def test_a_library_outside_its_home(self) -> None:
        self.assert_breaks("src/pipeline/a.cpp", "#include <sqlite3.h>\n", 1, "homes")
        self.assert_breaks("src/storage/a.cpp", "#include <Eigen/Dense>\n", 1, "homes")
        self.assert_clean("src/storage/a.cpp", "#include <sqlite3.h>\n", "homes")

    # --- purity

    def test_impure_code_in_a_pure_folder(self) -> None:
        for code in ("auto t = std::chrono::steady_clock::now();", "auto t = std::time(nullptr);", "std::jthread t;",
                     "std::mutex m;", "std::recursive_mutex m;", "auto f = std::async(g);", "thread_local int x;",
                     "std::ofstream f;", "std::filesystem::path p;", "FILE* f = fopen(p);", "std::cerr << 1;",
                     "auto e = std::getenv(n);", "std::random_device d;", "std::mt19937_64 g;", "int r = rand();",
                     "int s = socket(a, b, c);", "log::info(a);"):
            self.assert_breaks("src/models/a.cpp", f"int a;\n{code}\n", 2, "pure")

    def test_impure_headers_in_a_pure_folder(self) -> None:
        for header in ("<thread>", "<mutex>", "<fstream>", "<filesystem>", "<cstdio>", "<iostream>", "<random>",
                       "<sys/socket.h>", "<boost/asio.hpp>", '"base/log.h"', '"base/clock.h"', '"base/text_file.h"'):
            self.assert_breaks("src/domain/a.h", f"#pragma once\n#include {header}\n", 2, "pure")

    def test_words_that_only_look_impure(self) -> None:
        for code in ("// a steady_clock, a std::thread", 'auto t = "std::mutex";', "double operand(double a);",
                     "auto reconnect = x.connect(y);", "auto digits = 1'000'000; int strand(int);"):
            self.assert_clean("src/models/a.cpp", code + "\n", "pure")

    def test_an_edge_may_have_a_clock(self) -> None:
        self.assert_clean("src/storage/a.cpp", "auto t = std::chrono::steady_clock::now();\n", "pure")

    def test_a_test_of_a_pure_folder_may_read_a_file(self) -> None:
        self.assert_clean("src/models/a_test.cpp", "#include <fstream>\n", "pure")

    # --- plug-ins

    REGISTRY = """#include "storage/sqlite/store.h"
const StoreRegistry& stores() {
    static const StoreRegistry all{%s};
    return all;
}
"""

    def test_an_unsorted_list(self) -> None:
        self.assert_breaks("src/storage/stores.cpp", self.REGISTRY % '{"sqlite", a}, {"postgres", b}', 3, "sorted")
        self.assert_breaks("src/storage/stores.cpp", self.REGISTRY % '\n{"b", f("z")},\n{"c", b},\n{"a", b}', 6, "sorted")
        self.assert_breaks("src/storage/stores.cpp", self.REGISTRY % '{"sqlite", a}, {"sqlite", b}', 3, "sorted")

    def test_a_sorted_list(self) -> None:
        self.assert_clean("src/storage/stores.cpp", self.REGISTRY % '{"postgres", "z"}, {"sqlite", "a"}', "sorted")

    def test_a_list_that_returns_a_map(self) -> None:
        code = """const std::map<std::string_view, PolicyFactory>& policies() {
    static const std::map<std::string_view, PolicyFactory> all = {
        {"hpa", [](const World& w) { return make("zz", {"yy", "xx"}); }},
        {"clairvoyant", make},
    };
    return all;
}
"""
        self.assert_breaks("src/pipeline/policies.cpp", code, 4, "sorted")

    def test_a_marked_list(self) -> None:
        self.assert_breaks("src/models/members.cpp", '// sorted\nconstexpr std::array all{"b",\n"a"};\n', 3, "sorted")
        self.assert_clean("src/models/members.cpp", '// sorted by name\nconstexpr std::array all{"a",\n"b"};\n', "sorted")

    def test_a_plugin_that_no_list_names(self) -> None:
        store = {"src/storage/stores.cpp": self.REGISTRY % '{"sqlite", a}', "src/storage/sqlite/store.h": "#pragma once\n"}
        self.assertNotIn("src/storage/sqlite:1: listed", self.found(store))
        self.assertIn("src/storage/postgres:1: listed", self.found(store | {"src/storage/postgres/a.cpp": "\n"}))
        self.assertIn("src/models:1: listed", self.found({"src/models/ridge/ridge.cpp": "\n"}))

    def test_a_list_may_include_its_plugins_in_its_header(self) -> None:
        code = self.REGISTRY.replace("sqlite/store.h", "stores.h") % '{"sqlite", a}'
        self.assertEqual([b for b in self.found({"src/storage/stores.cpp": code, "src/storage/sqlite/store.h": "#pragma once\n",
                                                 "src/storage/stores.h": '#include "storage/sqlite/store.h"\n'})
                          if b.endswith("listed")], [])

    def test_a_rule_that_the_chain_does_not_ask(self) -> None:
        chain = {"src/decision/rules/rules.h": 'array<Rule, 1> all{{{"bounds", bounds}}};\n', "src/decision/rules/bounds.cpp": "\n"}
        self.assertNotIn("src/decision/rules/bounds.cpp:1: listed", self.found(chain))
        self.assertIn("src/decision/rules/budget.cpp:1: listed", self.found(chain | {"src/decision/rules/budget.cpp": "\n"}))

    # --- files

    def test_files_that_nothing_uses(self) -> None:
        self.assert_breaks("src/domain/a.h", "#pragma once\n", 1, "used")
        self.assert_breaks("src/a.cpp", "int a();\n", 1, "used")
        alone = {"src/domain/a.h": "#pragma once\n", "src/domain/a.cpp": '#include "domain/a.h"\n',
                 "src/domain/a_test.cpp": '#include "domain/a.h"\n'}
        self.assertIn("src/domain/a.h:1: used", self.found(alone))
        self.assertNotIn("src/domain/a.h:1: used", self.found(alone | {"src/app/m.cpp": '#include "domain/a.h"\n'}))

    def test_headers(self) -> None:
        self.assert_breaks("src/domain/a.h", "int a();\n", 1, "pragma_once")
        self.assert_breaks("src/domain/a.h", "#pragma once\nusing namespace std;\n", 2, "using")
        self.assert_clean("src/domain/a.cpp", "using namespace std::chrono_literals;\n", "using")
        self.assert_clean("src/domain/a.h", "// What it is.\n#pragma once\n", "pragma_once")

    # --- lines

    def test_the_terminal_belongs_to_app(self) -> None:
        for code in ("std::cout << 1;", "std::printf(a);", 'printf("a");', "fmt::print(a);", "fprintf(stderr, a);"):
            self.assert_breaks("src/storage/a.cpp", code + "\n", 1, "quiet")
            self.assert_clean("src/app/a.cpp", code + "\n", "quiet")
        self.assert_clean("src/storage/a.cpp", "std::snprintf(a);\n", "quiet")

    def test_sleep_in_a_test(self) -> None:
        for code in ("std::this_thread::sleep_for(1s);", "usleep(1);", "sleep(1);"):
            self.assert_breaks("src/storage/a_test.cpp", code + "\n", 1, "sleep")
        self.assert_clean("src/storage/a.cpp", "std::this_thread::sleep_for(1s);\n", "sleep")
        self.assert_clean("src/storage/a_test.cpp", "clock.sleep(1s);\n", "sleep")

    def test_work_without_a_number(self) -> None:
        self.assert_breaks("docs/a.md", "a\n" + "TO" + "DO: later\n", 2, "todo")
        self.assert_breaks("src/app/a.cpp", "// FIX" + "ME\n", 1, "todo")
        self.assert_clean("src/app/a.cpp", "// TO" + "DO(#12): later\n", "todo")

    def test_a_path_of_one_machine(self) -> None:
        for path in ("/home" + "/ann/data", '"/root' + '/a"', "(/work" + "/main)", "/Users" + "/ann"):
            self.assert_breaks("docs/a.md", path + "\n", 1, "portable")
        for path in ("~/home/a", "https://host/home/ann", "/var/lib/forescale", "$X/work/a", "../work/a"):
            self.assert_clean("docs/a.md", path + "\n", "portable")

    def test_layout(self) -> None:
        self.assert_breaks("src/app/a.cpp", "\tint a;\n", 1, "layout")
        self.assert_breaks("src/app/a.cpp", "int a; \n", 1, "layout")
        self.assert_breaks("src/app/a.cpp", "int a;", 1, "layout")
        self.assert_breaks("dev", "# " + "a" * 139 + "\n", 1, "layout")
        self.assert_clean("src/app/a.cpp", "// " + "a" * 137 + "\n", "layout")
        self.assert_clean("docs/a.md", "a" * 200 + "\n", "layout")

    # --- the tool itself

    def test_a_message_says_where_and_what_to_do(self) -> None:
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "src/app"))
            with open(os.path.join(root, "src/app/a.cpp"), "w", encoding="utf-8") as file:
                file.write("int a;  \n")
            with open(os.path.join(root, "CMakeLists.txt"), "w", encoding="utf-8") as file:
                file.write(CMAKE)
            self.assertEqual([str(b) for b in tidy.breaches(root)],
                             ["src/app/a.cpp:1: layout: remove the blanks at the end of the line"])

    def test_every_rule_has_a_sentence(self) -> None:
        for rule in tidy.RULES:
            self.assertTrue((rule.__doc__ or "").endswith("."), rule.__name__)

    def test_blanked_text_keeps_its_lines(self) -> None:
        text = 'a "x//y" /* b\nc */ R"(d\n"e)" \'"\' f // g\n#include "h.h"\n'
        blanked = tidy.without_comments_and_strings(text)
        self.assertEqual(blanked.count("\n"), text.count("\n"))
        self.assertEqual(blanked.split(), ["a", "f", "#include", '"h.h"'])


if __name__ == "__main__":
    unittest.main()
