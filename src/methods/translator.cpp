#include "methods/translator.hpp"

#include <vector>

#include "methods/fused_translator.hpp"

namespace m2m::methods {

using nn::FrozenNetwork, nn::GraphedCall;

namespace {

constexpr std::int64_t bucket_size = 8;

std::int64_t round_up_to_bucket(std::int64_t count) {
  return (count + bucket_size - 1) / bucket_size * bucket_size;
}

/// Pads with zero rows to `size`. Results for the padding rows are ignored.
torch::Tensor pad_rows(const torch::Tensor& rows, std::int64_t size) {
  if (rows.size(0) == size) return rows;
  std::vector<std::int64_t> shape = rows.sizes().vec();
  shape.front() = size - rows.size(0);
  return torch::cat({rows, torch::zeros(shape, rows.options())});
}

/// Replaces the accepted rows of `values`, [b, ...], by rows of `replacements`, [m, ...].
void replace_accepted(torch::Tensor& values, const torch::Tensor& rows, const torch::Tensor& accepted,
                      const torch::Tensor& replacements) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(values.dim()), 1);
  shape.front() = -1;
  const torch::Tensor kept = values.index_select(0, rows);
  values.index_copy_(0, rows, torch::where(accepted.view(shape), replacements, kept));
}

/// Writes the accepted images, of [m, c, h, w], and their labels into the batch.
void write_accepted(const TranslationWork& work, const torch::Tensor& accepted, const torch::Tensor& images,
                    Batch& batch) {
  const torch::NoGradGuard no_gradient;
  replace_accepted(batch.images, work.rows, accepted, images);
  replace_accepted(batch.labels, work.rows, accepted, work.labels);
}

}  // namespace

torch::Tensor StepwiseTranslator::operator()(const EditContext& context, const TranslationWork& work,
                                             Batch& batch) {
  const torch::Tensor seeds = context.gather(work.seeds);
  if (settings_.lambda != 0) refresh(context.f);
  const torch::Tensor images = steps(context, work, start_images(settings_, context, work, seeds));
  const torch::Tensor passed = passes_gamma(probability(context.g, images, work.targets), settings_);
  torch::Tensor accepted = passed.logical_and(work.coins);
  write_accepted(work, accepted, settings_.image == settings::AcceptedImage::translated ? images : seeds, batch);
  return accepted;
}

torch::Tensor StepwiseTranslator::steps(const EditContext& context, const TranslationWork& work,
                                        const torch::Tensor& start) {
  if (!graphed_) {
    return translate(context.f, context.g, start, work.seed_classes, work.targets, work.n, settings_);
  }
  const torch::NoGradGuard no_gradient;
  const std::int64_t count = start.size(0);
  const std::int64_t size = round_up_to_bucket(count);
  const torch::Tensor n = torch::full({}, static_cast<double>(work.n), start.options().dtype(torch::kFloat64));
  const GraphedCall::Tensors inputs = {pad_rows(start.detach().contiguous(), size),
                                       pad_rows(work.seed_classes, size), pad_rows(work.targets, size), n};
  const GraphedCall::Tensors results = recorded_step(context, size)(inputs, settings_.steps);
  return results.front().narrow(0, 0, count).clone();  // the next translation reuses that memory
}

torch::Tensor StepwiseTranslator::probability(FrozenNetwork& g, const torch::Tensor& images,
                                              const torch::Tensor& targets) {
  const torch::NoGradGuard no_gradient;
  if (g_outputs_ == nullptr) g_outputs_ = std::make_unique<nn::RecordedOutputs>(g, graphed_);
  const std::int64_t count = images.size(0);
  const torch::Tensor rows = graphed_ ? pad_rows(images, round_up_to_bucket(count)) : images;
  return class_probability((*g_outputs_)(rows).narrow(0, 0, count), targets);
}

/// Refreshes f, recorded once as well: one kernel for all folded layers, and a copy of the head.
void StepwiseTranslator::refresh(FrozenNetwork& f) {
  if (!graphed_) return f.refresh();
  if (refresh_ == nullptr) {
    refresh_ = std::make_unique<GraphedCall>([&f](const GraphedCall::Tensors&) {
      f.refresh();
      return GraphedCall::Tensors{};
    });
  }
  (*refresh_)({});
}

GraphedCall& StepwiseTranslator::recorded_step(const EditContext& context, std::int64_t size) {
  std::unique_ptr<GraphedCall>& call = recorded_steps_[size];
  if (call == nullptr) {
    call = std::make_unique<GraphedCall>(
        [&f = context.f, &g = context.g, settings = settings_](const GraphedCall::Tensors& in) {
          const torch::NoGradGuard no_gradient;
          torch::Tensor x = in[0];
          nn::pixel_step(x, loss_gradient(f, g, {x, in[1], in[2], in[3]}, settings), settings.step_size);
          return GraphedCall::Tensors{x};
        });
  }
  return *call;
}

torch::Tensor SeedWriter::operator()(const EditContext& context, const TranslationWork& work, Batch& batch) {
  write_accepted(work, work.coins, context.gather(work.seeds), batch);
  return work.coins;
}

std::unique_ptr<Translator> make_translator(const settings::M2mSettings& settings, bool graphed, bool fused) {
  if (settings.image == settings::AcceptedImage::clean_coin) return std::make_unique<SeedWriter>();
  if (fused) return std::make_unique<FusedTranslator>(settings);
  return std::make_unique<StepwiseTranslator>(settings, graphed);
}

}  // namespace m2m::methods
