#include "methods/translation_work.hpp"

#include <algorithm>

namespace m2m::methods {
namespace {

/// A translation to be worked on, and the row of the batch that its slot is.
struct Own {
  const Translation* translation;
  std::int64_t row;
};

std::vector<Own> own_work(const StepTranslations& planned, std::span<const std::int32_t> own) {
  std::vector<Own> work;
  for (const Translation& translation : planned.chosen) {
    if (!translation.worked) continue;
    const auto found = std::lower_bound(own.begin(), own.end(), translation.slot);
    if (found != own.end() && *found == translation.slot) work.push_back({&translation, found - own.begin()});
  }
  return work;
}

/// A column: value(own) of each, as T.
template <typename T, typename Value>
std::vector<T> column(const std::vector<Own>& work, Value value) {
  std::vector<T> values;
  for (const Own& own : work) values.push_back(static_cast<T>(value(own)));
  return values;
}

}  // namespace

TranslationPieces add_translations(const StepTranslations& planned, std::span<const std::int32_t> own,
                                   const AddPicksFn& add_picks, nn::Upload& upload) {
  const std::vector<Own> work = own_work(planned, own);
  TranslationPieces pieces;
  pieces.n = planned.n();
  pieces.m = static_cast<std::int64_t>(work.size());
  if (work.empty()) return pieces;
  const auto add = [&]<typename T>(T, torch::Dtype type, auto value) {  // T of a number that only names it
    return upload.add(std::span<const T>(column<T>(work, value)), type);
  };
  constexpr std::int64_t index = 0;
  pieces.rows = add(index, torch::kInt64, [](const Own& o) { return o.row; });
  pieces.seed_classes = add(index, torch::kInt64, [](const Own& o) { return o.translation->seed_class; });
  pieces.targets = add(index, torch::kInt64, [](const Own& o) { return o.translation->target; });
  pieces.labels = add(index, torch::kInt64, [](const Own& o) { return o.translation->label; });
  pieces.coins = add(std::uint8_t{0}, torch::kBool, [](const Own& o) { return o.translation->coin ? 1 : 0; });
  pieces.slots = add(std::int32_t{0}, torch::kInt32, [](const Own& o) { return o.translation->slot; });
  pieces.image_scales = add(0.0, torch::kFloat64, [](const Own& o) { return o.translation->noise_scale; });
  pieces.channel_scales = upload.add(std::span<const double>(planned.noise_scale));
  std::vector<data::Slot> seeds;
  for (const Own& o : work) seeds.push_back(o.translation->seed);
  pieces.seeds = add_picks(upload, seeds);
  return pieces;
}

TranslationWork TranslationPieces::from(const nn::Upload& upload) const {
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

}  // namespace m2m::methods
