#pragma once
// What a reader of untrusted bytes has to do: read, or refuse with one sentence that names the file.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "support/said.hpp"

namespace m2m::testing {

/// Reads bytes that are called "sample"; the result does not matter.
using Reader = std::function<void(const std::string& bytes)>;

/// The sentence with which `read` refuses `bytes` as bad data; "" where it reads them. Any other exception fails.
std::string refusal(const Reader& read, const std::string& bytes);

/// Every beginning of `bytes`, at `stride` bytes apart, is refused.
void expect_truncations_refused(const Reader& read, const std::string& bytes, std::size_t stride);

/// `rounds` times some bytes, one to four of the first `within`, are changed at random: read or refused.
void expect_flips_survived(const Reader& read, const std::string& bytes, std::size_t within, int rounds);

}  // namespace m2m::testing
