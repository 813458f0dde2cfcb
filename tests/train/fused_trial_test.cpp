// Whole trials with train.executor = fused: on a GPU by its kernels, on a CPU in emulated blocks.
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "methods/m2m.hpp"
#include "nn/folded_resnet.hpp"
#include "support/emulated_training_kernels.hpp"
#include "support/fused_learner.hpp"
#include "support/test_device.hpp"
#include "support/tiny_trial.hpp"

namespace m2m::train {
namespace {

bool is_on_gpu() { return testing::test_device().is_cuda(); }

/// How a trial computes: in float64 or bfloat16 by libtorch's operations, or fused.
enum class Form { float64, bfloat16, fused };

/// The calls of a trial's fused kernels; on a GPU replays of a recording are not among them.
struct Calls {
  int kernels = 0, passes = 0, images = 0;
};

class CountedKernels : public testing::EmulatedTrainingKernels {
 public:
  explicit CountedKernels(Calls& calls) : calls_(calls) {}
  void forward(const kernels::TrainingStep& step, int layer) override {
    if (layer == 0) {
      ++calls_.passes;
      calls_.images += step.batch.images;
    }
    EmulatedTrainingKernels::forward(step, layer);
  }

 private:
  Calls& calls_;
};

std::unique_ptr<nn::FrozenNetwork> freeze(nn::Network& network) {
  if (is_on_gpu() || !network.spec().fused) return network.freeze();
  // rounds where the fused form does
  return std::make_unique<nn::FoldedResNet<kernels::Bf16>>(dynamic_cast<const nn::ResNet&>(network),
                                                           InstructionSet::plain);
}

NetworkForms counted_forms(Calls& calls) {
  return {freeze, [&calls]() -> std::unique_ptr<nn::TrainingKernels> {
            ++calls.kernels;
            if (is_on_gpu()) return nn::make_training_kernels();
            return std::make_unique<CountedKernels>(calls);
          }};
}

/// A CPU gets 9 images in batches of 4, so the last batch of an epoch has one; a GPU 88 in batches of 16.
ClassCounts counts() { return is_on_gpu() ? ClassCounts{60, 20, 6, 2} : ClassCounts{4, 3, 1, 1}; }
int batch_size() { return is_on_gpu() ? 16 : 4; }
int images_per_epoch() { return is_on_gpu() ? 88 : 9; }
int steps_per_epoch() { return is_on_gpu() ? 6 : 3; }
constexpr int epochs = 2;

const char* executor_of(Form form) {
  if (form == Form::fused && is_on_gpu()) return "fused";  // refused on a CPU: setup_of() has it there
  return is_on_gpu() ? "graph" : "eager";
}

Config config_of(const Json& given, Form form) {
  Json all = {{"train.network", "resnet8"},
              {"train.epochs", epochs},
              {"train.batch_size", batch_size()},
              {"train.lr", 0.003},
              {"train.warmup", 0},
              {"train.precision", form == Form::float64 ? "float64" : "bf16"},
              {"train.executor", executor_of(form)}};
  all.update(given);
  return testing::tiny_config(all);
}

testing::TrialSetup setup_of(const Json& given, Form form, Calls& calls) {
  const Config config = config_of(given, form);
  const auto fuse = [&](TrialSettings& settings) {
    if (form == Form::fused) settings.fused = settings.graphed = true;
  };
  testing::TrialSetup setup = testing::tiny_setup(config, testing::tiny_data(counts(), {3, 32, 32}), fuse);
  setup.parts.forms = counted_forms(calls);
  // fused translations in emulated blocks have tests of their own (tests/methods)
  if (!is_on_gpu() && setup.parts.editor) setup.parts.editor = methods::make_m2m_editor(config, true, false);
  return setup;
}

/// What a trial does from its first step to its last.
struct Course {
  testing::FewSteps changes;
  torch::Tensor losses, logits;  // of its epochs; of the test part after the last one
  std::vector<results::EpochRecord> epochs;
  Calls calls;

  std::int64_t count(results::Outcome outcome) const {
    return std::accumulate(epochs.begin(), epochs.end(), std::int64_t{0}, [&](std::int64_t sum, const auto& epoch) {
      return sum + epoch.generation.total(outcome);
    });
  }
};

Course course_of(const Json& given, Form form) {
  Course course;
  Trial trial = testing::make_trial(setup_of(given, form, course.calls));
  course.changes = testing::changes_in(trial, 1000);
  std::vector<double> losses;
  course.epochs = trial.epochs();
  for (const results::EpochRecord& epoch : course.epochs) losses.push_back(epoch.loss);
  course.losses = torch::tensor(losses, torch::kFloat64);
  course.logits = torch::tensor(trial.last().test_logits);
  return course;
}

/// Expects that a fused trial lies about as near to float64 as one by operations in bfloat16.
Course expect_near_operations(const Json& given) {
  SCOPED_TRACE(given.dump());
  const Course exact = course_of(given, Form::float64), other = course_of(given, Form::bfloat16);
  Course fused = course_of(given, Form::fused);
  testing::expect_as_near(fused.losses, other.losses, exact.losses, 0.005, "losses");
  testing::expect_as_near(fused.changes.weights, other.changes.weights, exact.changes.weights, 0.03, "weights");
  testing::expect_as_near(fused.changes.statistics, other.changes.statistics, exact.changes.statistics, 0.02,
                          "statistics");
  testing::expect_as_near(fused.logits, other.logits, exact.logits, 0.1, "logits");
  for (std::size_t i = 0; i < fused.epochs.size(); ++i)
    EXPECT_EQ(fused.epochs[i].generation.cells, other.epochs[i].generation.cells) << i;
  EXPECT_EQ(other.calls.kernels, 0);
  EXPECT_EQ(fused.calls.kernels, 1);
  return fused;
}

/// The settings of trials whose steps differ: plain, with mixed labels, with a cosine head and two losses.
const std::vector<Json> step_kinds = {{{"method", "ERM"}},
                                      {{"method", "mixup"}},
                                      {{"method", "LDAM-DRW"}, {"train.defer_until", 1}, {"train.lr", 0.001}}};

/// Of M2m whose gamma test and almost every coin accept, so that rounding decides on no image.
const Json translating = {
    {"method", "M2m"}, {"train.defer_until", 0}, {"m2m.steps", 2}, {"m2m.gamma", 0.0}, {"m2m.beta", 0.1}};

/// In emulated blocks.
class FusedTrial : public ::testing::Test {
 protected:
  void SetUp() override {
    if (is_on_gpu()) GTEST_SKIP() << "skipped: emulated blocks are for a CPU";
  }
};

class FusedTrialOnTheDevice : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!is_on_gpu()) GTEST_SKIP() << "skipped: the kernels are for a GPU";
  }
};

