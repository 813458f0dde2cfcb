#pragma once
// Vectors of 50 numbers for the words of tweets: read from embeddings, or made up from Brown clusters.
#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "data/text_file.hpp"

namespace m2m::data {

inline constexpr std::size_t word_vector_width = 50;
using WordVector = std::array<float, word_vector_width>;

/// A word's vector; the same for the same word.
using WordVectors = std::function<WordVector(std::string_view word)>;

/// ASCII letters in lower case, all else as it is.
std::string lower_case(std::string_view word);

/// The vectors of an embeddings file, `word v1 ... v50` a line, by spaces; `file` has to outlive them.
///
/// A word that the file lacks has the vector of its lower-case form, or zeros. The first of two lines for a word
/// counts. Throws Error (bad_data) naming the line that has another number of values, or one that is not finite.
WordVectors read_embeddings(const TextFile& file);

/// Stand-ins for embeddings from Brown clusters, `bits<TAB>word` a line; `file` has to outlive them.
///
/// Of the 50 numbers the first 16 are the bits of the word's cluster, -1 or 1 times 0.9^position, 0 beyond their
/// end; the next 16 are 1 for the cluster's first four bits and 0 elsewhere; the last 18 say how the word is
/// written (see spelling_features). A word that the file lacks has the cluster of its lower-case form, or zeros for
/// it. Throws Error (bad_data) naming the line that is not like that.
WordVectors read_brown_clusters(const TextFile& file);

// What the letters of a word say about its part of speech.

inline constexpr std::size_t spelling_width = 18;

/// Of a word that is not empty, each 0 or 1 but the last: begins with a capital; is a mention (@, <@); a hashtag;
/// an address; has a digit; has digits and no letter; has neither; has a byte beyond ASCII; an apostrophe; a letter
/// three times in a row; ends in -ing, -ed, -ly, -s, -'s, -er, -tion; the bytes of it over 16, at most 1. Pure.
std::array<float, spelling_width> spelling_features(std::string_view word);

}  // namespace m2m::data
