#pragma once
// What docs/settings.md and docs/methods.md say of the tables.
#include <string>

namespace m2m::testing {

/// docs/settings.md, whole.
std::string settings_page();

/// The table of methods in docs/methods.md.
std::string methods_table();

}  // namespace m2m::testing
