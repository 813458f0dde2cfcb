#pragma once
// The catalogue of methods: a row each.
#include <string>
#include <vector>

#include "core/config.hpp"

namespace m2m::settings {

/// A method is a name for a set of choices, each of which is a setting and can be made otherwise.
struct Method {
  std::string name;   // in studies and tables, published ones too
  std::string about;  // one sentence
  std::string
      details;  // its equation, for docs/methods.md: z are logits, N_k training samples of class k, w_k weights
  std::string source;  // where it comes from
  Json sets;           // what it sets if a study does not: recipe.* and a few others
};

const std::vector<Method>& catalogue();
std::vector<std::string> method_names();

/// Throws Error (usage), naming them all, if no method has that name.
const Method& find_method(const std::string& name);

}  // namespace m2m::settings
