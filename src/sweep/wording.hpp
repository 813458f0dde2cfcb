#pragma once
// How stages, times and numbers are said to people.
#include <string>
#include <vector>

#include "sweep/graph.hpp"

namespace m2m::study {

/// The first 8 digits of an id: enough to find its folder.
std::string short_id(const std::string& id);

/// "trial" or "stage"
const char* kind_word(StageKind kind);

/// Per stage its label, the data settings in which the study's stages differ, and its seed: "M2m ratio=10 seed=3".
std::vector<std::string> titles(const StageGraph& graph);

/// The data and seed of a stage: "cifar10 rho=100 seed=3".
std::string data_text(const Stage& stage);

}  // namespace m2m::study

namespace m2m {

/// "81 s", "12 min", "1 h 48 min", "3 d 4 h"; seconds >= 0.
std::string duration_text(double seconds);

/// A setting's value: "0.5", "true", "cifar10", "160/180".
std::string value_text(const Json& value);

/// "3,900"; not negative.
std::string grouped(double whole_number);

/// "1 trial", "3 trials"
std::string counted(int number, const std::string& singular);

/// `text` cut to at most `columns` bytes, never inside a UTF-8 character.
std::string cut_to(const std::string& text, std::size_t columns);

}  // namespace m2m