TEST_F(FusedTrial, LearnsAsTheEagerOneInBfloat16) {
  for (const Json& given : step_kinds) {
    const Course fused = expect_near_operations(given);
    EXPECT_EQ(fused.calls.passes, epochs * steps_per_epoch());
    EXPECT_EQ(fused.calls.images, epochs * images_per_epoch()) << "with the short batch of one image";
  }
}

TEST_F(FusedTrial, LearnsFromTranslatedImages) {
  EXPECT_GT(expect_near_operations(translating).count(results::Outcome::accepted), 0);
}

TEST_F(FusedTrial, TakesBothPassesOfASharpStep) {
  const Course fused = expect_near_operations({{"train.sharpness", "sam"}});
  EXPECT_EQ(fused.calls.passes, 2 * epochs * steps_per_epoch());
}

/// Runs a trial, stops it within its second epoch, and lets another one go on from its state.
void expect_same_bits_after_a_stop(const Json& given) {
  SCOPED_TRACE(given.dump());
  Calls calls;
  Trial whole = testing::make_trial(setup_of(given, Form::fused, calls)),
        stopped = testing::make_trial(setup_of(given, Form::fused, calls));
  whole.submit(1000);
  stopped.submit(steps_per_epoch() + 1);
  ASSERT_FALSE(stopped.between_epochs());
  testing::TrialSetup setup = setup_of(given, Form::fused, calls);
  setup.parts.resume = stopped.state();
  Trial resumed = testing::make_trial(std::move(setup));
  resumed.submit(1000);
  const checkpoints::NetworkState expected = copy_state(whole.network());
  for (const auto& [name, tensor] : copy_state(resumed.network()))
    EXPECT_TRUE(torch::equal(tensor, expected.at(name))) << name;
  EXPECT_EQ(resumed.last().test_logits, whole.last().test_logits);
  EXPECT_EQ(resumed.epochs().back().loss, whole.epochs().back().loss);
}

TEST_F(FusedTrial, GoesOnFromAStateWithTheSameBits) {
  expect_same_bits_after_a_stop({{"method", "ERM"}});
  expect_same_bits_after_a_stop({{"train.sharpness", "sam"}});
}

/// Trains a second stage on the trial `base`.
Trial second_stage(const Trial& base, Form form, Calls& calls) {
  testing::TrialSetup setup = setup_of({{"method", "cRT"}, {"second.epochs", epochs}}, form, calls);
  setup.parts.start = base.checkpoint();
  Trial trial = testing::make_trial(std::move(setup));
  trial.submit(1000);
  return trial;
}

void expect_second_stage_on_fused_features() {
  Calls of_base, calls;
  Trial base = testing::make_trial(setup_of({{"method", "ERM"}}, Form::fused, of_base));
  base.submit(1000);
  const Trial fused = second_stage(base, Form::fused, calls), exact = second_stage(base, Form::float64, calls),
              other = second_stage(base, Form::bfloat16, calls);
  EXPECT_EQ(calls.kernels, 0) << "it trains the head alone";
  const checkpoints::NetworkState before = copy_state(base.network()), after = copy_state(fused.network());
  for (const auto& [name, tensor] : after)
    EXPECT_EQ(torch::equal(tensor, before.at(name)), !name.starts_with("linear.")) << name;
  testing::expect_as_near(after.at("linear.weight"), copy_state(other.network()).at("linear.weight"),
                          copy_state(exact.network()).at("linear.weight"), 0.005, "head");
  const auto logits = [](const Trial& trial) { return torch::tensor(trial.last().test_logits); };
  testing::expect_as_near(logits(fused), logits(other), logits(exact), 0.01, "logits");
}

TEST_F(FusedTrial, IsTheBaseOfASecondStageOnFusedFeatures) { expect_second_stage_on_fused_features(); }

TEST_F(FusedTrialOnTheDevice, LearnsAsTheRecordedOneInBfloat16) {
  for (const Json& given : step_kinds) expect_near_operations(given);
}

TEST_F(FusedTrialOnTheDevice, LearnsFromTranslatedImages) {
  EXPECT_GT(expect_near_operations(translating).count(results::Outcome::accepted), 0);
}

TEST_F(FusedTrialOnTheDevice, TakesBothPassesOfASharpStep) { expect_near_operations({{"train.sharpness", "sam"}}); }

TEST_F(FusedTrialOnTheDevice, GoesOnFromAStateWithTheSameBits) {
  expect_same_bits_after_a_stop({{"method", "ERM"}});
}

TEST_F(FusedTrialOnTheDevice, IsTheBaseOfASecondStageOnFusedFeatures) { expect_second_stage_on_fused_features(); }

}  // namespace
}  // namespace m2m::train
