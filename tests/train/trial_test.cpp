#include "train/trial.hpp"

#include <ATen/record_function.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <numbers>

#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "support/test_device.hpp"
#include "support/tiny_trial.hpp"

namespace m2m::train {

using results::Outcome;

namespace {

Trial run(const Json& given, std::int64_t steps_at_once = 1000) {
  Trial trial(testing::tiny_trial(testing::tiny_config(given)));
  while (!trial.done()) trial.submit(steps_at_once);
  return trial;
}

bool same_weights(const Trial& a, const Trial& b) {
  const checkpoints::NetworkState left = copy_state(a.network());
  const checkpoints::NetworkState right = copy_state(b.network());
  return std::all_of(left.begin(), left.end(),
                     [&](const auto& item) { return testing::agree(item.second, right.at(item.first)); });
}

TEST(Trial, LearnsAnEasyDataSet) {
  const Trial trial = run({{"train.epochs", 30}, {"method", "RS"}});
  EXPECT_GT(balanced_accuracy(trial.last().test), 0.9);
  EXPECT_LT(trial.epochs().back().loss, trial.epochs().front().loss);
}

TEST(Trial, GivesTheSameNumbersEveryTimeAndHoweverItIsStepped) {
  for (const char* method : {"ERM", "DRS", "M2m"}) {
    for (const std::string precision : {"float32", "bf16", "float64"}) {
      if (!testing::gives_same_bits() && precision != "float64") continue;
      const Json given = {
          {"method", method}, {"m2m.gamma", 0.3}, {"train.network", "resnet8"}, {"train.precision", precision}};
      EXPECT_TRUE(same_weights(run(given, 1), run(given, 1000))) << method << " " << precision;
    }
  }
}

TEST(Trial, OfADeferredMethodIsErmUntilItsDeferral) {
  const Trial erm = run({{"train.epochs", 4}, {"train.defer_until", 3}});
  for (const char* method : {"DRS", "M2m"}) {
    Trial other(testing::tiny_trial(
        testing::tiny_config({{"method", method}, {"train.epochs", 4}, {"train.defer_until", 3}})));
    while (other.epoch() < 3) other.submit(1);
    Trial again(testing::tiny_trial(testing::tiny_config({{"train.epochs", 4}, {"train.defer_until", 3}})));
    while (again.epoch() < 3) again.submit(1);
    EXPECT_TRUE(same_weights(other, again)) << method;
    other.submit(1000);
    EXPECT_FALSE(same_weights(other, erm)) << method;
  }
}

TEST(Trial, OfEveryMethodThatTrainsEverythingLearnsTheEasyDataSet) {
  for (const std::string& method : settings::method_names()) {
    Json given = {{"method", method},
                  {"train.epochs", 30},
                  {"train.defer_until", 24},
                  {"m2m.gamma", 0.3},
                  {"train.logit_scale", 10.0}};
    const auto recipe = settings::read<settings::Recipe>(settings::with_method({}, method));
    if (!recipe.start.empty()) continue;
    if (recipe.experts != settings::Experts::none) given["train.network"] = "resnet8";
    const Trial trial = run(given);
    EXPECT_TRUE(std::isfinite(trial.epochs().back().loss)) << method;
    EXPECT_GT(balanced_accuracy(trial.last().test), 0.5) << method;
    EXPECT_FALSE(trial.last().test_logits.empty()) << method;
  }
}

TEST(Trial, LearnsTheSameWhenAnotherThreadPlansAhead) {
  for (const char* method : {"DRS", "M2m", "CMO"}) {
    Json given = {{"method", method}, {"train.epochs", 5}, {"train.defer_until", 2}};
    if (method == std::string("M2m")) given.update({{"m2m.gamma", 0.3}, {"m2m.pool", 2}});
    testing::TrialSetup setup = testing::tiny_setup(testing::tiny_config(given));
    setup.plan.settings.plans_ahead = true;
    Trial ahead = testing::make_trial(std::move(setup));
    while (!ahead.done()) ahead.submit(3);
    EXPECT_TRUE(same_weights(ahead, run(given))) << method;
  }
}

TEST(Trial, OfExpertsTranslatesAndMixesAsAnyOther) {
  const Json given = {{"train.network", "resnet8"},
                      {"train.epochs", 3},
                      {"train.defer_until", 1},
                      {"recipe.experts", "sade"},
                      {"m2m.gamma", 0.3}};
  for (const char* method : {"M2m", "mixup", "DRW"}) {
    Json all = given;
    all["method"] = method;
    const Trial trial = run(all, 1);
    EXPECT_TRUE(std::isfinite(trial.epochs().back().loss)) << method;
    EXPECT_TRUE(same_weights(trial, run(all))) << method;
    EXPECT_TRUE(copy_state(trial.network()).contains("stage_3_2.0.conv_a.weight")) << method;
  }
}

TEST(Trial, CountsTheBatchesOfItsStatistics) {
  const Trial trial = run({{"train.network", "resnet8"}, {"train.epochs", 3}});
  const std::int64_t batches = copy_state(trial.network()).at("bn_1.num_batches_tracked").item<std::int64_t>();
  EXPECT_EQ(batches, 3 * 6) << "88 images in batches of 16, three epochs";
}

TEST(Trial, StoresTheLogitsOfACosineHeadAtTheirScale) {
  const Trial trial = run({{"method", "LDAM"}, {"train.epochs", 2}, {"train.defer_until", 1}});
  double largest = 0;
  for (const float logit : trial.last().test_logits) largest = std::max(largest, double{std::abs(logit)});
  EXPECT_GT(largest, 1);
  EXPECT_LE(largest, 30.001);
}

TEST(Trial, WeighsTheLossFromTheDeferralOn) {
  const Json schedule = {{"train.epochs", 4}, {"train.defer_until", 2}};
  Json drw = schedule, rw = schedule;
  drw["method"] = "DRW";
  rw["method"] = "CB-RW";
  const Trial erm = run(schedule), deferred = run(drw), at_once = run(rw);
  EXPECT_EQ(erm.epochs()[1].loss, deferred.epochs()[1].loss);
  EXPECT_NE(erm.epochs()[2].loss, deferred.epochs()[2].loss);
  EXPECT_NE(erm.epochs()[0].loss, at_once.epochs()[0].loss);
}

TEST(Trial, GoesOnFromACheckpointAsIfItHadNotStopped) {
  Trial whole = run({{"train.epochs", 4}});
  Trial begun(testing::tiny_trial(testing::tiny_config({{"train.epochs", 4}})));
  while (begun.epoch() < 2) begun.submit(1);
  testing::TrialSetup setup = testing::tiny_setup(testing::tiny_config(
      {{"train.epochs", 4}, {"train.start_from", "made in memory"}, {"train.start_epoch", 2}}));
  setup.parts.start = begun.checkpoint();
  Trial resumed = testing::make_trial(std::move(setup));
  resumed.submit(1000);
  EXPECT_TRUE(same_weights(whole, resumed));
  EXPECT_EQ(resumed.epochs().front().epoch, 2);
}

TEST(Trial, CountsEveryChosenSlotOnceByItsOutcome) {
  const Trial trial = run({{"method", "M2m"}, {"m2m.gamma", 0.3}, {"train.epochs", 5}, {"train.defer_until", 2}});
  EXPECT_EQ(trial.epochs()[1].generation.classes, 0);
  const results::GenerationCounts& last = trial.epochs().back().generation;
  ASSERT_EQ(last.classes, 4);
  EXPECT_GT(last.total(Outcome::accepted), 0);
  EXPECT_EQ(last.total(Outcome::chosen),
            last.total(Outcome::failed_coin) + last.total(Outcome::failed_gamma) + last.total(Outcome::accepted));
  EXPECT_TRUE(std::isfinite(trial.epochs().back().generated_p_target));
}

TEST(Trial, CountsTheSameInBothOrdersOfTheCoin) {
  const Json base = {{"method", "M2m"},
                     {"m2m.gamma", 0.3},
                     {"train.precision", "float64"},
                     {"train.epochs", 3},
                     {"train.defer_until", 2}};
  Json plain = base;
  plain["m2m.order"] = "translate-first";
  const auto generation = [](const Trial& trial) { return trial.epochs().back().generation.cells; };
  const Trial coin_first = run(base);
  const Trial translate_first = run(plain);
  EXPECT_EQ(generation(coin_first), generation(translate_first));
  EXPECT_NEAR(coin_first.epochs().back().loss, translate_first.epochs().back().loss, 1e-6);
}

/// The project's kernels differ from libtorch's operations by rounding only.
TEST(Trial, ChangesWeightsAlikeWithTheProjectsKernelsAndLibtorchs) {
  for (const char* method : {"ERM", "M2m"}) {
    const auto run_with = [&](const char* kernels) {
      return testing::run_few_steps(testing::tiny_setup(testing::tiny_config(testing::few_steps_settings(
          {{"method", method}, {"train.network", "resnet8"}, {"train.kernels", kernels}}))));
    };
    const testing::FewSteps expected = run_with("torch");
    for (const char* kernels : {"auto", "plain"}) {
      EXPECT_LT(testing::relative_difference(run_with(kernels), expected), testing::few_steps_tolerance)
          << method << " " << kernels;
    }
  }
}

TEST(Trial, OfOtherWidthsNetworksAndSchedulesLearnsTheEasyDataSet) {
  const Json common = {{"method", "M2m"},        {"m2m.gamma", 0.3},
                       {"train.epochs", 6},      {"train.defer_until", 4},
                       {"train.lr", 0.02},       {"train.schedule", "cosine"},
                       {"train.warmup", 1},      {"train.nesterov", true},
                       {"train.clip_norm", 1.0}, {"train.label_smoothing", 0.1}};
  for (const Json& change :
       {Json{{"train.network", "resnet8"}, {"train.width", 32}}, Json{{"train.network", "resnet18"}}}) {
    Json given = common;
    given.update(change);
    const Trial trial = run(given);
    EXPECT_LT(trial.epochs().back().loss, trial.epochs().front().loss) << change;
    EXPECT_DOUBLE_EQ(trial.epochs()[0].learning_rate, 0.02);
    EXPECT_DOUBLE_EQ(trial.epochs()[1].learning_rate, 0.02);
    EXPECT_NEAR(trial.epochs()[5].learning_rate, 0.01 * (1 + std::cos(std::numbers::pi * 0.8)), 1e-12);
    EXPECT_GT(balanced_accuracy(trial.last().test), 0.25) << change;
  }
}

TEST(Trial, LearnsTheSameFromRecordedSteps) {
  for (const char* method : {"ERM", "M2m", "LDAM-DRW", "mixup", "M2m-LDAM", "UniMix-Bayias", "MAMix-DRW", "CutMix",
                             "VS", "GCL", "LADE"}) {
    const Json given = {{"method", method},       {"train.network", "resnet8"}, {"train.epochs", 3},
                        {"train.defer_until", 1}, {"m2m.gamma", 0.3},           {"train.precision", "float64"}};
    Json recorded = given;
    recorded["train.executor"] = "graph";
    const Trial a = run(given), b = run(recorded);
    const checkpoints::NetworkState left = copy_state(a.network()), right = copy_state(b.network());
    for (const auto& [name, tensor] : left) {
      EXPECT_TRUE(torch::allclose(tensor, right.at(name), 1e-9, 1e-9)) << method << " " << name;
    }
    EXPECT_EQ(a.epochs().back().generation.cells, b.epochs().back().generation.cells) << method;
    EXPECT_NEAR(a.epochs().back().loss, b.epochs().back().loss, 1e-9) << method;
  }
}

TEST(Trial, KeepsTheBestValidationEpochTheLaterOnATieAndTheLast) {
  const Trial trial = run({{"train.epochs", 8}});
  ASSERT_TRUE(trial.best().has_value());
  double best = -1;
  int epoch = -1;
  for (const results::EpochRecord& record : trial.epochs()) {
    if (record.validation_bacc >= best) {
      best = record.validation_bacc;
      epoch = record.epoch;
    }
  }
  EXPECT_EQ(trial.best()->epoch, epoch);
  EXPECT_DOUBLE_EQ(balanced_accuracy(trial.best()->validation), best);
  EXPECT_EQ(trial.last().epoch, 7);
  EXPECT_EQ(trial.last().test_logits.size(), 24U * 4U);
}

/// Counts the calls of operations that make a step wait for the device.
class Waits {
 public:
  Waits() {
    handle_ = at::addThreadLocalCallback(
        at::RecordFunctionCallback([](const at::RecordFunction& function) -> std::unique_ptr<at::ObserverContext> {
          const std::string name = function.name();
          if (name == "aten::_local_scalar_dense" || name == "aten::nonzero") ++count;
          return nullptr;
        }).scopes({at::RecordScope::FUNCTION}));
  }
  ~Waits() { at::removeCallback(handle_); }
  static inline int count = 0;

