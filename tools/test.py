#!/usr/bin/env python3
"""test.py [STAGE...] [-- arguments]: runs the stages in order and counts what passed and failed.

Without a stage all of them run; a stage that fails does not keep the next from running. What
follows `--` goes to the runner of the stages named. The last line is `N passed, N failed` (behind it, for the
forms corpus alone, `N cases`), and the exit code is 1 when anything failed. A stage whose inputs are missing fails.
"""
import concurrent.futures
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

from counts import Count, count_ctest_log, count_line, count_node, count_vitest

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIM_SECONDS = 20
FUZZ_SECONDS = 5
CRASH_SECONDS = 20
TEST_TIMEOUT_SECONDS = 600  # one test program


class Failure(Exception):
    """A stage cannot go on: something is missing, or a build failed."""


def run(command: list[str], folder: pathlib.Path = ROOT) -> tuple[int, str]:
    """Runs a command, shows its output as it comes, and returns its exit code and output."""
    print("$", " ".join(command), flush=True)
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, errors="replace")
    lines = []
    for line in process.stdout:
        lines.append(line)
        print(line, end="", flush=True)
    return process.wait(), "".join(lines)


def run_beside(commands: list[list[str]]) -> list[tuple[int, str]]:
    """Runs commands that wait for nothing, as many at a time as there are processors; shows each when it is over."""
    def one(command: list[str]) -> tuple[int, str]:
        ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace", check=False)
        print(f"$ {' '.join(command)}\n{ended.stdout}", end="", flush=True)
        return ended.returncode, ended.stdout

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(one, commands))


def must(command: list[str], what: str) -> str:
    code, output = run(command)
    if code != 0:
        raise Failure(f"{what} failed")
    return output


def need(path: str) -> None:
    if not list(ROOT.glob(path)):
        raise Failure(f"missing: {path}")


def counted(code: int, count: Count | None) -> Count:
    """What a runner reported, made to agree with its exit code."""
    count = count or Count(1, 0) if code == 0 else count or Count(0, 1)
    return Count(count.passed, max(count.failed, 1)) if code != 0 else count


def ctest(preset: str, extra: list[str]) -> Count:
    log = ROOT / f"build/{preset}/Testing/Temporary/LastTest.log"
    log.unlink(missing_ok=True)
    code, _ = run(["ctest", "--preset", preset, "-j", str(os.cpu_count()),
                   "--timeout", str(TEST_TIMEOUT_SECONDS), *extra])
    return counted(code, count_ctest_log(log.read_text(errors="replace")) if log.exists() else None)


def bash(script: str) -> list[str]:
    return ["bash", "-c", f"set -euo pipefail; . tools/lib.sh; {script}"]


def lint(extra: list[str]) -> Count:
    code, output = run(["tools/lint.sh", *extra])
    return counted(code, count_line(output))


def unit(extra: list[str]) -> Count:
    must(["tools/build.sh", "native"], "the native build")
    return ctest("dev", extra)


def wasm(extra: list[str]) -> Count:
    """The module against a real server and the native engine; the wire contract as another language reads it."""
    must(["tools/build.sh", "native", "wasm"], "the build")
    need("tests/wasm/*.test.mjs")
    need("tests/vectors/*.test.mjs")
    files = sorted(str(path.relative_to(ROOT)) for folder in ("wasm", "vectors")
                   for path in ROOT.glob(f"tests/{folder}/*.test.mjs"))
    code, output = run(["node", "--test", "--test-reporter=spec", *extra, *files])
    return counted(code, count_node(output))


def forms_corpus(extra: list[str]) -> Count:
    """The cases of tests/scenarios/forms: as they say, natively and in WebAssembly, with the same bytes."""
    must(bash("build_target dev holdfast_forms_corpus; build_target wasm holdfast_forms_corpus"),
         "the build of the forms corpus")
    need("tests/scenarios/forms/*.json")
    code, output = run(["node", "tests/forms/run.mjs", *extra])
    return counted(code, count_line(output))


