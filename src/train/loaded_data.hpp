#pragma once
// A data set as a trial uses it: split into its parts, with the pixels on the device.
#include <torch/types.h>

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "data/data_set.hpp"
#include "data/epoch_plan.hpp"
#include "methods/translation.hpp"
#include "nn/device.hpp"
#include "nn/tensor_kernels.hpp"
#include "settings/augment_settings.hpp"

namespace m2m::train {

/// A data set and its split; shared by the trials of a process.
struct LoadedData {
  data::DataSet set;
  data::Split split;
  std::array<torch::Tensor, 3> samples;  // by pool: uint8 or float32 [n, c, h, w]; on the CPU the data set's memory
  std::vector<double> mean, std;         // per channel: of the data set, or of the training part
  nn::ImageTransforms transforms = {};   // of a trial: with_augmentation()
};

/// Sets `samples` from the data set, placed for `device`, and missing statistics from the training part. Local.
void place_on_device(LoadedData& data, torch::Device device);

/// Reads and splits the data that `resolved` names and places the samples for `device`. Throws Error as
/// load_data_set() and split_data() do.
std::shared_ptr<const LoadedData> load_data(const Config& resolved, torch::Device device);

/// Copies the data and adds samples to the training part by SMOTE, on the device of `data`. Local, deterministic.
std::shared_ptr<const LoadedData> with_smote(const LoadedData& data, Key key);

/// Copies the data with the augmentation of a trial, on the device of `data`. The pixels are shared. Local.
std::shared_ptr<const LoadedData> with_augmentation(const LoadedData& data,
                                                    const settings::AugmentSettings& settings);

/// Keeps the last data set and its splits, so that the trials of a grid do not read it again. Thread-safe.
class DataCache {
 public:
  /// Returns load_data(), from memory if possible. Throws Error as load_data() does.
  std::shared_ptr<const LoadedData> get(const Config& resolved, torch::Device device = torch::kCPU);

 private:
  /// Reads the data set unless it is in memory. The caller holds `mutex_`.
  void read_data_set(const Config& resolved, torch::Device device);

  std::mutex mutex_;                                                 // guards the members below
  std::string key_;                                                  // of the data set
  std::shared_ptr<const LoadedData> data_set_;                       // without split
  std::map<std::string, std::shared_ptr<const LoadedData>> splits_;  // they share the data set's memory
  std::int64_t numbers_ = 0;                                         // row numbers and labels of all splits
};

/// Returns the labels of a part, in its order.
std::vector<std::int32_t> pool_labels(const LoadedData& data, const data::PoolRows& part);

/// Adds the images of these slots and their augmentation to an upload, for gather_indices().
nn::UploadSlice add_indices(const LoadedData& data, std::span<const data::Slot> slots, nn::Upload& upload);
/// Gathers images of the training part: augmented pixels in [0, 1], or unchanged features.
///
/// indices: as add_indices() added them, on the device of the samples. Returns [slots, c, h, w] of `precision`
/// there. Does not wait for the device.
torch::Tensor gather_indices(const LoadedData& data, const torch::Tensor& indices, torch::Dtype precision);

/// The training images that gather_indices() reads, before with_augmentation() changes them.
methods::TrainingPixels training_pixels(const LoadedData& data);

/// Uploads and gathers the images of these slots, [slots, c, h, w] of `precision`.
torch::Tensor gather_slots(const LoadedData& data, std::span<const data::Slot> slots, torch::Dtype precision);

/// Gathers rows first .. first + count of a part without augmentation, [count, c, h, w] of `precision`.
torch::Tensor gather_rows(const LoadedData& data, const data::PoolRows& part, std::int64_t first,
                          std::int64_t count, torch::Dtype precision);

}  // namespace m2m::train
