#include "apps/given_study.hpp"

#include "apps/default_study.hpp"
#include "settings/setting.hpp"

namespace m2m::apps {

study::Study read_given_study(const std::optional<std::filesystem::path>& file,
                              const std::vector<std::string>& settings,
                              const std::vector<settings::Setting>& fields) {
  study::Study study = study::read_study_file(file ? *file : default_study(), fields);
  for (const std::string& setting : settings) study::apply_override(study, setting, fields);
  return study;
}

}  // namespace m2m::apps
