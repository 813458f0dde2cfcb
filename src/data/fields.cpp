#include "data/data_set.hpp"
#include "data/load.hpp"

namespace m2m::settings {
namespace {

Field choice(const char* name, std::vector<std::string> choices, const char* help) {
  const std::string standard = choices.front();
  return {.name = name, .standard = standard, .unit = "", .help = help, .choices = std::move(choices)};
}

std::vector<std::string> data_set_names() {
  std::vector<std::string> names;
  for (const data::DataSetReader& reader : data::data_set_readers()) names.push_back(reader.name);
  return names;
}

/// Which data, and where they lie.
std::vector<Field> source_fields() {
  return {
      choice("data.set", data_set_names(), "The data set."),
      {.name = "data.root",
       .standard = "",
       .unit = "",
       .help = "The folder that holds the data sets; empty: the environment's M2M_DATA, else datasets/ of the "
               "checkout.",
       .use = FieldUse::provenance},
      {.name = "data.path",
       .standard = "",
       .unit = "file or folder",
       .help = "The user's own data: a folder for data.set = 'images', a file for 'npz', embeddings for 'twitter'.",
       .use = FieldUse::provenance},
      {.name = "data.image_size",
       .type = FieldType::integer,
       .standard = 0,
       .unit = "pixels",
       .help = "Side of the square that pictures of an image list are resized to; 0: the data set's own.",
       .least = 0,
       .most = 1024},
      {.name = "data.drop_doubles",
       .type = FieldType::flag,
       .standard = false,
       .unit = "",
       .help = "Whether pictures that are listed in train and in test are left out of train; else the lists are "
               "followed as they are."},
      {.name = "data.strict",
       .type = FieldType::flag,
       .standard = false,
       .unit = "",
       .help =
           "Whether pictures for which the decoder library only warns, of stray bytes for example, are refused.",
       .use = FieldUse::provenance},
      {.name = "data.skip_unreadable",
       .type = FieldType::flag,
       .standard = nullptr,
       .unit = "",
       .help =
           "Whether pictures that are missing or cannot be decoded are left out; refused unless given. Those left "
           "out show in a trial's id by the hash of its data.",
       .use = FieldUse::provenance},
      {.name = "data.cache",
       .standard = "",
       .unit = "",
       .help = "The folder that keeps decoded pictures; empty: beside their lists.",
       .use = FieldUse::provenance},
  };
}

/// How they are cut into training, validation and test.
std::vector<Field> split_fields() {
  return {
      {.name = "data.imbalance",
       .standard = nullptr,
       .unit = "",
       .help = "How training counts fall: exponentially, in one step after half of the classes, not at all (every "
               "class N_1), or as the data come. The data set's own unless given.",
       .choices = {"longtail", "step", "none", "own"}},
      {.name = "data.ratio",
       .type = FieldType::number,
       .standard = 100.0,
       .unit = "",
       .help = "The imbalance ratio rho: the largest training count over the smallest.",
       .least = 1},
      {.name = "data.largest",
       .type = FieldType::integer,
       .standard = 0,
       .unit = "images",
       .help = "N_1, the training images of the most frequent class; 0: the data set's own (CIFAR-10 5000, "
               "CIFAR-100 500, "
               "digits 100).",
       .least = 0},
      choice("data.rounding", {"field", "truncated"},
             "The long tail's last class as the field reports it, or one short as floating point has it on some "
             "machines "
             "(CIFAR-100 only)."),
      choice("data.subset", {"head", "random"},
             "Which images of a class train: the first in file order, or some drawn from seeds.subset."),
      {.name = "data.validation",
       .standard = nullptr,
       .unit = "",
       .help =
           "What validates: a tenth of the test set (its first images of each class, which then do not test), a "
           "tenth of the training samples drawn from seeds.subset, one fold of them, the set that the data come "
           "with, or nothing. The data set's own way unless given.",
       .choices = {"test-head", "train-holdout", "fold", "own", "none"}},
      {.name = "data.fold",
       .type = FieldType::integer,
       .standard = 0,
       .unit = "",
       .help = "Which fold validates where data.validation = fold; folds are drawn from seeds.subset.",
       .least = 0,
       .most = 99},
      {.name = "data.folds",
       .type = FieldType::integer,
       .standard = 5,
       .unit = "folds",
       .help = "Into how many folds the training samples fall.",
       .least = 2,
       .most = 100},
  };
}

}  // namespace

std::vector<Field> data_fields() {
  std::vector<Field> fields = source_fields();
  for (Field& field : split_fields()) fields.push_back(std::move(field));
  return fields;
}

}  // namespace m2m::settings
