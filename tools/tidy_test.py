"""Tests of tidy's rules."""
import pathlib
import tempfile
import unittest

import tidy_cpp
import tidy_docs
import tree
from tree import File, Finding

ARROWS = tidy_cpp.Arrows("""
[allow]
"core/base" = []
"core/model" = ["core/base"]
"server" = ["core"]
"server/net" = ["core", "server/services"]
[tests]
allow = ["server/storage"]
[forbid]
"core" = ["thread", "boost/"]
""")


def rules(findings) -> list[str]:
    return [finding.rule for finding in findings]


def arrow_rules(path: str, *lines: str) -> list[str]:
    return rules(tidy_cpp.check_arrows(File(path, "\n".join(lines) + "\n"), ARROWS))


class BreaksTest(unittest.TestCase):
    BUILD = File("sim/CMakeLists.txt", "set(breakable ${PROJECT_SOURCE_DIR}/core/sync/pull.cpp)\nHOLDFAST_BREAKS\n")

    def found(self, *files: File) -> list[str]:
        return rules(tidy_cpp.check_breaks([self.BUILD, *files]))

    def test_the_switch_is_set_for_the_simulator_alone(self):
        self.assertEqual(self.found(File("cmake/Toolchain.cmake", "add_compile_definitions(HOLDFAST_BREAKS)\n")), ["breaks"])
        self.assertEqual(self.found(File("core/base/broken.hpp", "#ifdef HOLDFAST_BREAKS\n")), [])

    def test_a_file_that_can_be_broken_is_built_for_it(self):
        self.assertEqual(self.found(File("core/sync/pull.cpp", "if (HF_BROKEN(sums)) {}\n")), [])
        self.assertEqual(self.found(File("core/sync/push.cpp", "if (HF_BROKEN(sums)) {}\n")), ["breaks"])

    def test_there_are_few_of_them(self):
        many = "HF_BROKEN(a);\n" * (tidy_cpp.BROKEN_OUTSIDE_MAX + 1)
        self.assertEqual(self.found(File("core/sync/pull.cpp", many)), ["breaks"])
        self.assertEqual(self.found(File("sim/tap.cpp", many)), [])


class ArrowsTest(unittest.TestCase):
    def test_a_folder_includes_itself_and_what_the_table_allows(self):
        self.assertEqual(arrow_rules("core/model/row.cpp", '#include "core/model/row.hpp"', '#include "core/base/id.hpp"',
                                     "#include <string>"), [])

    def test_an_arrow_back_is_found(self):
        self.assertEqual(arrow_rules("core/base/id.hpp", '#include "core/model/row.hpp"'), ["arrow"])

    def test_the_longest_row_counts(self):
        self.assertEqual(arrow_rules("server/net/http.cpp", '#include "server/storage/common/storage.hpp"'), ["arrow"])

    def test_tests_may_include_more(self):
        self.assertEqual(arrow_rules("server/net/http_test.cpp", '#include "server/storage/sqlite/storage.hpp"'), [])

    def test_helpers_of_tests_are_for_tests(self):
        for path, expected in (("core/model/a.cpp", ["arrow"]), ("core/model/a_test.cpp", []), ("core/model/testing/a.hpp", [])):
            self.assertEqual(arrow_rules(path, '#include "core/base/testing/world.hpp"'), expected, path)

    def test_an_include_starts_at_the_root(self):
        self.assertEqual(arrow_rules("core/base/id.cpp", '#include "id.hpp"'), ["arrow"])

    def test_a_folder_without_a_row_is_found(self):
        self.assertEqual(arrow_rules("elsewhere/a.cpp"), ["arrow"])

    def test_forbidden_headers_are_found_outside_tests_and_comments(self):
        self.assertEqual(arrow_rules("core/base/id.cpp", "#include <thread>", "#include <boost/asio.hpp>"), ["header"] * 2)
        self.assertEqual(arrow_rules("core/base/id.cpp", "// #include <thread>", "#include <threads_of_wool>"), [])
        self.assertEqual(arrow_rules("core/base/id_test.cpp", "#include <thread>"), [])

    def test_the_project_s_own_table_reads(self):
        table = tidy_cpp.Arrows(pathlib.Path(__file__).with_name("arrows.toml").read_text())
        for row, allowed in table.allow.items():
            for folder in allowed:
                self.assertIn(folder.split("/")[0], table.roots, row)


