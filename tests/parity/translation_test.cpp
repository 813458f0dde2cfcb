// M2m's translation of 16 images, its noise given.
#include "methods/translation.hpp"

#include "parity/golden_fixture.hpp"
#include "parity/published.hpp"
#include "parity/real_data.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::parity {
namespace {

struct Translated {
  std::vector<double> losses;
  torch::Tensor first_gradient, images, probability;
};

class ParityOfTranslation : public GoldenTest {
 protected:
  void SetUp() override {
    GoldenTest::SetUp();
    if (IsSkipped()) return;
    if (lacks({"translation/train_index", "translation/seed_class", "translation/target_class",
               "translation/noise"})) {
      GTEST_SKIP() << what_is_lacking();
    }
    checkpoint_ = published_checkpoint();
    if (!checkpoint_) GTEST_SKIP() << "skipped: no published network";
    data_ = real_cifar10();
    if (!data_) GTEST_SKIP() << "skipped: no data";
  }

  settings::M2mSettings settings() const {
    return {.lambda = golden().attribute("translation", "lambda"),
            .steps = static_cast<int>(golden().attribute("translation", "T")),
            .step_size = golden().attribute("translation", "eta")};
  }

  Translated run(torch::Dtype precision, const std::string& kernels = "torch", bool bfloat16 = false) const {
    const auto g_network = published_network(*checkpoint_, *data_, precision, 0, kernels, bfloat16);
    const auto f_network = published_network(*checkpoint_, *data_, precision, 3, kernels, bfloat16);
    const auto g = nn::freeze(*g_network), f = nn::freeze(*f_network);
    f->refresh();
    g->refresh();
    const torch::Tensor pixels = images(*data_, data::Pool::train, labels("translation/train_index"), precision);
    const torch::Tensor start = (pixels + tensor("translation/noise").to(precision)).clamp(0, 1);
    const torch::Tensor targets = labels("translation/target_class");
    Translated done;
    const methods::TranslationObserver watcher = [&](int step, const torch::Tensor& loss,
                                                     const torch::Tensor& gradient) {
      done.losses.push_back(loss.item<double>());
      if (step == 0) done.first_gradient = gradient.clone();
    };
    done.images = methods::translate(*f, *g, start, labels("translation/seed_class"), targets, start.size(0),
                                     settings(), watcher);
    done.probability = methods::target_probability(*g, done.images, targets);
    return done;
  }

  void expect_losses(const Translated& ours, const std::string& precision, int steps, double tolerance) {
    for (int step = 0; step < steps; ++step) {
      const std::string path = "translation/" + precision + "/loss_" + std::to_string(step);
      expect_close(ours.losses.at(step), golden().number(path), tolerance, path);
    }
  }

  /// Of each image, as float64 [n].
  static torch::Tensor cosines(const torch::Tensor& a, const torch::Tensor& b) {
    const auto rows = [](const torch::Tensor& x) { return x.to(torch::kFloat64).flatten(1); };
    return torch::cosine_similarity(rows(a), rows(b), 1);
  }

  std::optional<checkpoints::Checkpoint> checkpoint_;
  std::shared_ptr<const train::LoadedData> data_;
};

TEST_F(ParityOfTranslation, InFloat64) {
  const std::string group = "translation/float64";
  if (lacks({group + "/loss_0", group + "/first_gradient", group + "/x", group + "/p_g"})) {
    GTEST_SKIP() << what_is_lacking();
  }
  const Translated ours = run(torch::kFloat64);
  expect_losses(ours, "float64", settings().steps, tight);
  expect_close(ours.first_gradient, tensor(group + "/first_gradient"), tight, "first gradient");
  expect_close(ours.images, tensor(group + "/x"), tight, "x*");
  expect_close(ours.probability, tensor(group + "/p_g"), tight, "softmax(g(x*))[k]");
}

/// Only the beginning, since ten steps amplify rounding. ReLUs near their boundary decide otherwise where networks
/// are folded, and on every processor: gradients are compared by their direction, image by image. Relative noise of
/// 2e-7 after each convolution brings the worst of 16 images down to 0.996.
TEST_F(ParityOfTranslation, BeginningInFloat32FoldedOrNot) {
  const std::string group = "translation/float32";
  if (lacks({group + "/loss_0", group + "/loss_1", group + "/first_gradient"})) GTEST_SKIP() << what_is_lacking();
  for (const char* kernels : {"torch", "auto"}) {
    const Translated ours = run(torch::kFloat32, kernels);
    expect_losses(ours, "float32", 2, 1e-4);
    const torch::Tensor near = cosines(ours.first_gradient, tensor(group + "/first_gradient"));
    EXPECT_GT(near.median().item<double>(), 0.9999) << kernels;
    EXPECT_GT(near.min().item<double>(), 0.98) << kernels;
  }
}

/// bfloat16 keeps eight bits. What the method looks at is whether g believes the translation; of the 16 in the
/// reference three are so near to 0.9 that rounding decides.
TEST_F(ParityOfTranslation, InBfloat16ReachesTheSameBeliefs) {
  const std::string group = "translation/float32";
  if (lacks({group + "/first_gradient", group + "/p_g"})) GTEST_SKIP() << what_is_lacking();
  const Translated ours = run(torch::kFloat32, "auto", true);
  EXPECT_GT(cosines(ours.first_gradient, tensor(group + "/first_gradient")).min().item<double>(), 0.9);
  const torch::Tensor p_g = tensor(group + "/p_g").to(torch::kFloat32);
  EXPECT_NEAR(ours.probability.mean().item<double>(), p_g.mean().item<double>(), 0.1);
  EXPECT_LE(((ours.probability >= 0.9) != (p_g >= 0.9)).sum().item<std::int64_t>(), 3);
}

}  // namespace
}  // namespace m2m::parity
