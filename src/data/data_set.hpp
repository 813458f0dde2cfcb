#pragma once
// Data sets as they lie on disk, and the parts of them that train, validate and test.
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/class_counts.hpp"
#include "core/config.hpp"
#include "core/philox.hpp"

namespace m2m {

struct ImageShape {
  int channels = 0, height = 0, width = 0;
  std::int64_t size() const { return std::int64_t{1} * channels * height * width; }
  bool operator==(const ImageShape&) const = default;
};

/// Images and their labels, resident, channel planes first.
struct Images {
  ImageShape shape;
  std::vector<std::uint8_t> pixels;  // [n, c, h, w]
  std::vector<std::int32_t> labels;  // [n], 0 .. K-1
  std::int64_t count() const { return static_cast<std::int64_t>(labels.size()); }
};

/// How a training image is shifted and flipped: zero padding by `pad`, a random crop of the old size, a random
/// flip.
struct Augmentation {
  int pad = 0;
  bool flip = false;
};

struct DataSet {
  std::string name;  // "cifar10"
  int classes = 0;
  Images train, test;             // digits: everything is in train, test is empty
  double largest_pixel = 255;     // pixel / largest_pixel lies in [0, 1]
  std::vector<double> mean, std;  // per channel, of scaled pixels; empty: computed from the training part
  Augmentation augmentation;
  std::int64_t default_largest = 0;  // N_1 unless data.largest says otherwise
  std::string files_sha256;          // over the files' bytes, in reading order
  bool published = true;             // whether that is the published content
  std::string notice;                // one sentence for people where it is not; else empty
};

enum class Pool { train, test };

/// Rows of one of the data set's two pools, in the order they are used for evaluation.
struct Part {
  Pool pool = Pool::train;
  std::vector<std::int32_t> rows;
};

/// A data set cut into training, validation and test.
struct Split {
  Part train, validation, test;
  ClassCounts counts;                                        // [K] of the training part
  std::string train_sha256, validation_sha256, test_sha256;  // of the rows as little-endian int32
};

/// The rows of the data set's settings (data.*).
std::vector<Field> data_fields();

/// Reads the data set that data.set names, from data.root, else the environment's M2M_DATA, else `datasets/` of the
/// checkout. Local; reads each file once.
///
/// Throws Error (bad_data): a missing folder or file, a wrong size, a label out of range, each with what to do.
DataSet load_data_set(const Config& config);

/// Cuts `data` as data.ratio, data.imbalance, data.largest, data.rounding, data.subset and data.validation say.
///
/// seed: drawn from only where data.subset = "random" or data.validation = "train-holdout". Pure: the same on every
/// rank. A set without test images of its own (digits) tests on the images that training leaves; where test-head
/// would cut the test images in two, every second one of a class validates there. Rows are in file order. PROTOCOL
/// section 2. Throws Error (usage) where a class would be left without a sample or has fewer than asked for.
Split split_data(const DataSet& data, const Config& config, Key seed);

/// Mean and standard deviation per channel of scaled pixels over a part, for data sets that publish none.
std::array<std::vector<double>, 2> pixel_statistics(const DataSet& data, const Part& part);

/// What the record keeps of the data: name, counts, sizes, hashes, published or not. See results/README.md.
Json describe_data(const DataSet& data, const Split& split);

}  // namespace m2m
