#pragma once
// Every method by name.
#include <string>
#include <vector>

#include "methods/method.hpp"

namespace m2m::settings {

const std::vector<Method>& methods();
std::vector<std::string> method_names();

/// Throws Error (usage), naming the nearest, where no method has that name.
const Method& find_method(const std::string& name);

/// Fills in recipe.* and whatever else the method sets, where `config` does not say it. Pure.
Config with_recipe(Config config);
/// The same settings for another method: its recipe replaces recipe.*. Of what else a method sets, what the old one
/// said goes, and what the new one says comes where `config` has the default. Pure.
Config with_method(Config config, const std::string& name);

/// What `m2m-sweep describe NAME` prints: what the method does, its source, its phases.
std::string describe_method(const std::string& name);

/// The field `method` itself, and the fields of all methods.
std::vector<Field> method_fields();

}  // namespace m2m::settings
