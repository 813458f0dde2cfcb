#include "settings/data_settings.hpp"

#include "settings/data_sets.hpp"

namespace m2m::settings {
namespace {

Imbalance imbalance_of(const Config& resolved) { return parse_word<Imbalance>(resolved.text("data.imbalance")); }

bool has_pictures(const Config& resolved) { return find_data_set(resolved.text("data.set")).has_pictures; }
bool is_cut(const Config& resolved) { return imbalance_of(resolved) != Imbalance::own; }
bool is_long_tail(const Config& resolved) { return imbalance_of(resolved) == Imbalance::longtail; }
bool has_ratio(const Config& resolved) {
  return is_long_tail(resolved) || imbalance_of(resolved) == Imbalance::step;
}
bool has_folds(const Config& resolved) { return resolved.text("data.validation") == to_text(Validation::fold); }

/// Which data, and where they lie.
Rows<DataSettings> source_rows() {
  return {
      setting("data.set", &DataSettings::set).choices(data_set_names()).data().help("The data set."),
      setting("data.root", &DataSettings::root)
          .data()
          .provenance()
          .help("The folder that holds the data sets; empty: the environment's M2M_DATA, else datasets/ of the "
                "checkout."),
      setting("data.path", &DataSettings::path)
          .data()
          .provenance()
          .unit("file or folder")
          .help(
              "The user's own data: a folder for data.set = 'images', a file for 'npz', embeddings for 'twitter'."),
      setting("data.image_size", &DataSettings::image_size)
          .data()
          .unit("pixels")
          .range(0, 1024)
          .acts(has_pictures)
          .help("Side of the square that pictures of an image list are resized to; 0: the data set's own."),
      setting("data.drop_doubles", &DataSettings::drop_doubles)
          .data()
          .acts(has_pictures)
          .help("Whether pictures that are listed in train and in test are left out of train; else the lists are "
                "followed as they are."),
      setting("data.strict", &DataSettings::strict)
          .data()
          .provenance()
          .help("Whether pictures for which the decoder library only warns, for example of stray bytes, are "
                "refused."),
      setting("data.skip_unreadable", &DataSettings::skip_unreadable)
          .data()
          .provenance()
          .help("Whether pictures that are missing or cannot be decoded are left out; by default they are refused. "
                "Those left out show in a trial's id by the hash of its data."),
      setting("data.cache", &DataSettings::cache)
          .data()
          .provenance()
          .help("The folder that keeps decoded pictures; empty: beside their lists."),
  };
}

/// How they are split into training, validation and test.
Rows<DataSettings> split_rows() {
  return {
      setting("data.imbalance", &DataSettings::imbalance)
          .data()
          .cuts_data()
          .derived()
          .help("How training counts fall: exponentially, in one step after half of the classes, not at all (every "
                "class N_1), or as the data come. By default the data set's own."),
      setting("data.ratio", &DataSettings::ratio)
          .data()
          .cuts_data()
          .at_least(1)
          .acts(has_ratio)
          .help("The imbalance ratio rho: the largest training count over the smallest."),
      setting("data.largest", &DataSettings::largest)
          .data()
          .cuts_data()
          .unit("images")
          .at_least(0)
          .acts(is_cut)
          .help("N_1, the training images of the most frequent class; 0: the data set's own (CIFAR-10 5000, "
                "CIFAR-100 "
                "500, digits 100)."),
      setting("data.rounding", &DataSettings::rounding)
          .data()
          .cuts_data()
          .acts(is_long_tail)
          .help("The long tail's last class as the field reports it, or one short as floating point has it on some "
                "machines (CIFAR-100 only)."),
      setting("data.subset", &DataSettings::subset)
          .data()
          .cuts_data()
          .acts(is_cut)
          .help("Which images of a class train: the first in file order, or some drawn from seeds.subset."),
      setting("data.validation", &DataSettings::validation)
          .data()
          .cuts_data()
          .derived()
          .help(
              "What validates: a tenth of the test set (its first images of each class, which then do not test), a "
              "tenth of the training samples drawn from seeds.subset, one fold of them, the set that the data come "
              "with, or nothing. By default the data set's own way."),
      setting("data.fold", &DataSettings::fold)
          .data()
          .cuts_data()
          .range(0, 99)
          .acts(has_folds)
          .help("Which fold validates if data.validation = fold; folds are drawn from seeds.subset."),
      setting("data.folds", &DataSettings::folds)
          .data()
          .cuts_data()
          .unit("folds")
          .range(2, 100)
          .acts(has_folds)
          .help("Number of folds of the training samples."),
  };
}

}  // namespace

template <>
const Rows<DataSettings>& rows<DataSettings>() {
  static const Rows<DataSettings> all = [] {
    Rows<DataSettings> joined = source_rows();
    for (Row<DataSettings>& row : split_rows()) joined.push_back(std::move(row));
    return joined;
  }();
  return all;
}

}  // namespace m2m::settings
