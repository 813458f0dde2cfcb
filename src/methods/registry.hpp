#pragma once
// Every method by name.
#include <string>
#include <vector>

#include "methods/method.hpp"

namespace m2m {

const std::vector<Method>& methods();
std::vector<std::string> method_names();

/// Throws Error (usage), naming the nearest, where no method has that name.
const Method& find_method(const std::string& name);

/// Fills in recipe.* and whatever else the method sets, where `config` does not say it. Pure.
Config with_recipe(Config config);
/// The same settings for another method, whose own recipe replaces recipe.*; of what else that method sets, only
/// what `config` does not say. Pure.
Config with_method(Config config, const std::string& name);

/// What `m2m-sweep describe NAME` prints: what the method does, its source, its phases.
std::string describe_method(const std::string& name);

/// The field `method` itself, and the fields of all methods.
std::vector<Field> method_fields();

}  // namespace m2m