class SizesTest(unittest.TestCase):
    def sizes(self, text: str, path: str = "core/base/a.cpp") -> list[str]:
        return rules(tidy_cpp.check_sizes(File(path, text)))

    def test_lines_and_files(self):
        self.assertEqual(self.sizes("x" * 100 + "\n"), [])
        self.assertEqual(self.sizes("x" * 101 + "\n"), ["long-line"])
        self.assertEqual(self.sizes("é" * 100 + "\n"), [])
        self.assertEqual(self.sizes("\n" * 601), ["long-file"])
        self.assertEqual(self.sizes("\n" * 601, "app/src/a.ts"), ["long-file"])

    def test_long_functions_are_found_wherever_they_stand(self):
        body = "    step();\n" * 80
        for head in ("void f(int a) {", "Foo::Foo(int a) : a_{a}, b_(2) {", "namespace n {\nclass A : B<int(*)()> {\nint f() const {",
                     "TEST(Suite, name) {", "template <class T>\nrequires(true) auto f(T t) -> std::vector<T> {"):
            closing = "}\n" * (head.count("{") - head.count("{a}"))
            self.assertEqual(self.sizes(head + "\n" + body + closing), ["long-function"], head)

    def test_short_functions_in_long_scopes_are_not(self):
        functions = "\n".join(f"int f{n}() {{\n    if (a) {{\n    }}\n}}" for n in range(40))
        self.assertEqual(self.sizes("namespace n {\nstruct S {\n" + functions + "\n};\n}\n"), [])
        self.assertEqual(self.sizes("constexpr int table[] = {\n" + "    1,\n" * 90 + "};\n"), [])
        self.assertEqual(self.sizes("enum class E : int {\n" + "    a,\n" * 90 + "};\n"), [])

    def test_braces_in_strings_and_macros_do_not_count(self):
        text = '#define OPEN \\\n    {\nvoid f() {\n    g("{{{", \'{\', R"({{)", 1\'000);  // {\n}\n' + "int a;\n" * 90
        self.assertEqual([name for name, _, _ in tidy_cpp.functions(File("core/base/a.cpp", text))], ["f"])


class WordsTest(unittest.TestCase):
    def words(self, path: str, text: str) -> list[str]:
        return rules(tidy_cpp.check_words(File(path, text)))

    def test_words_that_are_not_used(self):
        self.assertEqual(self.words("server/net/a.cpp", "std::cout << 1;"), ["print"])
        self.assertEqual(self.words("cli/a.cpp", "std::cout << 1;"), [])
        self.assertEqual(self.words("core/base/a.cpp", "auto x = std::chrono::steady_clock::now();"), ["clock"])
        self.assertEqual(self.words("core/base/a.cpp", "int x = rand();  int operand(int);"), ["random"])
        self.assertEqual(self.words("core/base/a.hpp", "using namespace std;"), ["using-namespace"])
        self.assertEqual(self.words("core/base/a.cpp", "using namespace std;"), [])
        self.assertEqual(self.words("core/base/a_test.cpp", "TEST(A, DISABLED_b) {}"), ["skipped-test"])
        self.assertEqual(self.words("tests/e2e/a.mjs", "await page.waitForTimeout(5);"), ["sleep"])

    def test_comments_and_strings_are_not_code(self):
        self.assertEqual(self.words("core/base/a.cpp", '// sleep_for\nauto s = "std::cout";'), [])

    def test_a_waiver_needs_its_rule_and_a_reason(self):
        finding = Finding("core/base/a.cpp", 2, "clock", "")
        for line, expected in (("// tidy: clock: the shell's own clock", True), ("// tidy: clock:", False),
                               ("// tidy: sleep: because", False)):
            self.assertEqual(tree.waived(File("core/base/a.cpp", f"{line}\nnow();\n"), finding), expected)

    def test_a_header_says_pragma_once(self):
        self.assertEqual(rules(tidy_cpp.check_pragma_once(File("core/base/a.hpp", "int a;\n"))), ["pragma-once"])


