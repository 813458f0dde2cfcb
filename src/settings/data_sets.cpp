// The table of data sets: a row each, with its defaults.
#include "settings/data_settings.hpp"

namespace m2m::settings {

std::span<const DataSetFacts> data_sets() {
  using enum Imbalance;
  static constexpr DataSetFacts all[] = {
      {"cifar10", "CIFAR-10", "CIFAR-10, made imbalanced", longtail, Validation::test_head, "resnet32", false},
      {"cifar100", "CIFAR-100", "CIFAR-100, made imbalanced", longtail, Validation::test_head, "resnet32", false},
      // Long tails of it follow the protocol of CIFAR: a tenth of the test set validates.
      {"svhn", "SVHN", "SVHN, house numbers, made imbalanced", longtail, Validation::test_head, "resnet32", false},
      // It comes in three parts of equal size, so nothing is cut off to validate.
      {"cinic10", "CINIC-10", "CINIC-10, made imbalanced", longtail, Validation::own, "resnet32", true},
      // A fourth stage for 64x64: long tails of it are trained with a ResNet-18.
      {"tiny-imagenet", "Tiny ImageNet", "Tiny ImageNet, 200 classes of 64x64, made imbalanced", longtail,
       Validation::test_head, "preact18", true},
      {"digits", "digits", "1,797 handwritten digits of 8x8 pixels, which ship with the project", longtail,
       Validation::test_head, "resnet8", false},
      {"reuters36", "Reuters-36", "Reuters-52's 36 classes with at least 5 test documents, as bags of words", own,
       Validation::none, "mlp", false},
      {"twitter", "Twitter", "Parts of speech in tweets, 23 classes: a token's word vector and its neighbours'",
       own, Validation::own, "mlp", false},
      {"celeba5", "CelebA-5", "CelebA-5, five hair colours, by its lists", own, Validation::own, "resnet32", true},
      {"sun397", "SUN397", "SUN397, long-tailed, by its lists", own, Validation::own, "preact18", true},
      {"imagenet-lt", "ImageNet-LT", "ImageNet-LT, by its lists", own, Validation::own, "resnet50", true},
      {"places-lt", "Places-LT", "Places-LT, by its lists", own, Validation::own, "resnet50", true},
      // It is tested on its validation set, three pictures of a class: too few to cut a tenth off.
      {"inaturalist18", "iNaturalist 2018", "iNaturalist 2018, 8,142 species, by its lists", own, Validation::none,
       "resnet50", true},
      {"images", "images", "your own pictures, by lists or a folder a class", own, Validation::train_holdout,
       "resnet32", true},
      {"npz", "npz", "your own pixels or features, in NumPy's .npz", own, Validation::train_holdout, "resnet32",
       false},
  };
  return all;
}

std::vector<std::string> data_set_names() {
  std::vector<std::string> names;
  for (const DataSetFacts& one : data_sets()) names.emplace_back(one.name);
  return names;
}

const DataSetFacts& find_data_set(const std::string& name) {
  for (const DataSetFacts& one : data_sets()) {
    if (one.name == name) return one;
  }
  throw usage_error("data.set = '" + name + "': no data set has that name");
}

}  // namespace m2m::settings
