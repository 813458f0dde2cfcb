#pragma once
// Numbers that many may read and nobody copies: in memory, or mapped from a file.
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
#include "settings/data_settings.hpp"

namespace m2m::data {

/// A read-only array. Copies share it; the last one to go frees it, or unmaps its file.
template <typename T>
class SharedArray {
 public:
  SharedArray() = default;
  SharedArray(std::vector<T> values)  // NOLINT: a vector is one
      : size_(values.size()) {
    auto kept = std::make_shared<const std::vector<T>>(std::move(values));
    data_ = std::shared_ptr<const T>(kept, kept->data());
  }
  /// data: of `size` values; what it points to has to live as long as it does.
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

// Data sets as they lie on disk, and the parts of them that train, validate and test.

struct ImageShape {
  int channels = 0, height = 0, width = 0;
  std::int64_t size() const { return std::int64_t{1} * channels * height * width; }
  bool is_vector() const { return channels == 1 && height == 1; }  // of features
  bool operator==(const ImageShape&) const = default;
};

/// Samples and their labels: images, channel planes first, or vectors of features.
struct Samples {
  ImageShape shape;                  // of features: 1 x 1 x their number
  SharedArray<std::uint8_t> pixels;  // [n, c, h, w]; empty where there are features
  std::vector<std::int32_t> labels;  // [n], 0 .. K-1
  SharedArray<float> features = {};  // [n, width] in [0, 1] over the training part; empty where there are pixels
  std::vector<bool> present = {};    // [n]; images that are not are blanks, never to be used; empty: all are
  std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
};

/// How a training image is shifted and flipped: zero padding by `pad` and a random crop of the old size, or, where
/// `min_scale` is below 1, a random part of it (of that share of its area at least, sides 3:4 to 4:3) resized to
/// the whole; then a random flip.
struct Augmentation {
  int pad = 0;
  bool flip = false;
  double min_scale = 1;
};

struct DataSet {
  std::string name;  // "cifar10"
  int classes = 0;
  Samples train, test;            // digits: everything is in train, test is empty
  Samples validation;             // its own; empty where it has none
  double max_pixel = 255;         // pixel / max_pixel lies in [0, 1]
  std::vector<double> mean, std;  // per channel, of scaled pixels; empty: computed from the training part
  Augmentation augmentation;
  std::int64_t default_largest = 0;  // N_1 unless data.largest says otherwise
  std::string files_sha256;  // over the files' bytes in reading order; of pictures, over lists and decoded pixels
  bool published = true;     // whether that is the published content
  std::string notice;        // what is off, for people: a sentence a line; empty if nothing is
  bool has_features() const { return !train.features.empty(); }
};

enum class Pool { train, test, validation };

/// "train", "test", "validation"
const char* to_text(Pool pool);

/// Rows of one of the data set's pools, in the order they are used for evaluation.
struct PoolRows {
  Pool pool = Pool::train;
  std::vector<std::int32_t> rows;
};

/// The images of a pool.
const Samples& samples_in(const DataSet& data, Pool pool);

/// A data set cut into training, validation and test.
struct Split {
  PoolRows train, validation, test;
  ClassCounts counts;                                        // [K] of the training part
  std::string train_sha256, validation_sha256, test_sha256;  // of the rows as little-endian int32
};

/// Reads the data set that data.set names, from data.root, else the environment's M2M_DATA, else `datasets/` of the
/// checkout. Local; reads each file once.
///
/// Throws Error (bad_data): a missing folder or file, a wrong size, a label out of range, each with what to do.
DataSet load_data_set(const settings::DataSettings& settings);

/// Cuts `data` as data.ratio, data.imbalance, data.largest, data.rounding, data.subset, data.validation and
/// data.fold say.
///
/// seed: drawn from only where data.subset = "random" or data.validation is "train-holdout" or "fold". Pure: the
/// same on every rank. A set without test images of its own (digits) tests on the images that training leaves;
/// where test-head would cut the test images in two, every second one of a class validates there. Rows are in file
/// order. docs/protocol.md, "Data". Throws Error (usage) where a class would be left without a sample or has fewer
/// than asked for.
Split split_data(const DataSet& data, const settings::DataSettings& settings, Key seed);

/// Mean and standard deviation per channel of scaled pixels over a part, for data sets that publish none; of
/// features one number for all of them. A deviation of 0 counts as 1.
std::array<std::vector<double>, 2> sample_statistics(const DataSet& data, const PoolRows& part);

/// What the record keeps of the data: name, counts, sizes, hashes, published or not. See results/README.md.
Json describe_data(const DataSet& data, const Split& split);

}  // namespace m2m::data
