// SAM, ASAM and ImbSAM: their steps by hand and by automatic differentiation, and trials that use them.
#include "train/sharpness.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include <cmath>

#include "methods/losses.hpp"
#include "support/test_device.hpp"
#include "support/tiny_trial.hpp"

namespace m2m::train {
namespace {

using settings::Sharpness;

std::shared_ptr<nn::Network> small_network() {
  auto network = nn::make_network({"mlp", 3, 1, 4, 4, {0.5}, {0.5}});
  nn::initialise(*network, {1, SeedRole::init});
  network->to(torch::kFloat64);
  const torch::NoGradGuard no_gradient;
  for (torch::Tensor& parameter : network->parameters()) parameter.add_(0.1);  // biases too
  return network;
}

settings::SharpnessSettings of_kind(Sharpness kind, double rho) {
  settings::SharpnessSettings settings;
  settings.kind = kind;
  settings.rho = rho;
  return settings;
}

/// Plain SGD without momentum around which the tests put a perturbation.
std::unique_ptr<Optimiser> optimiser_for(nn::Network& network, const settings::SharpnessSettings& settings,
                                         const SgdRule& rule = {0, 0}) {
  return std::make_unique<SharpnessAware>(std::make_unique<Sgd>(network, rule), settings);
}

torch::Tensor joined(const std::vector<torch::Tensor>& tensors) {
  std::vector<torch::Tensor> rows;
  for (const torch::Tensor& tensor : tensors) rows.push_back(tensor.detach().flatten().clone());
  return torch::cat(rows);
}

double largest(const torch::Tensor& a) { return a.abs().max().item<double>(); }

/// The curvature of a quadratic in each parameter of a network: 1, 2, ... by parameter.
torch::Tensor curvatures(const nn::Network& network) {
  std::vector<torch::Tensor> rows;
  for (const torch::Tensor& parameter : network.parameters())
    rows.push_back(torch::full_like(parameter, static_cast<double>(rows.size() + 1)).detach());
  return joined(rows);
}

/// Adds the gradient of sum_i a_i w_i^2 / 2.
void add_quadratic_gradient(const nn::Network& network) {
  const torch::NoGradGuard no_gradient;
  double a = 1;
  for (torch::Tensor& parameter : network.parameters()) parameter.mutable_grad().add_(parameter, a++);
}

TEST(Sam, StepsOfAQuadraticAreThoseByHand) {
  auto network = small_network();
  const torch::Tensor w = joined(network->parameters()), a = curvatures(*network);
  const auto optimiser = optimiser_for(*network, of_kind(Sharpness::sam, 0.3));
  int passes = 0;
  optimiser->step(
      [&](const PassRequest& request) {
        EXPECT_EQ(request.is_first, passes++ == 0);
        EXPECT_FALSE(request.tail_only);
        add_quadratic_gradient(*network);
      },
      0.1, nullptr);
  EXPECT_EQ(passes, 2);
  const torch::Tensor g = a * w, e = 0.3 * g / g.norm();
  EXPECT_LT(largest(joined(network->parameters()) - (w - 0.1 * a * (w + e))), 1e-13);
  EXPECT_EQ(largest(optimiser->gradient()), 0);
}

TEST(Asam, ScalesThePerturbationByTheSizeOfEachWeightAndNotOfBiases) {
  auto network = small_network();
  const torch::Tensor w = joined(network->parameters()), a = curvatures(*network);
  std::vector<torch::Tensor> sizes;
  for (const auto& item : network->named_parameters()) {
    const bool is_weight = item.key() == "hidden.weight" || item.key() == "linear.weight";
    sizes.push_back(is_weight ? item.value().abs() + 0.01 : torch::ones_like(item.value()));
  }
  const torch::Tensor t = joined(sizes), g = a * w, e = 0.3 * t * t * g / (t * g).norm();
  const auto optimiser = optimiser_for(*network, of_kind(Sharpness::asam, 0.3));
  optimiser->step([&](const PassRequest&) { add_quadratic_gradient(*network); }, 0.1, nullptr);
  EXPECT_LT(largest(joined(network->parameters()) - (w - 0.1 * a * (w + e))), 1e-13);
}

TEST(Sam, LeavesTheWeightsBitForBitWhereTheyWereButForTheUpdate) {
  for (const Sharpness kind : {Sharpness::sam, Sharpness::asam, Sharpness::imbsam}) {
    auto network = small_network();
    const torch::Tensor before = joined(network->parameters());
    optimiser_for(*network, of_kind(kind, 0.5))
        ->step([&](const PassRequest&) { add_quadratic_gradient(*network); }, /*learning_rate=*/0, nullptr);
    EXPECT_TRUE(torch::equal(joined(network->parameters()), before));
  }
}

TEST(Sam, OfAGradientOfZeroIsNoPerturbation) {
  auto network = small_network();
  const torch::Tensor before = joined(network->parameters());
  optimiser_for(*network, of_kind(Sharpness::sam, 0.5))->step([](const PassRequest&) {}, 0.1, nullptr);
  EXPECT_TRUE(torch::equal(joined(network->parameters()), before));
}

/// A batch, and the losses of its samples.
struct Losses {
  torch::Tensor pixels = torch::rand({12, 1, 4, 4}, torch::kFloat64);
  torch::Tensor labels = torch::arange(12) % 3;
  std::vector<double> is_tail = methods::tail_classes({50, 20, 19}, 20);

