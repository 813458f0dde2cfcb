#pragma once
// Vectors of 50 numbers for the words of tweets: read from embeddings, or made from Brown clusters and spelling.
#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "data/text_file.hpp"

namespace m2m::data {

inline constexpr std::size_t word_vector_width = 50;
using WordVector = std::array<float, word_vector_width>;

/// A function from a word to its vector. Deterministic.
using WordVectors = std::function<WordVector(std::string_view word)>;

/// The word with ASCII letters in lower case. Pure.
std::string lower_case(std::string_view word);

/// Reads an embeddings file, `word v1 ... v50` a line, separated by spaces; `file` must outlive the result.
///
/// A word that the file lacks has the vector of its lower-case form, or zeros. Of two lines for a word the first
/// counts. Throws Error (bad_data), naming the line, if it has another number of values or a value is not finite.
WordVectors read_embeddings(const TextFile& file);

/// Makes stand-ins for embeddings from Brown clusters, `bits<TAB>word` a line; `file` must outlive the result.
///
/// Of the 50 numbers, 16 are the bits of the word's cluster: -1 or 1 times 0.9^position, 0 beyond their end. The
/// next 16 are a one-hot code of the cluster's first four bits. The last 18 are the spelling_features of the word.
/// A word that the file lacks has the cluster of its lower-case form, or zeros for the cluster. Throws Error
/// (bad_data), naming the line, if it has another form.
WordVectors read_brown_clusters(const TextFile& file);

inline constexpr std::size_t spelling_width = 18;

/// Features of the spelling of a word that is not empty; each is 0 or 1 except the last: begins with a capital; is
/// a mention (@, <@); a hashtag; an address; has a digit; has digits and no letter; has neither; has a byte beyond
/// ASCII; an apostrophe; a letter three times in a row; ends in -ing, -ed, -ly, -s, -'s, -er, -tion; min(bytes, 16)
/// / 16. Pure.
std::array<float, spelling_width> spelling_features(std::string_view word);

}  // namespace m2m::data
