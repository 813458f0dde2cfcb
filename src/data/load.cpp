#include "data/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "data/cifar.hpp"
#include "data/digits.hpp"
#include "data/npz.hpp"
#include "data/picture_sets.hpp"
#include "data/reuters.hpp"
#include "data/twitter.hpp"

namespace m2m::data {
namespace {

/// Digits come with the project; a copy of the user's own goes first.
DataSet read_digits_from(const DataRoots& roots, const Config&) {
  const auto own = roots.root / digits_file;
  return read_digits(std::filesystem::exists(own) ? own : roots.shipped / digits_file);
}

constexpr settings::DataSetDefaults cut_from_cifar{"longtail", "test-head", "resnet32"};

constexpr std::array readers{
    DataSetReader{"cifar10", "CIFAR-10, made imbalanced", cut_from_cifar, false,
                  [](const DataRoots& roots, const Config&) { return read_cifar(cifar10_layout(), roots.root); }},
    DataSetReader{"cifar100", "CIFAR-100, made imbalanced", cut_from_cifar, false,
                  [](const DataRoots& roots, const Config&) { return read_cifar(cifar100_layout(), roots.root); }},
    DataSetReader{"digits",
                  "1,797 handwritten digits of 8x8 pixels, which ship with the project",
                  {"longtail", "test-head", "resnet8"},
                  false,
                  read_digits_from},
    DataSetReader{"reuters36",
                  "Reuters-52's 36 classes with at least 5 test documents, as bags of words",
                  {"own", "none", "mlp"},
                  false,
                  [](const DataRoots& roots, const Config&) { return read_reuters(roots.root); }},
    DataSetReader{"twitter",
                  "Parts of speech in tweets, 23 classes: a token's word vector and its neighbours'",
                  {"own", "own", "mlp"},
                  false,
                  [](const DataRoots& roots, const Config& config) {
                    return read_twitter(roots.root, config.has("data.path") ? config.text("data.path") : "");
                  }},
    DataSetReader{
        "celeba5",
        "CelebA-5, five hair colours, by its lists",
        {"own", "own", "resnet32"},
        true,
        [](const DataRoots& roots, const Config& config) { return read_listed_set(celeba5(), roots, config); }},
    DataSetReader{
        "sun397",
        "SUN397, long-tailed, by its lists",
        {"own", "own", "preact18"},
        true,
        [](const DataRoots& roots, const Config& config) { return read_listed_set(sun397(), roots, config); }},
    DataSetReader{
        "imagenet-lt",
        "ImageNet-LT, by its lists",
        {"own", "own", "resnet50"},
        true,
        [](const DataRoots& roots, const Config& config) { return read_listed_set(imagenet_lt(), roots, config); }},
    DataSetReader{"images",
                  "your own pictures, by lists or a folder a class",
                  {"own", "train-holdout", "resnet32"},
                  true,
                  [](const DataRoots&, const Config& config) { return read_own_pictures(config); }},
    DataSetReader{"npz",
                  "your own pixels or features, in NumPy's .npz",
                  {"own", "train-holdout", "resnet32"},
                  false,
                  [](const DataRoots&, const Config& config) { return read_npz(config.text("data.path")); }},
};

}  // namespace

std::span<const DataSetReader> data_set_readers() { return readers; }

const DataSetReader& find_data_set(const std::string& name) {
  const auto found =
      std::find_if(readers.begin(), readers.end(), [&](const auto& one) { return name == one.name; });
  if (found == readers.end()) throw usage_error("data.set = '" + name + "': no data set has that name");
  return *found;
}

DataSet load_data_set(const Config& config) {
  return find_data_set(config.text("data.set")).read(data_roots(config), config);
}

}  // namespace m2m::data

namespace m2m::settings {
namespace {

void set_if_absent(Config& config, const char* name, const char* value) {
  if (!config.has(name)) config.set(name, value);
}

}  // namespace

Config derive_data_settings(Config config) {
  const DataSetDefaults& own = data::find_data_set(config.text("data.set")).defaults;
  set_if_absent(config, "data.imbalance", own.imbalance);
  set_if_absent(config, "data.validation", own.validation);
  set_if_absent(config, "train.network", own.network);
  return config;
}

bool data_setting_acts(const std::string& name, const Config& resolved) {
  const std::string imbalance = resolved.text("data.imbalance");
  if (name == "data.image_size" || name == "data.drop_doubles")
    return data::find_data_set(resolved.text("data.set")).has_pictures;
  if (name == "data.fold" || name == "data.folds") return resolved.text("data.validation") == "fold";
  if (name == "data.ratio") return imbalance == "longtail" || imbalance == "step";
  if (name == "data.rounding") return imbalance == "longtail";
  if (name == "data.largest" || name == "data.subset") return imbalance != "own";
  return true;
}

}  // namespace m2m::settings
