#pragma once
// A method is a value: a name for a set of choices, each of which is a setting and can be made otherwise.
#include <string>

#include "core/config.hpp"

namespace m2m::settings {

struct Method {
  std::string name;                // as studies and tables say it
  std::string about;               // one sentence
  std::string source;              // where it comes from
  Json settings = Json::object();  // what it sets where a study does not: recipe.* and a few others
};

}  // namespace m2m::settings
