#pragma once
// Checks of a reader of untrusted bytes: it reads them or throws one error that names the file.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "support/said.hpp"

namespace m2m::testing {

/// Reads bytes that are named "sample"; the result is ignored.
using Reader = std::function<void(const std::string& bytes)>;

/// Text of the Error (bad_data) of reading `bytes`; "" if they are read. Any other exception fails the test.
std::string refusal(const Reader& read, const std::string& bytes);

/// Expects an error for the beginnings of `bytes`, every `stride` bytes.
void expect_truncations_refused(const Reader& read, const std::string& bytes, std::size_t stride);

/// Changes one to four of the first `within` bytes at random, `rounds` times, and expects an error or a result.
void expect_flips_survived(const Reader& read, const std::string& bytes, std::size_t within, int rounds);

}  // namespace m2m::testing
