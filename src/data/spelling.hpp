#pragma once
// What the letters of a word say about its part of speech.
#include <array>
#include <cstddef>
#include <string_view>

namespace m2m::data {

inline constexpr std::size_t spelling_width = 18;

/// Of a word that is not empty, each 0 or 1 but the last: begins with a capital; is a mention (@, <@); a hashtag;
/// an address; has a digit; has digits and no letter; has neither; has a byte beyond ASCII; an apostrophe; a letter
/// three times in a row; ends in -ing, -ed, -ly, -s, -'s, -er, -tion; the bytes of it over 16, at most 1. Pure.
std::array<float, spelling_width> spelling_of(std::string_view word);

}  // namespace m2m::data
