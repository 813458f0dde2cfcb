#pragma once
// Parts of speech in tweets: a sample is a token among its two neighbours, as vectors of words.
//
// Gimpel et al.: "Part-of-speech tagging for Twitter: annotation, features, and experiments", ACL 2011; Owoputi et
// al.: "Improved part-of-speech tagging for online conversational text with word clusters", NAACL 2013.
#include <filesystem>

#include "data/data_set.hpp"

namespace m2m::data {

inline constexpr const char* twitter_folder = "twitter-pos";  // below the data root

/// Reads root/twitter-pos/tweets-train.txt, tweets-dev.txt and tweets-devtest.txt, `token<TAB>tag` a line and an
/// empty line after a tweet; dev validates, devtest tests. Local.
///
/// embeddings: a file of 50-dimensional vectors (see read_embeddings); "": stand-ins are made of
/// root/twitter-pos/brown-clusters.tsv (see read_brown_clusters), and the notice says so.
/// Tags that occur neither in dev nor in devtest are left out, their tokens stay neighbours; the others are
/// numbered in the order of their bytes. Features, [150], are the vectors of the token to the left, of the token
/// and of the one to the right, zeros beyond a tweet's ends, and then all scaled to [0, 1] by the smallest and
/// largest number of the training part. Throws Error (bad_data) where a file is missing or a line is not like that
/// (named).
DataSet read_twitter(const std::filesystem::path& root, const std::string& embeddings);

}  // namespace m2m::data
