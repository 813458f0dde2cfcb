#pragma once
// Damages text data for tests, and finds the real ones.
#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/philox.hpp"
#include "support/synthetic_data.hpp"
#include "support/test_root.hpp"

namespace m2m::testing {

/// Folder of the real text data: M2M_DATA if it has them, else `shared/datasets` beside the checkout, which may be
/// absent.
inline std::filesystem::path real_text_root() {
  const char* root = std::getenv("M2M_DATA");
  if (root != nullptr && std::filesystem::exists(std::filesystem::path(root) / "reuters52")) return root;
  return testing::test_root().parent_path() / "shared" / "datasets";
}

/// Replaces some bytes of `text` or cuts off its end. Deterministic in `number`.
inline std::string damaged(std::string text, std::uint32_t number) {
  const PhiloxBlock drawn = philox4x32_10({number, 0, 0, 0}, {1, 2});
  if (text.empty()) return text;
  if (drawn[0] % 4 == 0) return text.substr(0, drawn[1] % text.size());
  for (std::uint32_t change = 0; change <= drawn[0] % 3; ++change) {
    const PhiloxBlock where = philox4x32_10({number, change, 1, 0}, {1, 2});
    text[where[0] % text.size()] = static_cast<char>(where[1]);
  }
  return text;
}

/// True if `action` succeeds or throws an Error with a text, the only two outcomes that a damaged file may have.
template <typename Action>
bool ends_well(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return *error.what() != '\0';
  }
  return true;
}

}  // namespace m2m::testing
