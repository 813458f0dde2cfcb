// Refusals of a study, and what they advise: every alternative that a sentence names leads to a study that is
// accepted.
#include "support/advice.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "core/error.hpp"
#include "core/files.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/setting.hpp"
#include "settings/table.hpp"
#include "stages/planner.hpp"
#include "study/plan.hpp"
#include "study/study.hpp"
#include "support/made_arrays.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::stages {
namespace {
namespace fs = std::filesystem;

using Overrides = std::vector<std::string>;

/// The error of planning a study of these settings; "" if it is accepted.
std::string refusal(const Overrides& settings) {
  const auto fields = settings::all_settings();
  Planner planner;
  const auto plan = [&] {
    study::Study study = study::parse_study("", "jobs/test.toml", fields);
    for (const std::string& setting : settings) study::apply_override(study, setting, fields);
    study::plan_study(study, fields, settings::resolve,
                      [&](const Config& resolved, const std::string& label) { return planner(resolved, label); });
  };
  return testing::complaint(plan, ExitCode::usage);
}

Overrides followed(Overrides settings, const testing::Advice& advice) {
  for (const auto& [name, value] : advice) settings.push_back(name + "=" + value);
  return settings;
}

/// Every alternative is accepted, or refused with advice that is; `steps`: how often one may ask again.
void expect_way_out(const Overrides& settings, const std::string& sentence, int steps) {
  const std::vector<testing::Advice> alternatives = testing::advised(sentence);
  EXPECT_FALSE(alternatives.empty()) << sentence;
  for (const testing::Advice& advice : alternatives) {
    const Overrides next = followed(settings, advice);
    const std::string answer = refusal(next);
    if (answer.empty()) continue;
    EXPECT_NE(answer, sentence);
    if (steps == 0) ADD_FAILURE() << sentence << "\nand, as that advised: " << answer;
    if (steps > 0) expect_way_out(next, answer, steps - 1);
  }
}

void expect_advice_works(const Overrides& settings) {
  const std::string sentence = refusal(settings);
  EXPECT_NE(sentence, "") << "accepted: " << settings.back();
  if (!sentence.empty()) expect_way_out(settings, sentence, 2);
}

/// A folder with own.npz, features of `classes` classes with `counts` training samples each, and Reuters' files.
class AdviceTest : public ::testing::Test {
 protected:
  Overrides features(const std::vector<int>& counts) const {
    const auto [x_train, y_train] = arrays(counts);
    const auto [x_test, y_test] = arrays(std::vector<int>(counts.size(), 3));
    testing::write_npz(
        root_ / "own.npz",
        {{"x_train.npy", x_train}, {"y_train.npy", y_train}, {"x_test.npy", x_test}, {"y_test.npy", y_test}});
    return {"data.set=npz", "data.path=" + (root_ / "own.npz").string(), "train.network=mlp"};
  }

  Overrides documents() const {
    std::string train, test;
    for (const char* label : {"ship", "trade", "zinc"}) {
      for (int i = 0; i < 6; ++i) train += fmt::format("{}\tword{} of {}\n", label, i, label);
    }
    for (const char* label : {"ship", "trade", "zinc"}) {
      for (int i = 0; i < 5; ++i) test += fmt::format("{}\tof {}\n", label, label);
    }
    write_file(root_ / "reuters52" / "r52-train.txt", train);
    write_file(root_ / "reuters52" / "r52-test.txt", test);
    return {"data.set=reuters36", "data.root=" + root_.string()};
  }

