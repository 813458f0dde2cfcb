#pragma once
// Numbers that others published, as quoted, and the settings they belong to.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.hpp"

namespace m2m::report {

/// In %, with the digits of the source; "" where the source gives none. GM is without classes of zero recall.
struct Quoted {
  std::string_view bacc, bacc_std, gm;
};

/// Of long-tailed `set` with that ratio.
struct PublishedRow {
  std::string_view method, set;
  double ratio;
  Quoted numbers;
};

struct PublishedSource {
  std::string_view name;        // "rerun"
  std::string_view origin;      // who and when
  std::string_view subset;      // data.subset, or in words a choice of images that no setting makes
  std::string_view validation;  // data.validation, or in words; "none": the last epoch on all 10,000 test images
  std::span<const PublishedRow> rows;
  std::optional<double> beta = {};  // m2m.beta of its rows that translate; nothing: whichever a trial has
};

struct PublishedNumbers {
  Quoted paper;  // Kim, Jeong, Shin, CVPR 2020: mean and deviation
  Quoted rerun;  // a third party's full rerun of the authors' program, one seed a cell
};

inline constexpr const char* rerun_source = "pjy0422/M2m, 2024";

/// The paper first, then the rerun, then the others.
std::span<const PublishedSource> published_sources();

/// What the source has of this label on the trial's data set and ratio, whatever else differs; nullptr: nothing.
const Quoted* published_by(const PublishedSource& source, const Config& config, std::string_view label);

/// Why the source's number of this label must not stand beside such a trial: "train.epochs = 40 (published with
/// 200)" for each setting that is not what was published: the method by its own name with its recipe, ResNet-32
/// from its initialisation, 200 epochs, a long tail from all images of the largest class, and the source's subset
/// and test set. Empty where it may.
std::vector<std::string> unlike_published(const PublishedSource& source, const Config& config,
                                          std::string_view label);

/// What the paper and its rerun have for exactly this setting. All texts are empty where nothing matches.
PublishedNumbers published_numbers(const Config& config, std::string_view label);

}  // namespace m2m::report
