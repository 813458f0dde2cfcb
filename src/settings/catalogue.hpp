#pragma once
// The catalogue of methods, one row each.
#include <string>
#include <vector>

#include "core/config.hpp"

namespace m2m::settings {

/// A method: a name for a recipe. Each choice of the recipe is a setting that a study may change.
struct Method {
  std::string name;   // in studies and tables, published ones too
  std::string about;  // one sentence
  // its equation, for docs/methods.md: z are logits, N_k training samples of class k, w_k weights
  std::string details;
  std::string source;  // the publication
  Json sets;           // values of recipe.* and a few other settings, unless a study gives them
};

/// All methods, in the order of help.
const std::vector<Method>& catalogue();
/// The names of all methods, in the order of the catalogue.
std::vector<std::string> method_names();

/// The method of that name. Throws Error (usage) if there is none; the sentence lists all names.
const Method& find_method(const std::string& name);

}  // namespace m2m::settings
