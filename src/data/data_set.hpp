#pragma once
// Data sets as they are on disk, and their split into training, validation and test.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/class_counts.hpp"
#include "core/config.hpp"
#include "core/philox.hpp"
#include "settings/augment_settings.hpp"
#include "settings/data_settings.hpp"

namespace m2m::data {

/// A read-only array that is shared without copying: in memory or memory-mapped. The last copy frees the memory or
/// unmaps the file.
template <typename T>
class SharedArray {
 public:
  SharedArray() = default;
  SharedArray(std::vector<T> values)  // NOLINT: a vector is an array
      : size_(values.size()) {
    auto kept = std::make_shared<const std::vector<T>>(std::move(values));
    data_ = std::shared_ptr<const T>(kept, kept->data());
  }
  /// Shares `size` values at `data`; the pointer keeps their owner alive.
  SharedArray(std::shared_ptr<const T> data, std::size_t size) : data_(std::move(data)), size_(size) {}

  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  const T& operator[](std::size_t at) const { return data()[at]; }
  /// Compares values.
  bool operator==(const SharedArray& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }

 private:
  std::shared_ptr<const T> data_;
  std::size_t size_ = 0;
};

struct ImageShape {
  int channels = 0, height = 0, width = 0;
  std::int64_t size() const { return std::int64_t{1} * channels * height * width; }
  bool is_vector() const { return channels == 1 && height == 1; }  // features
  bool operator==(const ImageShape&) const = default;
};

/// Samples and their labels: images as channel planes, or vectors of features.
struct Samples {
  ImageShape shape;                  // features: 1 x 1 x their number
  SharedArray<std::uint8_t> pixels;  // [n, c, h, w]; empty if there are features
  std::vector<std::int32_t> labels;  // [n], 0 .. K-1
  SharedArray<float> features = {};  // [n, width] in [0, 1] over the training part; empty if there are pixels
  std::vector<bool> present = {};    // [n]; absent images are blank and never used; empty: all are present
  std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
};

/// How a training image is augmented. If min_scale is 1, it is padded with `pad` zeros and cropped at random to its
/// size. If min_scale is below 1, a random window of at least that share of its area, with sides 3:4 to 4:3, is
/// resized to the whole image. Then it is flipped at random if `flip`, and changed as `settings` say.
struct Augmentation {
  int pad = 0;
  bool flip = false;
  double min_scale = 1;
  settings::AugmentSettings settings = {};  // of the trial, not of the data set
};

struct DataSet {
  std::string name;  // "cifar10"
  int classes = 0;
  std::vector<std::string> class_names;  // [classes], UTF-8; empty: the set only numbers its classes
  Samples train, test;                   // digits: all samples are in train, test is empty
  Samples validation;                    // empty if the data set has none of its own
  double max_pixel = 255;                // pixel / max_pixel lies in [0, 1]
  std::vector<double> mean, std;         // per channel, of scaled pixels; empty: computed from the training part
  Augmentation augmentation;
  std::int64_t default_largest = 0;  // default of data.largest, N_1
  std::string files_sha256;  // of the files' bytes in reading order; for pictures, of lists and decoded pixels
  bool published = true;     // true if this is the published content
  std::string notice;        // deviations from the published set, a sentence a line; empty if there are none
  bool has_features() const { return !train.features.empty(); }
};

enum class Pool { train, test, validation };

/// "train", "test" or "validation". Pure.
const char* to_text(Pool pool);

/// Rows of one pool of the data set, in the order in which they are evaluated.
struct PoolRows {
  Pool pool = Pool::train;
  std::vector<std::int32_t> rows;
};

/// Samples of a pool. Pure.
const Samples& samples_in(const DataSet& data, Pool pool);

/// A data set split into training, validation and test.
struct Split {
  PoolRows train, validation, test;
  ClassCounts counts;                                        // [K], of the training part
  std::string train_sha256, validation_sha256, test_sha256;  // of the rows as little-endian int32
};

/// Reads the data set that data.set names from data.root; by default from the environment variable M2M_DATA, else
/// from `datasets/` of the checkout. Reads each file once. Local.
///
/// Throws Error (bad_data) if a folder or file is missing, a size is wrong or a label is out of range; says what to
/// do.
DataSet load_data_set(const settings::DataSettings& settings);

/// Splits `data` as data.ratio, data.imbalance, data.largest, data.rounding, data.subset, data.validation and
/// data.fold say. Rows are in file order. See docs/protocol.md, "Data". Pure: the same on every rank.
///
/// seed: used only if data.subset = "random" or data.validation is "train-holdout" or "fold".
/// A set without test images (digits) is tested on the images that training leaves; there, test-head validates on
/// every second image of a class.
/// Throws Error (usage) if a class would have no sample or has fewer samples than the settings ask for.
Split split_data(const DataSet& data, const settings::DataSettings& settings, Key seed);

/// Mean and standard deviation of scaled pixels per channel over a part; for features, one number for all of them.
/// A deviation of 0 is returned as 1. For data sets that publish none. Pure.
std::array<std::vector<double>, 2> sample_statistics(const DataSet& data, const PoolRows& part);

/// What the record says of the data: name, counts, sizes, hashes, published or not. See docs/results_format.md.
/// Pure.
Json describe_data(const DataSet& data, const Split& split);

}  // namespace m2m::data
