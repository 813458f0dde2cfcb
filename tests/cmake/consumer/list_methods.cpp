// Prints the version of m2m and the names of its methods, one a line.
#include <iostream>

#include "core/version.hpp"
#include "settings/recipe.hpp"

int main() {
  std::cout << m2m::program_version() << "\n";
  for (const std::string& method : m2m::settings::method_names()) std::cout << method << "\n";
}
