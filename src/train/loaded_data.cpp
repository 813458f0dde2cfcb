#include "train/loaded_data.hpp"

#include <algorithm>

#include "train/device_gather.hpp"

namespace m2m {
namespace {

torch::Tensor as_tensor(const Images& images) {
  const auto& shape = images.shape;
  return torch::from_blob(const_cast<std::uint8_t*>(images.pixels.data()),
                          {images.count(), shape.channels, shape.height, shape.width}, torch::kUInt8);
}

Key subset_key(const Config& resolved) {
  return {static_cast<std::uint32_t>(resolved.integer("seeds.subset")), SeedRole::subset};
}

/// What decides the content of a LoadedData.
std::string shelf_key(const Config& resolved) {
  Json key = Json::object();
  for (const auto& [name, value] : resolved.json().items()) {
    if (name.starts_with("data.") || name == "seeds.subset") key[name] = value;
  }
  return canonical_json(key);
}

}  // namespace

std::shared_ptr<const LoadedData> load_data(const Config& resolved, torch::Device device) {
  auto data = std::make_shared<LoadedData>();
  data->set = load_data_set(resolved);
  data->split = split_data(data->set, resolved, subset_key(resolved));
  data->train_pixels = place_pixels(as_tensor(data->set.train), device);
  data->test_pixels = place_pixels(as_tensor(data->set.test), device);
  data->mean = data->set.mean;
  data->std = data->set.std;
  if (data->mean.empty()) {
    const auto statistics = pixel_statistics(data->set, data->split.train);
    data->mean = statistics[0];
    data->std = statistics[1];
  }
  return data;
}

std::shared_ptr<const LoadedData> DataShelf::get(const Config& resolved, torch::Device device) {
  const std::string key = shelf_key(resolved) + device.str();
  if (kept_ == nullptr || key != key_) {
    kept_.reset();  // the old one's memory first
    kept_ = load_data(resolved, device);
    key_ = key;
  }
  return kept_;
}

std::vector<std::int32_t> part_labels(const LoadedData& data, const Part& part) {
  const Images& pool = part.pool == Pool::train ? data.set.train : data.set.test;
  std::vector<std::int32_t> labels(part.rows.size());
  std::transform(part.rows.begin(), part.rows.end(), labels.begin(),
                 [&](std::int32_t row) { return pool.labels[row]; });
  return labels;
}

torch::Tensor gather_slots(const LoadedData& data, std::span<const Slot> slots, torch::Dtype precision) {
  std::vector<kernels::Pick> picks(slots.size());
  std::transform(slots.begin(), slots.end(), picks.begin(), [&](const Slot& slot) {
    return kernels::Pick{data.split.train.rows[slot.image], slot.dy, slot.dx, slot.flip};
  });
  return device_gather(data.train_pixels, picks, data.set.largest_pixel, precision);
}

torch::Tensor gather_part(const LoadedData& data, const Part& part, std::int64_t first, std::int64_t count,
                          torch::Dtype precision) {
  std::vector<kernels::Pick> picks(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) picks[i] = {part.rows[first + i], 0, 0, 0};
  const torch::Tensor& pool = part.pool == Pool::train ? data.train_pixels : data.test_pixels;
  return device_gather(pool, picks, data.set.largest_pixel, precision);
}

}  // namespace m2m
