#pragma once
// Makes the tables of docs/settings.md and docs/methods.md.
#include <string>

namespace m2m::testing {

/// The whole text of docs/settings.md.
std::string settings_page();

/// The table of methods of docs/methods.md.
std::string methods_table();

}  // namespace m2m::testing
