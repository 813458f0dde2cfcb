#include "methods/translation.hpp"

#include <algorithm>

#include "methods/losses.hpp"
#include "nn/tensor_kernels.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::methods {
namespace {

/// One row per image with a 1 at its class.
torch::Tensor one_hot(const torch::Tensor& classes, const torch::Tensor& like) {
  return torch::zeros_like(like).scatter_(1, classes.unsqueeze(1), 1);
}

}  // namespace

torch::Tensor loss_gradient(nn::FrozenNetwork& f, nn::FrozenNetwork& g, const TranslationBatch& images,
                            const settings::M2mSettings& settings, torch::Tensor* loss) {
  const auto& [x, seed_classes, targets, n] = images;
  const torch::Tensor of_g = g.outputs_for_gradient(x);
  // d CE(z, k) / dz = softmax(z) - one_hot(k)
  torch::Tensor gradient = g.pixel_gradient((torch::softmax(of_g, 1) - one_hot(targets, of_g)) / n);
  if (loss != nullptr) *loss = cross_entropy(of_g, targets).sum() / n;
  if (settings.lambda != 0) {
    const torch::Tensor of_f = f.outputs_for_gradient(x);
    gradient += f.pixel_gradient(one_hot(seed_classes, of_f) * (settings.lambda / n));
    if (loss != nullptr) *loss += settings.lambda / n * of_f.gather(1, seed_classes.unsqueeze(1)).sum();
  }
  return gradient;
}

torch::Tensor translate(nn::FrozenNetwork& f, nn::FrozenNetwork& g, const torch::Tensor& start,
                        const torch::Tensor& seed_classes, const torch::Tensor& targets, std::int64_t divisor,
                        const settings::M2mSettings& settings, const TranslationObserver& watcher) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor n = torch::tensor(static_cast<double>(divisor), torch::kFloat64);
  torch::Tensor x = start.detach().clone(at::MemoryFormat::Contiguous);
  for (int step = 0; step < settings.steps; ++step) {
    torch::Tensor loss;
    const torch::Tensor gradient =
        loss_gradient(f, g, {x, seed_classes, targets, n}, settings, watcher ? &loss : nullptr);
    if (watcher) watcher(step, loss, gradient);
    nn::pixel_step(x, gradient, settings.step_size);
  }
  return x;
}

torch::Tensor class_probability(const torch::Tensor& outputs, const torch::Tensor& targets) {
  return torch::softmax(outputs, 1).gather(1, targets.unsqueeze(1)).squeeze(1);
}

torch::Tensor target_probability(nn::FrozenNetwork& g, const torch::Tensor& images, const torch::Tensor& targets) {
  return class_probability(g.outputs(images), targets);
}

torch::Tensor passes_gamma(const torch::Tensor& target_probability, const settings::M2mSettings& settings) {
  if (settings.gamma_test == settings::GammaTest::probability) return target_probability >= settings.gamma;
  return -target_probability.log() < settings.gamma;
}

namespace {

/// A translation to be worked on, and the row of the batch that its slot is.
struct RankTranslation {
  const Translation* translation;
  std::int64_t row;
};

std::vector<RankTranslation> select_translations(const StepTranslations& planned,
                                                 std::span<const std::int32_t> own) {
  std::vector<RankTranslation> work;
  for (const Translation& translation : planned.chosen) {
    if (!translation.is_translated) continue;
    const auto found = std::lower_bound(own.begin(), own.end(), translation.slot);
    if (found != own.end() && *found == translation.slot) work.push_back({&translation, found - own.begin()});
  }
  return work;
}

/// A column: value(own) of each, as T.
template <typename T, typename Value>
std::vector<T> column(const std::vector<RankTranslation>& work, Value value) {
  std::vector<T> values;
  for (const RankTranslation& own : work) values.push_back(static_cast<T>(value(own)));
  return values;
}

}  // namespace

