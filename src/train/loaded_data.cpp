#include "train/loaded_data.hpp"

#include <algorithm>

#include "data/augmentation.hpp"
#include "methods/smote.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"

namespace m2m::train {

using data::Pool;

namespace {

/// Returns a view of a pool's samples; an empty tensor if it has none.
torch::Tensor as_tensor(const data::Samples& images) {
  const auto& shape = images.shape;
  const std::vector<std::int64_t> sizes = {images.count(), shape.channels, shape.height, shape.width};
  if (images.count() == 0) return torch::empty({0}, torch::kUInt8);
  if (!images.features.empty()) {
    return torch::from_blob(const_cast<float*>(images.features.data()), sizes, torch::kFloat32);
  }
  return torch::from_blob(const_cast<std::uint8_t*>(images.pixels.data()), sizes, torch::kUInt8);
}

torch::Tensor& pool_tensor(LoadedData& data, Pool pool) { return data.samples[static_cast<std::size_t>(pool)]; }
const torch::Tensor& pool_tensor(const LoadedData& data, Pool pool) {
  return data.samples[static_cast<std::size_t>(pool)];
}

/// Adds the rows to gather: for pixels with their augmentation, for features without.
nn::UploadSlice add_to_upload(const torch::Tensor& samples, std::span<const kernels::GatherIndex> indices,
                              nn::Upload& upload) {
  if (samples.scalar_type() == torch::kUInt8) return upload.add(indices, torch::kUInt8);
  std::vector<std::int64_t> rows(indices.size());
  std::transform(indices.begin(), indices.end(), rows.begin(), [](const auto& index) { return index.row; });
  return upload.add(std::span<const std::int64_t>(rows));
}

torch::Tensor gather(const LoadedData& data, Pool pool, const torch::Tensor& indices, torch::Dtype precision) {
  const torch::Tensor& samples = pool_tensor(data, pool);
  if (samples.scalar_type() == torch::kUInt8) return nn::gather(samples, indices, data.set.max_pixel, precision);
  return samples.index_select(0, indices).to(precision);
}

bool is_transformed(const LoadedData& data) { return data.set.augmentation.settings.transforms(); }

Key subset_key(const Config& resolved) {
  return {static_cast<std::uint32_t>(settings::read<settings::Seeds>(resolved).subset), SeedRole::subset};
}

/// Returns the settings that affect the split, or those that affect the files that are read.
std::string cache_key(const Config& resolved, bool of_split) {
  Json key = Json::object();
  for (const settings::Setting& setting : settings::all_settings()) {
    const bool decides = setting.traits.data || setting.traits.cuts_data;
    if (!decides || setting.traits.cuts_data != of_split || !resolved.has(setting.name)) continue;
    key[setting.name] = resolved.json().at(setting.name);
  }
  return canonical_json(key);
}

void place_samples(LoadedData& data, torch::Device device) {
  for (const Pool pool : {Pool::train, Pool::test, Pool::validation}) {
    pool_tensor(data, pool) = nn::to_gather_device(as_tensor(data::samples_in(data.set, pool)), device);
  }
}

/// Computes mean and standard deviation if the data set has none.
void fill_statistics(LoadedData& data) {
  if (data.mean.empty()) data.mean = data.set.mean;
  if (data.std.empty()) data.std = data.set.std;
  if (!data.mean.empty()) return;
  const auto statistics = data::sample_statistics(data.set, data.split.train);
  data.mean = statistics[0];
  data.std = statistics[1];
}

std::shared_ptr<const LoadedData> split_loaded(const LoadedData& data_set, const Config& resolved) {
  auto data = std::make_shared<LoadedData>(data_set);
  data->split = data::split_data(data->set, settings::read<settings::DataSettings>(resolved), subset_key(resolved));
  fill_statistics(*data);
  return data;
}

constexpr std::int64_t max_cached_numbers = 16 << 20;  // 64 MiB

/// Row numbers and labels of a split, its parts that are not shared with other splits.
std::int64_t count_numbers(const LoadedData& data) {
  std::int64_t numbers = 0;
  for (const data::PoolRows* part : {&data.split.train, &data.split.validation, &data.split.test})
    numbers += static_cast<std::int64_t>(part->rows.size());
  for (const Pool pool : {Pool::train, Pool::validation, Pool::test})
    numbers += data::samples_in(data.set, pool).count();
  return numbers;
}

}  // namespace

void place_on_device(LoadedData& data, torch::Device device) {
  place_samples(data, device);
  fill_statistics(data);
}

std::shared_ptr<const LoadedData> load_data(const Config& resolved, torch::Device device) {
  return DataCache().get(resolved, device);
}

std::shared_ptr<const LoadedData> with_smote(const LoadedData& data, Key key) {
  auto enlarged = std::make_shared<LoadedData>(data);
  methods::oversample(enlarged->set, enlarged->split, key);
  place_on_device(*enlarged, pool_tensor(data, Pool::train).device());
  return enlarged;
}

std::shared_ptr<const LoadedData> with_augmentation(const LoadedData& data,
                                                    const settings::AugmentSettings& settings) {
  auto augmented = std::make_shared<LoadedData>(data);
  augmented->set.augmentation.settings = settings;
  kernels::TransformRules& rules = augmented->transforms.rules;
  rules.max_pixel = static_cast<int>(data.set.max_pixel);
  for (std::size_t c = 0; c < data.mean.size() && c < kernels::max_transformed_channels; ++c) {
    rules.fill[c] = static_cast<float>(data.mean[c]);
  }
  if (!settings.has_policy()) return augmented;
  const data::ImageShape& shape = data.set.train.shape;
  const data::PolicyTable table = data::policy_table(settings.policy, shape.height, shape.width);
  rules.levels = table.levels;
  nn::Upload upload;
  const nn::UploadSlice piece = upload.add(std::span(table.numbers), torch::kUInt8);
  upload.send(pool_tensor(data, Pool::train).device());
  augmented->transforms.table = upload[piece];
  return augmented;
}

void DataCache::read_data_set(const Config& resolved, torch::Device device) {
  const std::string key = cache_key(resolved, false) + device.str();
  if (data_set_ != nullptr && key == key_) return;
  splits_.clear();  // frees the old data set first
  numbers_ = 0;
  data_set_.reset();
  auto data = std::make_shared<LoadedData>();
  data->set = data::load_data_set(settings::read<settings::DataSettings>(resolved));
  place_samples(*data, device);
  data_set_ = std::move(data);
  key_ = key;
}

std::shared_ptr<const LoadedData> DataCache::get(const Config& resolved, torch::Device device) {
  const std::string split_key = cache_key(resolved, true);
  std::unique_lock lock(mutex_);
  read_data_set(resolved, device);
  if (const auto found = splits_.find(split_key); found != splits_.end()) return found->second;
  const std::shared_ptr<const LoadedData> data_set = data_set_;
  lock.unlock();  // other threads split at the same time
  auto split = split_loaded(*data_set, resolved);
  lock.lock();
  if (data_set_ != data_set) return split;
  if (numbers_ > max_cached_numbers) {
    splits_.clear();
    numbers_ = 0;
  }
  const auto [kept, is_new] = splits_.emplace(split_key, std::move(split));
  if (is_new) numbers_ += count_numbers(*kept->second);
  return kept->second;
}

std::vector<std::int32_t> pool_labels(const LoadedData& data, const data::PoolRows& part) {
  const data::Samples& pool = data::samples_in(data.set, part.pool);
  std::vector<std::int32_t> labels(part.rows.size());
  std::transform(part.rows.begin(), part.rows.end(), labels.begin(),
                 [&](std::int32_t row) { return pool.labels[row]; });
  return labels;
}

nn::UploadSlice add_indices(const LoadedData& data, std::span<const data::Slot> slots, nn::Upload& upload) {
  std::vector<kernels::GatherIndex> indices(slots.size());
  std::transform(slots.begin(), slots.end(), indices.begin(), [&](const data::Slot& slot) {
    return kernels::GatherIndex{data.split.train.rows[slot.image], slot.dy, slot.dx, slot.flip, slot.window};
  });
  if (!is_transformed(data)) return add_to_upload(pool_tensor(data, Pool::train), indices, upload);
  std::vector<kernels::TransformedIndex> transformed(slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) transformed[i] = {indices[i], slots[i].transforms};
  return upload.add(std::span<const kernels::TransformedIndex>(transformed), torch::kUInt8);
}

torch::Tensor gather_indices(const LoadedData& data, const torch::Tensor& indices, torch::Dtype precision) {
  if (!is_transformed(data)) return gather(data, Pool::train, indices, precision);
  return nn::gather_transformed(pool_tensor(data, Pool::train), indices, data.transforms, data.set.max_pixel,
                                precision);
}

methods::TrainingPixels training_pixels(const LoadedData& data) {
  return {pool_tensor(data, Pool::train), data.set.max_pixel};
}

torch::Tensor gather_slots(const LoadedData& data, std::span<const data::Slot> slots, torch::Dtype precision) {
  nn::Upload upload;
  const nn::UploadSlice indices = add_indices(data, slots, upload);
  upload.send(pool_tensor(data, Pool::train).device());
  return gather_indices(data, upload[indices], precision);
}

torch::Tensor gather_rows(const LoadedData& data, const data::PoolRows& part, std::int64_t first,
                          std::int64_t count, torch::Dtype precision) {
  std::vector<kernels::GatherIndex> indices(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) indices[i] = {part.rows[first + i], 0, 0, 0};
  nn::Upload upload;
  const nn::UploadSlice piece = add_to_upload(pool_tensor(data, part.pool), indices, upload);
  upload.send(pool_tensor(data, part.pool).device());
  return gather(data, part.pool, upload[piece], precision);
}

}  // namespace m2m::train