 private:
  static std::pair<std::string, std::string> arrays(const std::vector<int>& counts) {
    std::vector<float> x;
    std::vector<std::int32_t> y;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      for (int i = 0; i < counts[k]; ++i) {
        x.insert(x.end(), {static_cast<float>(k), static_cast<float>(i)});
        y.push_back(static_cast<std::int32_t>(k));
      }
    }
    return {testing::make_npy<float>("<f4", fmt::format("({}, 2)", y.size()), x),
            testing::make_npy<std::int32_t>("<i4", fmt::format("({},)", y.size()), y)};
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path root_ = folder_.path();
};

/// The settings followed by more of them.
Overrides with(Overrides settings, const Overrides& more) {
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

TEST_F(AdviceTest, OfSchedulesWorks) {
  for (const Overrides& settings : {Overrides{"method=M2m", "train.defer_until=200"},
                                    {"method=DRW", "train.epochs=5", "train.defer_until=9"},
                                    {"method=ERM", "train.start_epoch=5"},
                                    {"method=ERM", "train.start_epoch=300"},
                                    {"method=ERM", "train.epochs=3", "train.warmup=4"}}) {
    expect_advice_works(with({"data.set=digits", "data.ratio=10"}, settings));
  }
}

TEST_F(AdviceTest, OfTranslationsWorks) {
  for (const Overrides& settings : {Overrides{"m2m.gamma=1.5"},
                                    {"m2m.g_from=g.t7", "m2m.g_method=RS"},
                                    {"m2m.g_from=g.t7", "m2m.g_stop=100"},
                                    {"m2m.g_method=M3m"},
                                    {"m2m.g_method=M2m"},
                                    {"m2m.g_method=LDAM"},
                                    {"m2m.g_method=cRT"},
                                    {"m2m.g_stop=201"},
                                    {"m2m.g_method=DRS", "m2m.g_stop=100"},
                                    {"recipe.mixing=mixup"},
                                    {"m2m.g_method=LADE", "train.sharpness=imbsam"},
                                    {"recipe.train=head"}}) {
    expect_advice_works(with({"data.set=digits", "data.ratio=10", "method=M2m"}, settings));
  }
  expect_advice_works({"data.set=digits", "data.ratio=10", "method=M2m-RS", "m2m.g_method=DRS", "train.epochs=20",
                       "train.defer_until=20"});
}

TEST_F(AdviceTest, OfTf32OnACpuWorks) {
  for (const Overrides& settings : {Overrides{"method=ERM", "train.precision=tf32"},
                                    {"method=M2m", "m2m.g_precision=tf32"},
                                    {"method=M2m", "train.precision=tf32", "m2m.g_precision=tf32"}}) {
    const Overrides on_cpu = with({"data.set=digits", "data.ratio=10", "train.device=cpu"}, settings);
    expect_advice_works(on_cpu);
    for (const char* works : {"float32", "bf16"}) EXPECT_NE(refusal(on_cpu).find(works), std::string::npos);
  }
}

TEST_F(AdviceTest, OfFusedStepsOnACpuWorks) {
  for (const Overrides& settings : {Overrides{"method=ERM"}, {"method=M2m", "train.precision=bf16"}}) {
    const Overrides on_cpu =
        with({"data.set=digits", "data.ratio=10", "train.device=cpu", "train.executor=fused"}, settings);
    expect_advice_works(on_cpu);
    EXPECT_NE(refusal(on_cpu).find("train.executor"), std::string::npos);
  }
}

TEST_F(AdviceTest, OfAGpuIsLeftToTheMachinesThatRun) {
  for (const char* asks : {"train.device=cuda", "train.precision=tf32", "m2m.g_precision=tf32"})
    EXPECT_EQ(refusal({"data.set=digits", "data.ratio=10", "method=M2m", asks}), "") << asks;
  expect_advice_works(
      {"data.set=digits", "data.ratio=10", "method=ERM", "train.device=cuda", "train.deterministic=true"});
}

TEST_F(AdviceTest, OfRecipesWorks) {
  for (const Overrides& settings : {Overrides{"method=ERM", "recipe.rebalance=deferred"},
                                    {"method=ERM", "recipe.sampling=class-balanced"},
                                    {"method=ERM", "recipe.class_weights=inverse"},
                                    {"method=ERM", "recipe.translate=m2m"},
                                    {"method=LDAM", "recipe.head=linear"},
                                    {"method=ERM", "recipe.train=head"},
                                    {"method=ERM", "recipe.start=DRS"},
                                    {"method=cRT", "recipe.train=everything"},
                                    {"method=cRT", "recipe.start=cRT"},
                                    {"method=cRT", "recipe.start=nothing"},
                                    {"method=cRT", "recipe.rebalance=deferred"},
                                    {"method=cRT", "recipe.translate=m2m"},
                                    {"method=ERM", "recipe.noise_images=open"},
                                    {"method=cRT", "recipe.noise_images=open"},
                                    {"method=M2m", "recipe.noise_images=open"},
                                    {"method=OPeN", "recipe.mixing=mixup"},
                                    {"method=tau-norm", "recipe.start=LDAM"},
                                    {"method=LA-post-hoc", "recipe.train=head"},
                                    {"method=LA-post-hoc", "data.validation=none"},
                                    {"method=ERM-TS", "data.validation=none"},
                                    {"method=cRT", "recipe.start=LDAM"},
                                    {"method=cRT", "recipe.head=cosine"},
                                    {"method=cRT", "recipe.loss=ldam"},
                                    {"method=WB", "recipe.start=LDAM", "recipe.head=cosine"},
                                    {"method=MiSLAS", "second.label_smoothing=0.5"},
                                    {"method=DRW", "recipe.mixing=head-to-tail"},
                                    {"method=LADE", "recipe.mixing=mixup"},
                                    {"method=DRS", "recipe.sampling=plain"}}) {
    expect_advice_works(with({"data.set=digits", "data.ratio=10"}, settings));
  }
}

TEST_F(AdviceTest, OfWidthScheduleOptimiserAndLabelsWorks) {
  for (const Overrides& settings : {Overrides{"method=ERM", "train.network=mlp", "train.width=64"},
                                    {"method=ERM", "train.network=resnet8", "train.width=40"},
                                    {"method=ERM", "train.nesterov=true", "train.momentum=0"},
                                    {"method=Focal", "train.label_smoothing=0.1"},
                                    {"method=LDAM", "train.label_smoothing=0.1"},
                                    {"method=LADE", "train.sharpness=imbsam"},
                                    {"method=ERM", "train.sharpness=imbsam", "imbsam.tail_below=3"},
                                    {"method=M2m", "train.schedule=cosine", "m2m.g_stop=100"}}) {
    expect_advice_works(with({"data.set=digits", "data.ratio=10"}, settings));
  }
}

TEST_F(AdviceTest, OfVectorsOfFeaturesWorks) {
  const Overrides three = with(features({9, 6, 4}), {"train.epochs=4"});
  for (const Overrides& settings : {Overrides{"method=ERM", "train.network=resnet8"},
                                    {"method=M2m", "m2m.g_network=resnet8"},
                                    {"method=CMO"},
                                    {"method=OPeN"},
                                    {"method=M2m", "m2m.g_method=CMO"},
                                    {"method=M2m", "m2m.g_method=OPeN"},
                                    {"method=M2m", "m2m.g_data=balanced"},
                                    {"method=ERM", "data.imbalance=longtail"},
                                    {"method=M2m", "data.imbalance=step", "data.largest=7"},
                                    {"method=ERM", "data.validation=own"}}) {
    expect_advice_works(with(three, settings));
  }
  EXPECT_EQ(refusal(with(three, {"method=ERM", "m2m.g_network=resnet8"})), "");
}

TEST_F(AdviceTest, OfAugmentationWorks) {
  const Overrides three = with(features({9, 6, 4}), {"train.epochs=4", "method=M2m"});
  for (const Overrides& settings : {Overrides{"augment.policy=autoaugment"},
                                    {"augment.cutout=4"},
                                    {"augment.erasing=0.5"},
                                    {"augment.policy=curriculum"},
                                    {"augment.policy=randaugment", "augment.cutout=4"}}) {
    expect_advice_works(with(three, settings));
  }
  EXPECT_EQ(refusal(with(three, {"augment.randaugment_count=3"})), "");
  const Overrides digits = {"data.set=digits", "data.ratio=10", "train.device=cpu", "method=M2m"};
  expect_advice_works(with(digits, {"augment.cutout=15"}));  // of 8x8 pixels
  expect_advice_works(with(digits, {"augment.erasing=1", "augment.erasing_min_area=0.9"}));
  EXPECT_EQ(refusal(with(digits, {"augment.policy=autoaugment", "augment.cutout=14", "augment.erasing=1"})), "");
}

TEST_F(AdviceTest, OfTwoClassesAndOfAClassOfOneSampleWorks) {
  expect_advice_works(with(features({9, 6}), {"method=M2m-Rand", "train.epochs=4"}));
  for (const char* method : {"ERM", "M2m", "cRT", "tau-norm", "SMOTE"}) {
    for (const char* validation : {"train-holdout", "own", "test-head"}) {
      expect_advice_works(with(features({9, 6, 1}), {"train.epochs=4", std::string("method=") + method,
                                                     std::string("data.validation=") + validation}));
    }
  }
}

TEST_F(AdviceTest, OfTextsThatAreImbalancedAsTheyComeWorks) {
  const Overrides texts = with(documents(), {"train.epochs=4"});
  for (const Overrides& settings :
       {Overrides{"method=ERM", "data.imbalance=longtail"},
        {"method=ERM", "data.imbalance=none", "data.largest=7"},
        {"method=ERM", "data.validation=own"},
        {"method=ERM", "data.validation=test-head"},
        {"method=tau-norm"},
        {"method=M2m", "m2m.g_data=balanced"},
        {"method=M2m", "m2m.g_data=balanced", "data.imbalance=longtail", "data.largest=6", "data.ratio=2"}}) {
    expect_advice_works(with(texts, settings));
  }
}

TEST_F(AdviceTest, OfDigitsThatAllTrainWorks) {
  for (const Overrides& settings : {Overrides{"data.imbalance=own"},
                                    {"data.imbalance=own", "data.validation=none"},
                                    {"data.largest=1000"},
                                    {"data.largest=1000", "data.validation=train-holdout"},
                                    {"data.ratio=1000"},
                                    {"data.validation=own"},
                                    {"data.validation=fold", "data.fold=7"}}) {
    expect_advice_works(with({"data.set=digits", "method=ERM"}, settings));
  }
}

TEST_F(AdviceTest, IsNotNeededForOneOrTwoEpochsOfAnyMethod) {
  for (const std::string& method : settings::method_names()) {
    for (const char* epochs : {"1", "2"}) {
      EXPECT_EQ(
          refusal({"data.set=digits", "data.ratio=10", "method=" + method, std::string("train.epochs=") + epochs}),
          "");
    }
  }
}

}  // namespace
}  // namespace m2m::stages
