#include "data/data_set.hpp"
#include "data/load.hpp"

namespace m2m {
namespace {

Field choice(const char* name, std::vector<std::string> choices, const char* help) {
  const std::string standard = choices.front();
  return {.name = name, .standard = standard, .unit = "", .help = help, .choices = std::move(choices)};
}

std::vector<std::string> data_set_names() {
  std::vector<std::string> names;
  for (const DataSetReader& reader : data_set_readers()) names.push_back(reader.name);
  return names;
}

}  // namespace

std::vector<Field> data_fields() {
  return {
      choice("data.set", data_set_names(), "The data set."),
      {.name = "data.root",
       .standard = "",
       .unit = "",
       .help = "The folder that holds the data sets; empty: the environment's M2M_DATA, else datasets/ of the "
               "checkout.",
       .use = FieldUse::provenance},
      choice("data.imbalance", {"longtail", "step", "none"},
             "How training counts fall: exponentially, in one step after half of the classes, or not at all."),
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
      choice("data.validation", {"test-head", "train-holdout", "none"},
             "What validates: a tenth of the test set (its first images of each class, which then do not test), a "
             "tenth of "
             "the training images drawn from seeds.subset, or nothing."),
  };
}

}  // namespace m2m
