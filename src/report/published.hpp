#pragma once
// Numbers that others published, as quoted, and the settings they belong to.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.hpp"

namespace m2m::report {

/// Published numbers in %, with the digits of the source; "" if the source gives none. GM is without classes of
/// zero recall.
struct Quoted {
  std::string_view bacc, bacc_std, gm;
};

/// A method on the long-tailed `set` with imbalance ratio `ratio`.
struct PublishedRow {
  std::string_view method, set;
  double ratio;
  Quoted numbers;
};

/// A paper or repository, how it trained and cut its data, and its numbers.
struct PublishedSource {
  std::string_view name;        // "rerun"
  std::string_view origin;      // who and when
  std::string_view subset;      // data.subset, or in words a choice of images that no setting makes
  std::string_view validation;  // data.validation, or in words; "none": the last epoch on all 10,000 test images
  std::span<const PublishedRow> rows;
  std::optional<double> beta = {};  // m2m.beta of the rows that translate; nothing: any value of a trial fits
};

/// What tables show beside our numbers.
struct PublishedNumbers {
  Quoted paper;  // Kim, Jeong, Shin, CVPR 2020: mean and deviation
  Quoted rerun;  // a third party's full rerun of the authors' program, one seed a cell
};

/// Who made PublishedNumbers::rerun.
inline constexpr const char* rerun_source = "pjy0422/M2m, 2024";

/// Lists the sources: the paper first, then the rerun, then the others.
std::span<const PublishedSource> published_sources();

/// Finds the source's numbers of this label on the trial's data set and ratio, regardless of other settings;
/// nullptr if it has none.
const Quoted* find_published(const PublishedSource& source, const Config& config, std::string_view label);

/// Lists the settings of a trial that keep the source's number of this label from standing beside it: "train.epochs
/// = 40 (published with 200)". Published trials have the method by its own name with its recipe, ResNet-32 from its
/// initialisation, 200 epochs, a long tail from all images of the largest class, and the source's subset and test
/// set; settings that came later are at their defaults, among them width, schedule and optimiser. Empty if nothing
/// differs. Pure.
std::vector<std::string> differences_from_published(const PublishedSource& source, const Config& config,
                                                    std::string_view label);

/// Finds what the paper and its rerun have for exactly this setting. All texts are empty if nothing matches. Pure.
PublishedNumbers published_numbers(const Config& config, std::string_view label);

}  // namespace m2m::report
