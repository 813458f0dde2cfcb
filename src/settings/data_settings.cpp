#include "settings/data_settings.hpp"

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

/// The data set and its files.
Rows<DataSettings> source_rows() {
  return {
      setting("data.set", &DataSettings::set).choices(data_set_names()).data().help("The data set."),
      setting("data.root", &DataSettings::root)
          .data()
          .provenance()
          .help("The folder of the data sets; empty: that of M2M_DATA in the environment, else datasets/ of the "
                "checkout."),
      setting("data.path", &DataSettings::path)
          .data()
          .provenance()
          .unit("file or folder")
          .help("Your own data: a folder for data.set = 'images', a file for 'npz', embeddings for 'twitter'."),
      setting("data.image_size", &DataSettings::image_size)
          .data()
          .unit("pixels")
          .range(0, 1024)
          .acts(has_pictures)
          .help("Width and height to which pictures of an image list are resized; 0: those of the data set."),
      setting("data.drop_doubles", &DataSettings::drop_doubles)
          .data()
          .acts(has_pictures)
          .help("Leave out of train the pictures that are listed in train and in test; by default the lists are "
                "followed as they are."),
      setting("data.strict", &DataSettings::strict)
          .data()
          .provenance()
          .help("Refuse pictures for which the decoder only warns, for example of stray bytes."),
      setting("data.skip_unreadable", &DataSettings::skip_unreadable)
          .data()
          .provenance()
          .help("Leave out pictures that are missing or cannot be decoded; by default they are refused. Pictures "
                "that are left out change the id of a trial, because it contains the hash of the data."),
      setting("data.cache", &DataSettings::cache)
          .data()
          .provenance()
          .help("The folder for caches of decoded pictures; empty: beside their lists."),
  };
}

/// The split into training, validation and test.
Rows<DataSettings> split_rows() {
  return {
      setting("data.imbalance", &DataSettings::imbalance)
          .data()
          .cuts_data()
          .derived()
          .help("The shape of the training counts: falling exponentially, falling in one step after half of the "
                "classes, N_1 for every class, or as the data come. By default that of the data set."),
      setting("data.ratio", &DataSettings::ratio)
          .data()
          .cuts_data()
          .at_least(1)
          .acts(has_ratio)
          .help("The imbalance ratio rho: the largest training count divided by the smallest. Acts if "
                "data.imbalance cuts the set by it."),
      setting("data.largest", &DataSettings::largest)
          .data()
          .cuts_data()
          .unit("images")
          .range(0, 1e9)
          .acts(is_cut)
          .help("N_1, the training images of the most frequent class; 0: that of the data set (CIFAR-10 "
                "5000, CIFAR-100 500, digits 100, SVHN 1000)."),
      setting("data.rounding", &DataSettings::rounding)
          .data()
          .cuts_data()
          .acts(is_long_tail)
          .help(
              "The last count of a long tail: as published, or one less, as floating point gives on some machines "
              "(CIFAR-100 only)."),
      setting("data.subset", &DataSettings::subset)
          .data()
          .cuts_data()
          .acts(is_cut)
          .help("The training images of a class: the first in file order, or a random choice from seeds.subset."),
      setting("data.validation", &DataSettings::validation)
          .data()
          .cuts_data()
          .derived()
          .help("The validation set: a tenth of the test set (the first images of each class, which then leave the "
                "test set), a tenth of the training samples drawn from seeds.subset, one fold of them, the "
                "validation set of the data, or none. By default that of the data set."),
      setting("data.fold", &DataSettings::fold)
          .data()
          .cuts_data()
          .range(0, 99)
          .acts(has_folds)
          .help("The fold that validates if data.validation = fold; folds are drawn from seeds.subset."),
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