TranslationUpload add_translations(const StepTranslations& planned, std::span<const std::int32_t> own,
                                   const AddIndicesFn& add_indices, nn::Upload& upload) {
  const std::vector<RankTranslation> work = select_translations(planned, own);
  TranslationUpload pieces;
  pieces.n = planned.n();
  pieces.m = static_cast<std::int64_t>(work.size());
  if (work.empty()) return pieces;
  const auto add = [&]<typename T>(T, torch::Dtype type, auto value) {  // T of a number that only names it
    return upload.add(std::span<const T>(column<T>(work, value)), type);
  };
  constexpr std::int64_t index = 0;
  pieces.rows = add(index, torch::kInt64, [](const RankTranslation& o) { return o.row; });
  pieces.seed_classes =
      add(index, torch::kInt64, [](const RankTranslation& o) { return o.translation->seed_class; });
  pieces.targets = add(index, torch::kInt64, [](const RankTranslation& o) { return o.translation->target; });
  pieces.labels = add(index, torch::kInt64, [](const RankTranslation& o) { return o.translation->label; });
  pieces.coins =
      add(std::uint8_t{0}, torch::kBool, [](const RankTranslation& o) { return o.translation->coin ? 1 : 0; });
  pieces.slots = add(std::int32_t{0}, torch::kInt32, [](const RankTranslation& o) { return o.translation->slot; });
  pieces.image_scales =
      add(0.0, torch::kFloat64, [](const RankTranslation& o) { return o.translation->noise_scale; });
  pieces.channel_scales = upload.add(std::span<const double>(planned.noise_scale));
  std::vector<data::Slot> seeds;
  for (const RankTranslation& o : work) seeds.push_back(o.translation->seed);
  pieces.seeds = add_indices(upload, seeds);
  return pieces;
}

TranslationWork TranslationUpload::from(const nn::Upload& upload) const {
  TranslationWork work;
  work.n = n;
  if (m == 0) return work;
  work.rows = upload[rows];
  work.seed_classes = upload[seed_classes];
  work.targets = upload[targets];
  work.labels = upload[labels];
  work.coins = upload[coins];
  work.seeds = upload[seeds];
  work.slots = upload[slots];
  work.image_scales = upload[image_scales];
  work.channel_scales = upload[channel_scales];
  return work;
}

using nn::FrozenNetwork;
using nn::GraphedCall;

namespace {

constexpr std::int64_t bucket_size = 8;

std::int64_t round_up_to_bucket(std::int64_t count) {
  return (count + bucket_size - 1) / bucket_size * bucket_size;
}

/// Filled up with zeros to `size` rows; what becomes of these nobody looks at.
torch::Tensor pad_rows(const torch::Tensor& rows, std::int64_t size) {
  if (rows.size(0) == size) return rows;
  std::vector<std::int64_t> shape = rows.sizes().vec();
  shape.front() = size - rows.size(0);
  return torch::cat({rows, torch::zeros(shape, rows.options())});
}

}  // namespace

torch::Tensor Translator::operator()(FrozenNetwork& f, FrozenNetwork& g, const torch::Tensor& start,
                                     const torch::Tensor& seed_classes, const torch::Tensor& targets,
                                     std::int64_t divisor, const settings::M2mSettings& settings) {
  if (!graphed_) return translate(f, g, start, seed_classes, targets, divisor, settings);
  const torch::NoGradGuard no_gradient;
  const std::int64_t count = start.size(0);
  const std::int64_t size = round_up_to_bucket(count);
  const torch::Tensor n = torch::full({}, static_cast<double>(divisor), start.options().dtype(torch::kFloat64));
  const GraphedCall::Tensors inputs = {pad_rows(start.detach().contiguous(), size), pad_rows(seed_classes, size),
                                       pad_rows(targets, size), n};
  const GraphedCall::Tensors arrived = iteration(f, g, settings, size)(inputs, settings.steps);
  return arrived.front().narrow(0, 0, count).clone();  // the next translation begins in that memory
}

torch::Tensor Translator::probability(FrozenNetwork& g, const torch::Tensor& images, const torch::Tensor& targets) {
  const torch::NoGradGuard no_gradient;
  if (of_g_ == nullptr) of_g_ = std::make_unique<nn::RecordedOutputs>(g, graphed_);
  const std::int64_t count = images.size(0);
  const torch::Tensor outputs =
      (*of_g_)(graphed_ ? pad_rows(images, round_up_to_bucket(count)) : images).narrow(0, 0, count);
  return class_probability(outputs, targets);
}

void Translator::refresh(FrozenNetwork& f) {
  if (!graphed_) return f.refresh();
  if (refresh_ == nullptr) {
    refresh_ = std::make_unique<GraphedCall>([&f](const GraphedCall::Tensors&) {
      f.refresh();
      return GraphedCall::Tensors{};
    });
  }
  (*refresh_)({});
}

GraphedCall& Translator::iteration(FrozenNetwork& f, FrozenNetwork& g, const settings::M2mSettings& settings,
                                   std::int64_t size) {
  std::unique_ptr<GraphedCall>& call = by_size_[size];
  if (call == nullptr) {
    call = std::make_unique<GraphedCall>([&f, &g, settings](const GraphedCall::Tensors& in) {
      const torch::NoGradGuard no_gradient;
      torch::Tensor x = in[0];
      nn::pixel_step(x, loss_gradient(f, g, {x, in[1], in[2], in[3]}, settings), settings.step_size);
      return GraphedCall::Tensors{x};
    });
  }
  return *call;
}

}  // namespace m2m::methods
