#pragma once
// Which trials may be averaged.
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "results/study_results.hpp"

namespace m2m::report {

/// What a table says about its numbers beside them: {"validation", "test-head"}, {"protocol", "code"},
/// {"precision", "float32"}, {"network", "resnet32"}, {"epochs", "200"}.
struct Fact {
  std::string name, value;
};
std::vector<Fact> facts_of(const Config& config);

/// Why these trials, all of one method and data setting (`where` names them), must not be averaged: they differ in
/// numerics version, precision, validation mode, protocol, or in anything else that acts in training but seeds.
/// `may_differ` names settings that are no reason. Nothing where they may.
std::optional<std::string> why_not_average(const std::vector<const results::TrialRecord*>& trials,
                                           const std::string& where, const std::set<std::string>& may_differ = {});

/// Why these trials, of any methods but one data setting, must not be compared: they differ in numerics version,
/// precision, validation mode or protocol. Nothing where they may.
std::optional<std::string> why_not_compare(const std::vector<const results::TrialRecord*>& trials,
                                           const std::string& where);

/// Why these two, of any methods but one data setting and the same seeds, must not be compared: their data files,
/// training counts, or samples to train, validate or test on differ. Nothing where they may.
std::optional<std::string> why_not_pair(const results::TrialRecord& a, const results::TrialRecord& b,
                                        const std::string& where);

/// Why one must not choose among these trials by validation, all of one method and data setting: they validate on
/// different sets. Nothing where one may.
std::optional<std::string> why_not_choose(const std::vector<const results::TrialRecord*>& trials,
                                          const std::string& where);

}  // namespace m2m::report