 private:
  at::CallbackHandle handle_;
};

TEST(Trial, NeverReadsAValueToClipOrToPerturb) {
  for (const char* kind : {"none", "sam", "asam", "imbsam"}) {
    Trial trial(testing::tiny_trial(
        testing::tiny_config({{"train.network", "resnet8"}, {"train.clip_norm", 0.1}, {"train.sharpness", kind}})));
    trial.submit(1);
    const Waits waits;
    Waits::count = 0;
    trial.submit(2);
    EXPECT_EQ(Waits::count, 0) << kind;
  }
}

TEST(Trial, NeverReadsAValueWithinAStep) {
  for (const char* network : {"mlp", "resnet8"}) {
    for (const char* precision : {"float32", "bf16", "float64"}) {
      Trial trial(testing::tiny_trial(testing::tiny_config({{"method", "M2m"},
                                                            {"m2m.gamma", 0.3},
                                                            {"train.network", network},
                                                            {"train.precision", precision},
                                                            {"train.epochs", 2},
                                                            {"train.defer_until", 0}})));
      trial.submit(1);
      const Waits waits;
      Waits::count = 0;
      trial.submit(2);
      EXPECT_EQ(Waits::count, 0) << network << " " << precision;
      torch::ones({1}).item<float>();
      EXPECT_EQ(Waits::count, 1) << "the counter does not count";
    }
  }
}

TEST(Trial, TimesItsPhases) {
  testing::TrialSetup setup = testing::tiny_setup(
      testing::tiny_config({{"method", "M2m"}, {"m2m.gamma", 0.3}, {"train.epochs", 3}, {"train.defer_until", 1}}));
  Profile profile;
  setup.parts.profile = &profile;
  Trial trial = testing::make_trial(std::move(setup));
  trial.submit(1000);
  const double wall = profile.seconds();
  const auto total = [&](ProfilePhase phase) { return profile.totals()[static_cast<std::size_t>(phase)]; };
  double inside = 0;
  for (const PhaseTotal& phase : profile.totals()) inside += phase.seconds;
  EXPECT_LE(inside, wall);
  const int steps = 3 * 6;  // of 88 images in batches of 16
  for (const ProfilePhase phase :
       {ProfilePhase::gather, ProfilePhase::forward, ProfilePhase::backward, ProfilePhase::update}) {
    EXPECT_EQ(total(phase).calls, steps) << to_text(phase);
  }
  EXPECT_EQ(total(ProfilePhase::plan).calls, 3) << "a plan is made once an epoch";
  EXPECT_EQ(total(ProfilePhase::translate).calls, 2 * 6);
  EXPECT_EQ(total(ProfilePhase::evaluate).calls, 3);
  EXPECT_EQ(total(ProfilePhase::reduce).calls, 0);
  EXPECT_EQ(profile.events().back().epoch, 2);
}

TEST(Trial, CountsTheMultiplyAddsOfItsPhases) {
  testing::TrialSetup setup = testing::tiny_setup(
      testing::tiny_config({{"method", "M2m"}, {"m2m.gamma", 0.3}, {"train.epochs", 3}, {"train.defer_until", 1}}));
  Profile profile;
  setup.parts.profile = &profile;
  Trial trial = testing::make_trial(std::move(setup));
  trial.submit(1000);
  const auto passes = [&](ProfilePhase phase) {
    return profile.totals()[static_cast<std::size_t>(phase)].multiply_adds /
           nn::multiply_adds(trial.network().spec());
  };
  EXPECT_DOUBLE_EQ(passes(ProfilePhase::forward), 3 * 88);
  EXPECT_DOUBLE_EQ(passes(ProfilePhase::backward), 2 * 3 * 88);
  EXPECT_DOUBLE_EQ(passes(ProfilePhase::evaluate), 3 * (16 + 24));
  double translated = 0;  // the coin is tossed first: a slot that fails it is not translated
  for (const results::EpochRecord& record : trial.epochs()) {
    if (record.generation.classes == 0) continue;
    translated += static_cast<double>(record.generation.total(Outcome::chosen) -
                                      record.generation.total(Outcome::failed_coin));
  }
  EXPECT_GT(translated, 0);
  EXPECT_DOUBLE_EQ(passes(ProfilePhase::translate), translated * (10 * 2 * 2 + 1));
}

TEST(Trial, ThatDivergesNamesEpochAndStep) {
  try {
    run({{"train.lr", 1e30}, {"train.warmup", 0}});
    FAIL() << "it did not diverge";
  } catch (const Diverged& diverged) {
    EXPECT_NE(std::string(diverged.what()).find("epoch 0 step"), std::string::npos) << diverged.what();
  }
}

TEST(TrialKeys, OfGAreNeverThoseOfF) {
  const Config config = testing::tiny_config({{"seed", 5}});
  const TrialKeys f = f_keys(config);
  const TrialKeys g = g_keys(config);
  for (const Key& a : {f.init, f.order, f.plan}) {
    for (const Key& b : {g.init, g.order, g.plan}) EXPECT_FALSE(a.seed == b.seed && a.role == b.role);
  }
}

}  // namespace
}  // namespace m2m::train
