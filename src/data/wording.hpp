#pragma once
// Words for the sentences of this room.
#include <cstdint>
#include <string>

namespace m2m {

/// 30720000 -> "30,720,000"
std::string grouped(std::uintmax_t number);

/// Whether the bytes are UTF-8, so that they may stand in sentences and JSON.
bool is_utf8(const std::string& bytes);

}  // namespace m2m
