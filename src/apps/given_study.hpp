#pragma once
// The study that a command line names.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "settings/setting.hpp"
#include "study/study.hpp"

namespace m2m::apps {

/// The study file, or the default study where none is named, with `settings` ("key=value") applied in turn.
/// Throws Error as read_study_file, default_study and apply_override do.
study::Study read_given_study(const std::optional<std::filesystem::path>& file,
                              const std::vector<std::string>& settings,
                              const std::vector<settings::Setting>& fields);

}  // namespace m2m::apps
