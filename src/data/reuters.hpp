#pragma once
// Reuters-52 as bags of words, in the 36 classes that have test documents enough.
//
// Lewis: "Reuters-21578 text categorization test collection", 1997; the split into 52 single-label classes is that
// of Cardoso-Cachopo: "Improving methods for single-label text categorization", 2007.
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "data/data_set.hpp"

namespace m2m::data {

inline constexpr const char* reuters_folder = "reuters52";  // below the data root
inline constexpr std::int64_t reuters_least_test = 5;       // test documents of a class that is kept
inline constexpr std::size_t reuters_words = 1000;          // most features

/// Reads root/reuters52/r52-train.txt and r52-test.txt, `label<TAB>text` a line. Local.
///
/// Classes with fewer than 5 test documents are left out; the others are numbered in the order of their names. A
/// document's features, [words], are 1 where a word occurs in it and 0 elsewhere. The words are the 1,000 that
/// occur most often in the training documents kept, each occurrence counted, ties in the order of the words; what
/// spaces separate is a word. A document without words has zeros only; blank lines at the end of a file are
/// nothing. Throws Error (bad_data) if a file is missing, a line has another form (named), fewer than 2 classes
/// remain, or one of them has no training document.
DataSet read_reuters(const std::filesystem::path& root);

}  // namespace m2m::data