  /// The mean over the batch of all losses or, divided by the whole batch as well, of those of class 2.
  torch::Tensor mean(nn::Network& network, bool tail_only) const {
    methods::LossFn loss = methods::cross_entropy;
    if (tail_only) loss = methods::weigh_classes(loss, is_tail);
    return loss(network.forward(pixels), labels).mean();
  }
  torch::Tensor gradient(nn::Network& network, bool tail_only) const {
    return joined(torch::autograd::grad({mean(network, tail_only)}, network.parameters()));
  }
};

/// Moves all parameters along `direction`.
void shift(nn::Network& network, const torch::Tensor& direction) {
  const torch::NoGradGuard no_gradient;
  std::int64_t first = 0;
  for (torch::Tensor& parameter : network.parameters()) {
    parameter.add_(direction.narrow(0, first, parameter.numel()).view(parameter.sizes()));
    first += parameter.numel();
  }
}

TEST(Sharpness, StepsAreThoseOfAutomaticDifferentiation) {
  const Losses losses;
  for (const Sharpness kind : {Sharpness::sam, Sharpness::imbsam}) {
    auto network = small_network();
    auto reference = small_network();
    const bool tail_only = kind == Sharpness::imbsam;
    const torch::Tensor w = joined(reference->parameters());
    const torch::Tensor whole = losses.gradient(*reference, false), ascent = losses.gradient(*reference, tail_only);
    shift(*reference, 0.2 * ascent / ascent.norm());
    const torch::Tensor perturbed = losses.gradient(*reference, tail_only);
    const torch::Tensor expected = w - 0.1 * (whole - ascent + perturbed);
    int passes = 0;
    optimiser_for(*network, of_kind(kind, 0.2))
        ->step(
            [&](const PassRequest& request) {
              ++passes;
              losses.mean(*network, request.tail_only).backward();
            },
            0.1, nullptr);
    EXPECT_EQ(passes, of_kind(kind, 0.2).passes());
    EXPECT_LT(largest(joined(network->parameters()) - expected), 1e-12) << settings::to_text(kind);
    EXPECT_GT(largest(perturbed - ascent), 1e-4) << "nothing was perturbed";
  }
}

TEST(TailClasses, HaveFewerSamplesThanTheBound) {
  EXPECT_EQ(methods::tail_classes({50, 20, 19, 1}, 20), (std::vector<double>{0, 0, 1, 1}));
}

/// Trains a trial of one step per epoch unless `given` says otherwise.
Trial run(const Json& given) {
  Json all = {{"train.network", "resnet8"}, {"train.precision", "float64"},
              {"train.batch_size", 88},     {"train.epochs", 4},
              {"train.defer_until", 2},     {"m2m.gamma", 0.3},
              {"train.lr", 0.05},           {"train.warmup", 0}};
  all.update(given);
  Trial trial(testing::tiny_trial(testing::tiny_config(all)));
  while (!trial.done()) trial.submit(1);
  return trial;
}

double largest_difference(const Trial& a, const Trial& b, bool of_statistics) {
  const checkpoints::NetworkState left = copy_state(a.network()), right = copy_state(b.network());
  double found = 0;
  for (const auto& [name, tensor] : left) {
    if ((name.find(".running_") != std::string::npos) != of_statistics || !tensor.is_floating_point()) continue;
    found = std::max(found, largest(tensor - right.at(name)));
  }
  return found;
}

const char* const kinds[] = {"sam", "asam", "imbsam"};

TEST(SharpnessTrial, MovesRunningStatisticsAndCountsLossesInTheFirstPassAlone) {
  const Json one_epoch = {{"train.epochs", 1}};
  const Trial plain = run(one_epoch);
  for (const char* kind : kinds) {
    Json given = one_epoch;
    given["train.sharpness"] = kind;
    const Trial trial = run(given);
    EXPECT_LT(largest_difference(trial, plain, true), 1e-12) << kind;
    EXPECT_GT(largest_difference(trial, plain, false), 1e-6) << kind;
    EXPECT_DOUBLE_EQ(trial.epochs()[0].loss, plain.epochs()[0].loss) << kind;
    EXPECT_DOUBLE_EQ(trial.epochs()[0].accuracy, plain.epochs()[0].accuracy) << kind;
  }
}

TEST(SharpnessTrial, WithoutARadiusIsATrialOfSgd) {
  for (const char* method : {"ERM", "M2m", "mixup-DRW"}) {
    const Trial plain = run({{"method", method}});
    for (const char* kind : kinds) {
      const Trial trial = run({{"method", method}, {"train.sharpness", kind}, {"sam.rho", 0.0}});
      EXPECT_LT(largest_difference(trial, plain, false), 1e-9) << method << " " << kind;
      EXPECT_EQ(trial.epochs().back().generation.cells, plain.epochs().back().generation.cells) << method;
    }
  }
}

TEST(SharpnessTrial, OfImbsamIsOneOfSamIfEveryClassIsTail) {
  const Json sam = {{"method", "M2m"}, {"train.sharpness", "sam"}};
  Json imbsam = {{"method", "M2m"}, {"train.sharpness", "imbsam"}, {"imbsam.tail_below", 1000}};
  EXPECT_LT(largest_difference(run(sam), run(imbsam), false), 1e-9);
  imbsam["imbsam.tail_below"] = 20;
  EXPECT_GT(largest_difference(run(sam), run(imbsam), false), 1e-6);
}

TEST(SharpnessTrial, LearnsTheSameFromRecordedSteps) {
  for (const char* method : {"M2m", "mixup-DRW"}) {
    for (const char* kind : kinds) {
      const Json given = {{"method", method}, {"train.sharpness", kind}, {"train.batch_size", 16}};
      Json recorded = given;
      recorded["train.executor"] = "graph";
      const Trial a = run(given), b = run(recorded);
      EXPECT_LT(largest_difference(a, b, false), 1e-9) << method << " " << kind;
      EXPECT_LT(largest_difference(a, b, true), 1e-9) << method << " " << kind;
    }
  }
}

TEST(SharpnessTrial, GoesOnFromAStateTakenInTheMiddleOfAnEpoch) {
  for (const char* kind : kinds) {
    const Config config = testing::tiny_config({{"method", "M2m"},
                                                {"train.network", "resnet8"},
                                                {"m2m.gamma", 0.3},
                                                {"train.precision", "float64"},
                                                {"train.sharpness", kind}});
    Trial whole(testing::tiny_trial(config));
    whole.submit(1000);
    Trial begun(testing::tiny_trial(config));
    begun.submit(6 * 4 + 3);
    testing::TrialSetup setup = testing::tiny_setup(config);
    setup.parts.resume = begun.state();
    Trial resumed = testing::make_trial(std::move(setup));
    resumed.submit(1000);
    EXPECT_LT(largest_difference(resumed, whole, false), testing::gives_same_bits() ? 1e-300 : 1e-9) << kind;
    EXPECT_NEAR(resumed.epochs().back().loss, whole.epochs().back().loss, 1e-12) << kind;
  }
}

TEST(SharpnessTrial, TranslatesOnceAStepAndPassesTwiceOrThrice) {
  for (const char* kind : kinds) {
    const Config config = testing::tiny_config({{"method", "M2m"},
                                                {"m2m.gamma", 0.3},
                                                {"train.epochs", 3},
                                                {"train.defer_until", 1},
                                                {"train.sharpness", kind}});
    testing::TrialSetup setup = testing::tiny_setup(config);
    const int passes = setup.plan.settings.sharpness.passes();
    Profile profile;
    setup.parts.profile = &profile;
    Trial trial = testing::make_trial(std::move(setup));
    trial.submit(1000);
    const auto total = [&](ProfilePhase phase) { return profile.totals()[static_cast<std::size_t>(phase)]; };
    EXPECT_EQ(total(ProfilePhase::translate).calls, 2 * 6) << kind;
    EXPECT_EQ(total(ProfilePhase::forward).calls, passes * 3 * 6) << kind;
    EXPECT_DOUBLE_EQ(total(ProfilePhase::forward).multiply_adds,
                     passes * 3 * 88 * nn::multiply_adds(trial.network().spec()))
        << kind;
  }
}

}  // namespace
}  // namespace m2m::train
