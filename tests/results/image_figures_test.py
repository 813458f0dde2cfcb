"""Figures of features and translations show the contents of the records, also if these are few or unusual."""

import unittest
import warnings

import h5py
import numpy as np
from figures_test import Folder, read_texts
from m2m_results import load
from m2m_results.blocks import make_blocks
from m2m_results.figures import features, laboratory, strips, style
from said import assert_says
from synthetic_results import planned, troubled_trials, write_results

KEPT = {"features": 6, "translations": 20}


def methods(seeds=(1, 2)):
    """Three methods, of which one translates."""
    return [planned(label, seed) for label in ("ERM", "DRS", "M2m") for seed in seeds]


class Images(Folder):
    def draw_these(self):
        """Draws these figures alone, as SVG; returns the lines of figures.py about them."""
        lines, folder = {}, self.folder / "figures"
        folder.mkdir(exist_ok=True)
        style.apply()
        with warnings.catch_warnings(), load(self.results) as study:
            warnings.simplefilter("error")
            (block,) = make_blocks(study)
            for drawn in [drawn for module in (laboratory, features, strips) for drawn in module.draw(block)]:
                lines[drawn.name] = getattr(drawn, "reason", "drawn")
                if isinstance(drawn, style.Picture):
                    (folder / f"{drawn.name}.svg").write_bytes(style.encode(drawn.figure, "svg", 72))
        return lines

    def texts(self, name):
        """Every text of a drawn figure."""
        return read_texts(self.folder / "figures" / f"{name}.svg")

    def change(self, name, values):
        """Replaces a dataset of every trial that has it."""
        with h5py.File(self.results, "r+") as file:
            for trial in file["trial"].values():
                if name in trial:
                    kind = trial[name].dtype
                    del trial[name]
                    trial[name] = np.asarray(values, dtype=kind)

    def test_draws_them_in_spite_of_trials_that_are_not_done(self):
        write_results(self.results, troubled_trials(), never=3, **KEPT)
        lines = self.draw("--dpi", "40")
        wanted = [
            "laboratory",
            "laboratory_classes",
            "features",
            "strips_3_M2m",
            "strips_4_M2m_pool=1",
            "strips_5_M2m_pool=10",
            "strips_6_M2m_lambda=0",
        ]
        for name in wanted:
            self.assertEqual(lines[name], f"wrote {name}.svg, {name}.png")

    def test_draws_one_seed_of_grey_images(self):
        write_results(self.results, methods(seeds=[4]), features=6, translations=2, shape=(1, 8, 8))
        self.draw_these()
        assert_says(self.texts("strips_3_M2m"), "digits rho=100", "seed 4", "epoch 5", "2 of 2")
        self.assertIn("M2m (1 seed, 2 translations)", self.texts("laboratory"))
        self.assertNotIn("hollow dots", " ".join(self.texts("laboratory")))

    def test_counts_what_passed_the_gamma_test(self):
        write_results(self.results, methods(), **KEPT)
        with h5py.File(self.results) as file:
            passed = sum(
                int(trial["translations/kept"][:].sum()) for trial in file["trial"].values() if "translations" in trial
            )
        self.draw_these()
        self.assertIn(f"{passed} of 40", self.texts("laboratory_classes"))
        self.assertIn("M2m (2 seeds, 40 translations)", self.texts("laboratory"))

    def test_tells_the_threshold_of_either_gamma_test(self):
        trials = [planned("M2m", 1), planned("M2m, entropy", 1, m2m__gamma_test="cross-entropy")]
        write_results(self.results, trials, **KEPT)
        self.draw_these()
        assert_says(self.texts("strips_1_M2m"), "gamma test", "(0.9)")
        assert_says(self.texts("strips_2_M2m_entropy"), "gamma test", "(0.407)")

    def test_shows_at_most_eight_translations_of_all_targets_and_kept_ones_first(self):
        write_results(self.results, [planned("M2m", 1)], classes=4, translations=200)
        self.draw_these()
        texts = self.texts("strips_1_M2m")
        self.assertEqual({text.split("→ ")[1] for text in texts if "→" in text and len(text) < 8}, {"2", "3", "4"})
        self.assertEqual(len([text for text in texts if text in ("kept", "not kept")]), 8)
        self.assertNotIn("not kept", texts)

    def test_draws_the_most_and_the_least_frequent_of_a_hundred_classes(self):
        write_results(self.results, methods(), classes=100, never=7, features=5, translations=200)
        self.draw_these()
        classes = [text.split()[1] for text in self.texts("features") if text.startswith("class ")]
        self.assertEqual(sorted(map(int, classes)), [1, 2, 3, 4, 5, 96, 97, 98, 99, 100])
        sizes = [path.stat().st_size for path in (self.folder / "figures").iterdir()]
        self.assertLess(max(sizes), 500_000)

    def test_skips_strips_of_feature_vectors_and_of_odd_channels(self):
        for shape, reason in (((30, 1, 1), "feature vectors"), ((2, 4, 4), "2 channels")):
            write_results(self.results, methods(), translations=3, shape=shape)
            lines = self.draw_these()
            self.assertIn(reason, lines["strips"])
            self.assertEqual(lines["laboratory"], "drawn")

    def test_says_of_features_why_they_have_no_place(self):
        write_results(self.results, methods(seeds=[1]), features=1)
        for values, reason in (
            (np.full((10, 3), np.inf), "not finite"),
            (np.ones((10, 3)), "have the same"),
            (np.arange(10.0)[:, None], "too few"),
        ):
            self.change("features/values", values)
            self.draw_these()
            self.assertIn(reason, " ".join(self.texts("features")))

    def test_names_the_seeds_where_methods_have_different_ones(self):
        trials = methods()
        trials[2] |= {"status": "diverged", "reason": "x"}
        write_results(self.results, trials, **KEPT)
        self.draw_these()
        self.assertIn("seed 2", self.texts("features"))
        self.assertIn("seeds 1, 2", " ".join(self.texts("features")))

    def test_takes_a_record_without_a_single_translation_as_none(self):
        write_results(self.results, methods(), translations=1)
        with h5py.File(self.results, "r+") as file:
            for trial in file["trial"].values():
                for name in trial.get("translations", {}):
                    values = trial[f"translations/{name}"][:0]
                    del trial[f"translations/{name}"]
                    trial[f"translations/{name}"] = values
        self.assertTrue(self.draw_these()["laboratory"].startswith("no trial kept"))

    def test_writes_the_same_bytes_again(self):
        write_results(self.results, methods(), **KEPT)
        for folder in "12":
            self.draw("--dpi", "40", "--out", self.folder / folder)
        first, second = ({path.name: path.read_bytes() for path in (self.folder / folder).iterdir()} for folder in "12")
        self.assertEqual(first, second)


if __name__ == "__main__":
    unittest.main()
