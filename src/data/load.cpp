// The table of readers, and the folders where data sets are looked for.
#include <cstdlib>

#include "core/error.hpp"
#include "core/files.hpp"
#include "data/readers.hpp"
#include "settings/data_settings.hpp"

namespace m2m::data {
namespace {

using settings::DataSettings;

/// Reads the digits that come with the project; a copy of the user's own takes precedence.
DataSet read_digits_from(const DataRoots& roots, const DataSettings&) {
  const auto user_copy = roots.root / digits_file;
  return read_digits(std::filesystem::exists(user_copy) ? user_copy : roots.shipped / digits_file);
}

constexpr Reader readers[] = {
    {"cifar10",
     [](const DataRoots& roots, const DataSettings&) { return read_cifar(cifar10_layout(), roots.root); }},
    {"cifar100",
     [](const DataRoots& roots, const DataSettings&) { return read_cifar(cifar100_layout(), roots.root); }},
    {"svhn", [](const DataRoots& roots, const DataSettings&) { return read_svhn(roots.root); }},
    {"cinic10",
     [](const DataRoots& roots, const DataSettings& settings) { return read_cinic10(cinic10(), roots, settings); }},
    {"tiny-imagenet",
     [](const DataRoots& roots, const DataSettings& settings) {
       return read_tiny_imagenet(tiny_imagenet(), roots, settings);
     }},
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
    {"places-lt", [](const DataRoots& roots,
                     const DataSettings& settings) { return read_listed_set(places_lt(), roots, settings); }},
    {"inaturalist18",
     [](const DataRoots& roots, const DataSettings& settings) {
       return read_listed_set(inaturalist18(), roots, settings);
     }},
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

namespace fs = std::filesystem;
namespace {

/// Finds `datasets/` from the program's location, so that a moved checkout, copied and installed programs work.
fs::path shipped_folder() {
  const fs::path digits = find_shipped(fs::path("datasets") / digits_file);
  return digits.empty() ? fs::path(M2M_SHIPPED_DATASETS) : digits.parent_path();
}

}  // namespace

DataRoots data_roots(const settings::DataSettings& settings) {
  const fs::path shipped = shipped_folder();
  if (!settings.root.empty()) return {settings.root, shipped};
  const char* from_environment = std::getenv("M2M_DATA");
  if (from_environment != nullptr && *from_environment != '\0') return {from_environment, shipped};
  return {shipped, shipped};
}

}  // namespace m2m::data
