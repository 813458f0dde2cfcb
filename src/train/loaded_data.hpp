#pragma once
// A data set as a trial uses it: cut into its parts, its pixels on the device.
#include <torch/types.h>

#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "data/data_set.hpp"
#include "data/epoch_plan.hpp"
#include "nn/device.hpp"

namespace m2m::train {

/// Read once, shared by all trials of a process that use it.
struct LoadedData {
  data::DataSet set;
  data::Split split;
  std::array<torch::Tensor, 3> samples;  // by pool: uint8 or float32 [n, c, h, w]; on the CPU the data set's memory
  std::vector<double> mean, std;         // per channel: the set's own, or of the training part
};

/// Fills in `samples` from the data set, placed for `device`, and mean and deviation where they are missing.
void place_on_device(LoadedData& data, torch::Device device);

/// Reads and cuts the data that `resolved` names, its samples placed for `device`. Throws Error as load_data_set
/// and split_data do.
std::shared_ptr<const LoadedData> load_data(const Config& resolved, torch::Device device);

/// The same data with its training part filled up by SMOTE, on the device where `data` lies. Local, deterministic.
std::shared_ptr<const LoadedData> with_smote(const LoadedData& data, Key key);

/// load_data, remembering the last data set and how it was cut, so that the trials of a grid do not read it again.
/// One thread at a time.
class DataCache {
 public:
  std::shared_ptr<const LoadedData> get(const Config& resolved, torch::Device device = torch::kCPU);

 private:
  std::string key_;                                                  // of what was read
  std::shared_ptr<const LoadedData> data_set_;                       // not cut
  std::map<std::string, std::shared_ptr<const LoadedData>> splits_;  // they share what was read
};

/// Labels of a part, in its order.
std::vector<std::int32_t> pool_labels(const LoadedData& data, const data::PoolRows& part);

/// Notes which images of the training part are to be gathered, and how, for gather_indices.
nn::UploadSlice add_indices(const LoadedData& data, std::span<const data::Slot> slots, nn::Upload& upload);
/// Gathers what was noted: shifted, flipped, in [0, 1]; features as they are. indices: where the pixels lie.
/// [slots, c, h, w] of `precision`, there too; nothing waits for it.
torch::Tensor gather_indices(const LoadedData& data, const torch::Tensor& indices, torch::Dtype precision);

/// Both at once.
torch::Tensor gather_slots(const LoadedData& data, std::span<const data::Slot> slots, torch::Dtype precision);

/// Gathers rows first .. first+count of a part as they are.
torch::Tensor gather_rows(const LoadedData& data, const data::PoolRows& part, std::int64_t first,
                          std::int64_t count, torch::Dtype precision);

}  // namespace m2m::train