def sim(extra: list[str]) -> Count:
    """Every break is noticed; every seed that ever failed (sim/seeds/*.toml: `seed = N`); fresh ones."""
    need("sim/*.cpp")
    must(bash("build_target dev holdfast_sim"), "the build of the simulator")
    program = "build/dev/sim/holdfast_sim"
    if extra:
        code, output = run([program, *extra])
        return counted(code, count_line(output))
    total = breaks(program)
    for code, output in run_beside([[program, "--seed", seed] for seed in kept_seeds()]):
        total += counted(code, count_line(output))
    code, output = run([program, "--seconds", str(SIM_SECONDS)])
    return total + counted(code, count_line(output))


def kept_seeds() -> list[str]:
    seeds = []
    for kept in sorted(ROOT.glob("sim/seeds/*.toml")):
        seed = re.search(r"^seed\s*=\s*(\d+)", kept.read_text(), re.MULTILINE)
        if not seed:
            raise Failure(f"{kept.relative_to(ROOT)} names no seed")
        seeds.append(seed.group(1))
    return seeds


def breaks(program: str) -> Count:
    """Each promise broken on purpose has to be noticed: a simulator that cannot fail proves nothing."""
    names = must([program, "--list-breaks"], "the list of breaks").split()
    ended = run_beside([[program, "--break", name] for name in names])
    noticed = sum(code == 1 for code, _ in ended)
    return Count(noticed, len(ended) - noticed)


def asan(extra: list[str]) -> Count:
    must(bash("build_target asan holdfast_tests"), "the build with address and undefined-behaviour sanitizers")
    return ctest("asan", extra)


def tsan(extra: list[str]) -> Count:
    """The tests labelled `threads` (cmake/Folder.cmake); nothing else is built for them."""
    must(bash("configure tsan; build_target tsan build.ninja"), "the configuration with the thread sanitizer")
    threaded = threaded_targets()
    if not threaded:
        raise Failure("no test is labelled `threads`")
    must(bash(f"build_target tsan {' '.join(threaded)}"), "the build with the thread sanitizer")
    return ctest("tsan", ["-L", "threads", *extra])


def threaded_targets() -> list[str]:
    """Programs of tests labelled `threads`, as CTest's own files of the tsan build name them."""
    targets = set()
    for listing in (ROOT / "build/tsan").rglob("CTestTestfile.cmake"):
        text = listing.read_text()
        programs = dict(re.findall(r'add_test\(\[=*\[(.*?)\]=*\] "(?:.*?/)?([^/"]+)"', text))
        for name, properties in re.findall(r"set_tests_properties\(\[=*\[(.*?)\]=*\] PROPERTIES (.*)", text):
            labels = re.search(r'LABELS "([^"]*)"', properties)
            if labels and "threads" in labels.group(1).split(";"):
                targets.add(programs[name])
    return sorted(targets)


def fuzz(extra: list[str]) -> Count:
    need("fuzz/fuzz_*.cpp")
    code, output = run(["tools/fuzz.sh", *(extra or ["--seconds", str(FUZZ_SECONDS)])])
    return counted(code, count_line(output))


def crash(extra: list[str]) -> Count:
    """The server and devices as processes, killed again and again (tests/crash)."""
    must(bash("build_target dev holdfast"), "the build of the program")
    code, output = run(["node", "--no-warnings", "--test", "--test-reporter=spec",
                        *map(str, sorted(ROOT.glob("tests/crash/*.test.mjs")))])
    total = counted(code, count_node(output))
    code, output = run(["node", "--no-warnings", "tests/crash/kill.mjs",
                        *(extra or ["--seconds", str(CRASH_SECONDS)])])
    total += counted(code, count_line(output))
    code, output = run(["node", "--no-warnings", "tests/crash/routines.mjs",
                        *(extra or ["--seconds", str(CRASH_SECONDS)])])
    total += counted(code, count_line(output))
    code, output = run(["node", "--no-warnings", "tests/crash/import.mjs"])
    return total + counted(code, count_line(output))


def compat(extra: list[str]) -> Count:
    """A client in another language, without the project's code, against the real server (tests/compat)."""
    must(bash("build_target dev holdfast"), "the build of the program")
    need("tests/compat/*.test.ts")
    code, output = run(["node", "--no-warnings", "--test", "--test-reporter=spec", *extra,
                        *map(str, sorted(ROOT.glob("tests/compat/*.test.ts")))])
    return counted(code, count_node(output))