class DocumentsTest(unittest.TestCase):
    def text_rules(self, line: str) -> list[str]:
        return rules(tidy_docs.check_text(File("a.md", line + "\n")))

    def test_text(self):
        self.assertEqual(self.text_rules("a line "), ["trailing-space"])
        self.assertEqual(self.text_rules("TO" + "DO: later"), ["left-over"])
        self.assertEqual(self.text_rules("TO" + "DO(#12): later"), [])
        self.assertEqual(self.text_rules("see /ro" + "ot/x"), ["machine-path"])
        self.assertEqual(self.text_rules("see docs/work/x"), [])
        self.assertEqual(rules(tidy_docs.check_text(File("a.md", "no end"))), ["last-line"])

    def test_markdown_has_one_title_and_live_links(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "b.md").write_text("")
            good = File("a.md", "# One\n\n```sh\n# comment\n```\n[b](b.md#x) [c](https://example.org)\n")
            bad = File("a.md", "# One\n# Two\n[c](c.md)\n")
            self.assertEqual(rules(tidy_docs.check_markdown(good, root)), [])
            self.assertEqual(rules(tidy_docs.check_markdown(bad, root)), ["title", "dead-link"])

    def test_a_document_that_a_source_names_is_there(self):
        with tempfile.TemporaryDirectory() as folder:
            source = File("core/base/a.cpp", "// docs/gone.md; https://example.org/docs/other.md\n")
            self.assertEqual(rules(tidy_docs.check_mentions(source, pathlib.Path(folder))), ["dead-link"])

    def test_the_map_names_what_is_there_and_all_of_it(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "core/base").mkdir(parents=True)
            paths = ["core/base/a.cpp", "sim/a.cpp"]
            text = "# Map\n`core/` `core/{base,gone}` `app/x` `build/dev/y` `std::a/b`\n"
            found = [finding.message for finding in tidy_docs.check_architecture(File("ARCHITECTURE.md", text), root, paths)]
            self.assertEqual(found, ["core/gone is not there", "the folder sim/ is not on the map"])

    def test_the_guide_is_there_in_both_languages(self):
        def found(**pages: str) -> list[str]:
            named = {f"docs/guide/{name.replace('_', '/')}.md": text for name, text in pages.items()}
            return [str(finding).split("guide: ")[1] for finding in tidy_docs.check_guides(named)]
        page = "# A\n## B\n```sh\nholdfast org apply f --dry-run\n## no title\n```\n"
        self.assertEqual(found(a=page, es_a=page.replace("B", "Be")), [])
        self.assertEqual(found(a=page), ["this page is there in one language only"])
        self.assertEqual(found(es_a=page), ["this page is there in one language only"])
        self.assertEqual(found(a=page, es_a=page.replace("--dry-run", "--dry")),
                         ["--dry stands in one language only", "--dry-run stands in one language only"])
        self.assertEqual(found(a=page, es_a=page.replace("org apply", "org export")),
                         ["holdfast org apply stands in one language only", "holdfast org export stands in one language only"])
        self.assertEqual(found(a=page, es_a=page + "### C\n"), ["2 sections, and 1 in English"])

    def test_catalogues_owe_a_sentence_in_every_language(self):
        owed = tidy_docs.sentences_owed('[[error]]\ncode = "a.too_many"\n', '= "reason.gone";')
        self.assertEqual(owed, ["error.a.too_many", "reason.gone"])
        english = '{"error": {"a": {"too_many": "No"}}, "reason.gone": "Gone", "n_one": "1", "n_other": "n"}'
        spanish = '{"error.a.too_many": "No", "reason.gone": "", "n_one": "1", "n_many": "m", "n_other": "n", "extra": "x"}'
        self.assertEqual([str(finding) for finding in tidy_docs.check_catalogues(owed, {"en": english, "es": spanish})],
                         ["es:1: catalogue: reason.gone is empty", "en:1: catalogue: extra is in another language only"])
        self.assertEqual(len(list(tidy_docs.check_catalogues(owed, {"en": "{}"}))), 2)


if __name__ == "__main__":
    unittest.main()
