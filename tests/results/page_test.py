"""The page of synthetic results: its numbers are aggregate.py's, it is one file, escapes all texts, and works."""

import html.parser
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import h5py
import pandas as pd
from synthetic_results import planned, troubled_trials, write_results

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests/support")]
from m2m_results import load, page_parts  # noqa: E402, found by the line above
from m2m_results.blocks import make_blocks  # noqa: E402
from said import assert_says  # noqa: E402
from waiting import eventually  # noqa: E402

RESULTS = ROOT / "results"
BROWSER = os.environ.get("M2M_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

# Presses each header twice and stores the order of the rows in an attribute, for the test to read.
PROBE = """<script>
const probe = [];
for (const button of document.querySelectorAll("table.sortable button")) {
  for (const press of [1, 2]) {
    button.click();
    const rows = [...document.querySelector("table.sortable").tBodies[0].rows];
    probe.push(button.closest("th").ariaSort + ":" + rows.map(row => row.cells[0].textContent).join("|"));
  }
}
probe.push("wide:" + (document.documentElement.scrollWidth > document.documentElement.clientWidth));
document.body.dataset.probe = probe.join(";");
</script>"""


class Tables(html.parser.HTMLParser):
    """The rows of every table of a page, and its tags with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.tags, self.text = [], [], None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.text = ""

    def handle_data(self, data):
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.rows[-1].append(self.text)
            self.text = None


def run(script, *arguments):
    """Runs a script of results/; returns the finished process."""
    return subprocess.run([sys.executable, RESULTS / script, *map(str, arguments)], capture_output=True, text=True)


class Page(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)
        self.results = self.folder / "results.h5"

    def make(self, *arguments):
        """The page as text."""
        done = run("page.py", self.folder, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return (self.folder / "report.html").read_text(encoding="utf-8")

    def test_gives_the_numbers_of_aggregate(self):
        trials = troubled_trials() + [planned("ERM", seed, data__set="cifar10") for seed in (1, 2)]
        write_results(self.results, trials)
        for select in ("last", "best"):
            page = Tables(self.make("--select", select))
            shown = run("aggregate.py", self.folder, "--select", select, "--format", "markdown").stdout
            table = [[cell.strip() for cell in line.strip("|").split("|")] for line in shown.splitlines()]
            for method, *cells in table[2:]:
                row = next(row for row in page.rows if row[0] == method)
                pairs = [" / ".join(text.split(" (")[0] for text in pair) for pair in zip(row[1::2], row[2::2])]
                counts = [text.partition(" (")[2] for text in row[1::2]]
                told = [f"{pair} ({count}" if count else "" for pair, count in zip(pairs, counts)]
                self.assertEqual([text.replace("- / -", "-").replace("±", "+-") for text in told], cells)

    def test_follows_a_sweep_until_it_ends(self):
        write_results(self.results, [planned("ERM", 1), planned("DRS", 2)])
        trial = {"kind": "trial", "reason": "", "loss": 0.5, "validation_bacc": 0.625, "seconds_left": 420}
        running = trial | {"id": "a", "label": "M2m <1>", "state": "running", "epoch": 3, "epochs": 8}
        done = trial | {"id": "b", "label": "ERM", "state": "done", "epoch": 8, "epochs": 8}
        states = [{"sweep": sweep, "stages": [], "trials": [running, done]} for sweep in ("process 7 on host a", "")]
        for place, state in enumerate(states):
            (self.folder / f"state{place}.json").write_text(json.dumps(state))
        # Answers with one state after the other, and keeps the page that was there before the second.
        sweep = self.program(
            "sweep",
            f"cd {self.folder}; n=0; [ ! -e asked ] || {{ n=1; cp report.html first.html; }}; touch asked; cat state$n.json",
        )
        real = shlex.quote(os.environ["M2M_REPORT"])
        merge = f'{{ echo "$2" >> {self.folder}/merged; exit 0; }}'
        report = self.program("report", f'[ "$1" != merge ] || {merge}; exec {real} "$@"')
        with unittest.mock.patch.dict(os.environ, {"M2M_SWEEP": sweep, "M2M_REPORT": report}):
            last = self.make("--follow", "--every", "0.1")
        first = (self.folder / "first.html").read_text(encoding="utf-8")
        self.assertIn(("meta", {"http-equiv": "refresh", "content": "1"}), Tables(first).tags)
        self.assertIn(["M2m <1>", "3 of 8", "0.500", "62.5", "7 min"], Tables(first).rows)
        assert_says(first, "1 of 2 trials", "process 7 on host a")
        self.assertNotIn("refresh", last)
        self.assertNotIn("7 min", last)
        self.assertEqual((self.folder / "merged").read_text().split(), [str(self.folder)] * 2)

    def test_follows_no_file(self):
        write_results(self.results, [planned("ERM", 1)])
        done = run("page.py", self.results, "--follow")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        assert_says(done.stderr, str(self.results), "--follow")

    def test_stopped_by_ctrl_c_leaves_a_page_that_is_not_loaded_again(self):
        write_results(self.results, [planned("ERM", 1)])
        state = {"sweep": "process 7 on host a", "stages": [], "trials": []}
        (self.folder / "state.json").write_text(json.dumps(state))
        sweep = self.program("sweep", f"cat {self.folder}/state.json; touch {self.folder}/asked")
        report = self.program(
            "report", f'[ "$1" != merge ] || exit 0; exec {shlex.quote(os.environ["M2M_REPORT"])} "$@"'
        )
        page = self.folder / "report.html"
        command = [sys.executable, RESULTS / "page.py", self.folder, "--follow", "--every", "60"]
        with unittest.mock.patch.dict(os.environ, {"M2M_SWEEP": sweep, "M2M_REPORT": report}):
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
                is_there = eventually(page.exists)
                first = page.read_text(encoding="utf-8") if is_there else ""
                process.send_signal(signal.SIGINT)
                output, errors = process.communicate(timeout=60)
        self.assertIn("refresh", first)
        self.assertEqual((process.returncode, errors), (0, ""))
        self.assertIn(str(page), output)
        self.assertNotIn("refresh", page.read_text(encoding="utf-8"))

    def program(self, name, commands):
        """The path of a shell script."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{commands}\n")
        path.chmod(0o755)
        return str(path)

    def test_names_the_classes_that_are_not_tested(self):
        trials = [planned(label, seed) for label in ("ERM", "DRS") for seed in (1, 2)]
        write_results(self.results, trials, untested=(3, 7))
        assert_says(self.make(), "classes 3, 7 of 10")
        write_results(self.results, trials)
        self.assertNotIn("classes 3, 7", self.make())

    def test_gives_the_versions_of_the_program_that_trained(self):
        write_results(self.results, [planned("ERM", 1) | {"program": "0.2.0"}, planned("ERM", 2), planned("DRS", 1)])
        self.assertIn("<dt>program</dt><dd>0.2.0, 0.1.0</dd>", self.make())

    def test_sorts_by_the_exact_means(self):
        write_results(self.results, troubled_trials())
        keys = re.findall(r'<td data-key="([^"]*)">', self.make())
        done = subprocess.run(
            [sys.executable, RESULTS / "aggregate.py", self.folder, "--format", "csv"], capture_output=True, text=True
        )
        (self.folder / "table.csv").write_text(done.stdout)
        means = pd.read_csv(self.folder / "table.csv")[["bacc_mean", "gm_mean"]].to_numpy().ravel()
        self.assertEqual(keys, ["" if mean != mean else f"{mean:.12g}" for mean in means])

    def test_is_one_file_with_text_for_every_figure(self):
        write_results(self.results, troubled_trials(), never=3)
        page = self.make()
        tags = Tables(page).tags
        links = [
            value
            for _, attributes in tags
            for name, value in attributes.items()
            if name in ("src", "href", "xlink:href")
        ]
        self.assertTrue(all(link.startswith(("#", "data:")) for link in links), links)
        pictures = [attributes for tag, attributes in tags if tag == "svg"]
        self.assertEqual(len(pictures), page.count("<figcaption>"))
        self.assertEqual(len(pictures), 10)
        self.assertTrue(all(each["role"] == "img" and each["aria-label"] for each in pictures))
        names = [attributes["id"] for _, attributes in tags if "id" in attributes]
        self.assertEqual(len(names), len(set(names)))
        self.assertIn(("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}), tags)
        self.assertIn("<code>m2m-sweep &#x27;jobs/made up.toml&#x27;</code>", page)

    def test_names_each_part_in_links_and_headings_alike(self):
        write_results(self.results, troubled_trials())
        page = self.make()
        parts = re.findall(r'<section id="([^"]*)">\s*<h2>([^<]*)</h2>', page)
        self.assertEqual(re.findall(r'<a href="#([^"]*)">([^<]*)</a>', page), parts)
        self.assertEqual(
            [name for name, title in parts if title], ["results", "figures", "failures", "trials", "reproduce"]
        )

    def test_escapes_what_comes_from_files(self):
        evil = "<script>alert('x')</script>\"&'"
        trials = [planned(evil, 1, method="ERM"), planned("DRS", 1, "failed", evil), planned("M2m", 1)]
        write_results(self.results, trials, name=evil)
        page = self.make()
        self.assertEqual(page.count("<script"), 1)
        self.assertNotIn("alert('x')</script>", page)

    def test_stays_small_with_a_hundred_trials(self):
        trials = [
            planned(f"M2m, lambda={number}", seed, m2m__lambda=number / 10, train__epochs=200)
            for number in range(10)
            for seed in range(1, 11)
        ]
        write_results(self.results, trials, classes=50, features=20, translations=32, shape=(3, 32, 32))
        page = self.make()
        self.assertLess(len(page.encode()), 5_000_000)
        images = [attributes for tag, attributes in Tables(page).tags if tag == "img"]
        self.assertGreater(len(images), 0)
        self.assertTrue(all(each["alt"] and each["src"].startswith("data:image/png;base64,") for each in images))

    def test_shows_features_and_translations(self):
        write_results(
            self.results,
            [planned(label, seed) for label in ("ERM", "M2m") for seed in (1, 2)],
            features=6,
            translations=20,
        )
        page = self.make()
        for caption in (
            "Features of training images",
            "Translations step by step",
            "Success of translations by class",
            "Translated images, M2m",
        ):
            self.assertEqual(page.count(f"<figcaption>{caption}</figcaption>"), 1)

    def test_names_the_figures_that_do_not_fit(self):
        write_results(self.results, [planned("ERM", 1), planned("M2m", 1)], translations=9, shape=(3, 32, 32))
        with load(self.results) as study, unittest.mock.patch.object(page_parts, "MAX_TOGETHER", 300_000):
            shown = page_parts.figures(make_blocks(study))
        left_out = re.findall("<li>(.*)</li>", shown)
        assert_says(left_out, "strips_2_M2m", "results/figures.py")
        self.assertIn("<figcaption>Overview of the methods</figcaption>", shown)
        self.assertLess(len(shown), 301_000)

    def test_shows_a_study_without_any_result(self):
        write_results(self.results, [planned("ERM", 1, "missing")])
        assert_says(self.make(), "- (0*)", "<dt>program</dt><dd>0.1.0</dd>")

    def test_refuses_bad_files(self):
        self.assertEqual(run("page.py", self.folder).returncode, 74)
        self.results.write_text("no HDF5")
        self.assertEqual(run("page.py", self.folder).returncode, 65)
        write_results(self.results, [planned("ERM", 1)])
        self.assertEqual(run("page.py", self.folder, "--out", self.results / "page.html").returncode, 74)
        self.assertEqual(run("page.py").returncode, 2)
        with h5py.File(self.results, "r+") as file:
            del file["study"]
        self.assertEqual(run("page.py", self.folder).returncode, 65)

    @unittest.skipUnless(BROWSER, "no chromium on this machine, so the page is not tried in a browser")
    def test_works_in_a_browser(self):
        write_results(self.results, troubled_trials(), never=3)
        page = self.make().replace("</body>", PROBE + "</body>")
        (self.folder / "probed.html").write_text(page, encoding="utf-8")
        command = [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--v=0",
            f"--user-data-dir={self.folder / 'browser'}",
            "--window-size=500,800",
            "--dump-dom",
            (self.folder / "probed.html").as_uri(),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        self.assertNotIn("CONSOLE", done.stderr)
        probe = re.search(r'data-probe="([^"]*)"', done.stdout)[1].split(";")
        planned_order = list(dict.fromkeys(trial["label"] for trial in troubled_trials()))
        self.assertEqual(probe[0], "ascending:" + "|".join(planned_order))
        self.assertEqual(probe[1], "descending:" + "|".join(reversed(planned_order)))
        self.assertTrue(probe[2].startswith("descending:") and probe[3].startswith("ascending:"), probe)
        self.assertTrue(all(text.endswith("|LDAM") for text in probe[2:6]), probe)
        self.assertNotEqual(probe[2], probe[3])
        self.assertEqual(probe[6], "wide:false")


if __name__ == "__main__":
    unittest.main()
