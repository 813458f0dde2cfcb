#include "data/load.hpp"

#include "core/error.hpp"
#include "data/cifar.hpp"
#include "data/digits.hpp"
#include "data/npz.hpp"
#include "data/picture_sets.hpp"
#include "data/reuters.hpp"
#include "data/twitter.hpp"
#include "settings/data_sets.hpp"

namespace m2m::data {
namespace {

using settings::DataSettings;

/// Digits come with the project; a copy of the user's own goes first.
DataSet read_digits_from(const DataRoots& roots, const DataSettings&) {
  const auto own = roots.root / digits_file;
  return read_digits(std::filesystem::exists(own) ? own : roots.shipped / digits_file);
}

constexpr Reader readers[] = {
    {"cifar10",
     [](const DataRoots& roots, const DataSettings&) { return read_cifar(cifar10_layout(), roots.root); }},
    {"cifar100",
     [](const DataRoots& roots, const DataSettings&) { return read_cifar(cifar100_layout(), roots.root); }},
    {"digits", read_digits_from},
    {"reuters36", [](const DataRoots& roots, const DataSettings&) { return read_reuters(roots.root); }},
    {"twitter",
     [](const DataRoots& roots, const DataSettings& settings) { return read_twitter(roots.root, settings.path); }},
    {"celeba5", [](const DataRoots& roots,
                   const DataSettings& settings) { return read_listed_set(celeba5(), roots, settings); }},
    {"sun397", [](const DataRoots& roots,
                  const DataSettings& settings) { return read_listed_set(sun397(), roots, settings); }},
    {"imagenet-lt", [](const DataRoots& roots,
                       const DataSettings& settings) { return read_listed_set(imagenet_lt(), roots, settings); }},
    {"images", [](const DataRoots&, const DataSettings& settings) { return read_own_pictures(settings); }},
    {"npz", [](const DataRoots&, const DataSettings& settings) { return read_npz(settings.path); }},
};

}  // namespace

const Reader& find_reader(const std::string& name) {
  for (const Reader& reader : readers) {
    if (name == reader.name) return reader;
  }
  throw internal_error("no reader for data.set = '" + name + "'");
}

DataSet load_data_set(const DataSettings& settings) {
  return find_reader(settings::find_data_set(settings.set).name).read(data_roots(settings), settings);
}

}  // namespace m2m::data