def files(extra: list[str]) -> Count:
    """Uploads with somebody else's client of tus, through a network that is cut, to the real server (tests/files)."""
    must(bash("build_target dev holdfast"), "the build of the program")
    need("tests/files/*.test.mjs")
    code, output = run(["node", "--no-warnings", "--test", "--test-reporter=spec", *extra,
                        *map(str, sorted(ROOT.glob("tests/files/*.test.mjs")))])
    return counted(code, count_node(output))


def app(extra: list[str]) -> Count:
    need("app/package.json")
    code, output = run(["node", "--run", "test", "--", *extra], ROOT / "app")
    return counted(code, count_vitest(output))


def e2e(extra: list[str]) -> Count:
    must(["tools/build.sh"], "the build")
    need("tests/e2e/run.mjs")
    code, output = run(["node", "tests/e2e/run.mjs", *extra])
    return counted(code, count_line(output))


STAGES = {
    "lint": (lint, "form, arrows, catalogues, requirements"),
    "unit": (unit, "native build and unit tests"),
    "wasm": (wasm, "browser build, run under Node"),
    "forms-corpus": (forms_corpus, "cases of forms, natively, in WebAssembly and in Chromium"),
    "sim": (sim, "simulator: kept seeds, then fresh ones"),
    "compat": (compat, "a client written from the specification alone"),
    "files": (files, "uploads with somebody else's client, cut again and again"),
    "crash": (crash, "server and devices killed again and again"),
    "app": (app, "unit tests of the app"),
    "e2e": (e2e, "the product in a browser"),
    "asan": (asan, "unit tests with address and undefined-behaviour sanitizers"),
    "tsan": (tsan, "tests with threads under the thread sanitizer"),
    "fuzz": (fuzz, "every fuzzer for a few seconds, with the build of asan"),
}


class BuildAhead:
    """Builds for the sanitizers with what the stages before them leave of the processors: those wait for browsers, for
    disks and for processes that are killed. Whatever it has done when its turn comes is done; the stage does the rest."""

    BEGIN, END = "sim", "asan"  # the first stage that mostly runs what is built, and the one that needs the build

    def __init__(self) -> None:
        self.process = None

    def begin(self) -> None:
        log = ROOT / "build/ahead.log"
        with log.open("w") as output:
            # A group of its own, to be ended whole; not a session of its own, or `nice` would mean nothing to the kernel.
            self.process = subprocess.Popen(
                ["nice", "-n", "19", *bash("jobs=1; build_target asan holdfast_tests")], cwd=ROOT, stdout=output,
                stderr=subprocess.STDOUT, process_group=0)

    def end(self) -> None:
        """Two builds of one folder at a time would be in each other's way."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            self.process.wait()


def run_all() -> dict[str, Count]:
    ahead = BuildAhead()
    results = {}
    try:
        for name in STAGES:
            if name == BuildAhead.BEGIN:
                ahead.begin()
            elif name == BuildAhead.END:
                ahead.end()
            results[name] = run_stage(name, [])
    finally:
        ahead.end()
    return results


def run_stage(name: str, extra: list[str]) -> Count:
    function, title = STAGES[name]
    print(f"\n==== {name}: {title}", flush=True)
    started = time.monotonic()
    try:
        count = function(extra)
    except Failure as failure:
        print(failure)
        count = Count(0, 1)
    verdict = "FAILED" if count.failed else "passed"
    print(f"---- {name} {verdict}: {count}, {time.monotonic() - started:.0f} s", flush=True)
    return count


def main(arguments: list[str]) -> int:
    extra = []
    if "--" in arguments:
        cut = arguments.index("--")
        arguments, extra = arguments[:cut], arguments[cut + 1:]
    for name in arguments:
        if name not in STAGES:
            print(f"test has no stage '{name}': {' '.join(STAGES)}")
            return 2
    if extra and not arguments:
        print("arguments behind -- need a stage before it")
        return 2
    os.chdir(ROOT)
    started = time.monotonic()
    results = {name: run_stage(name, extra) for name in arguments} if arguments else run_all()
    total = sum(results.values(), Count(0, 0))
    print(f"\n==== all stages, {time.monotonic() - started:.0f} s")
    for name, count in results.items():
        print(f"{'FAILED' if count.failed else 'passed'}  {name}: {count}")
    print(total)
    if list(results) == ["forms-corpus"]:
        print(f"{total.passed} cases")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
