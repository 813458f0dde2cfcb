#pragma once
// Where data sets lie on this machine.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/data_set.hpp"
#include "data/image_list.hpp"
#include "settings/data_settings.hpp"

namespace m2m::data {

struct DataRoots {
  std::filesystem::path root;     // where the user keeps data: data.root, else M2M_DATA, else `shipped`
  std::filesystem::path shipped;  // `datasets/` of the checkout, with what comes along
};

/// Looks for `datasets/` in the folders above the program, then where the program was built from. Local.
DataRoots data_roots(const settings::DataSettings& settings);

// CIFAR-10 and CIFAR-100 in the binary layout their authors publish: records of label bytes and 3x32x32 pixels.
//
// Krizhevsky: "Learning multiple layers of features from tiny images", 2009.

struct CifarFile {
  std::string name;
  std::int64_t records;
};

/// What distinguishes one CIFAR from the other.
struct CifarLayout {
  std::string name, title;      // "cifar10", "CIFAR-10"
  std::string folder, archive;  // below the data root; a whole folder goes first
  int classes = 0;
  int label_bytes = 1;  // a record's last label byte is its label: the fine one in CIFAR-100
  std::vector<CifarFile> train, test;
  std::vector<double> mean, std;
  std::int64_t default_largest = 0;
  std::string archive_md5;       // as published
  std::string published_sha256;  // of the published files' bytes in reading order, where that is known
  std::string inexact_sha256;    // of a copy that is known not to be exact ...
  std::string inexact_notice;    // ... and what is wrong with it
};

CifarLayout cifar10_layout();
CifarLayout cifar100_layout();

/// Reads the files from root/folder if all are there in their sizes, else from root/archive; the notice says if the
/// folder was passed over. Local.
///
/// `published` is true where one of these holds, each of which only the published bytes can fulfil:
/// their SHA-256 is `published_sha256`; the archive's MD5 is `archive_md5`; or the folder has a file
/// `.md5-checked`, in which datasets/fetch_cifar.sh, having checked the archive's MD5, left the SHA-256 of each
/// unpacked file as `sha256sum` prints them, and every file still agrees with it. Otherwise the notice says that it
/// is not confirmed. Throws Error (bad_data): nothing there, a file missing, of another size or damaged, a label
/// out of range.
DataSet read_cifar(const CifarLayout& layout, const std::filesystem::path& root);

// The digits that ship with the project: 1,797 images of 8x8 pixels from 0 to 16.
//
// Alpaydin, Kaynak: "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998.

inline constexpr const char* digits_file = "digits.csv.gz";

/// Reads `file`, gzipped lines of 64 pixels, row by row, and the label. All of it is `train`. Local.
///
/// default_largest is 100: the rarest digit has 174 images, so every class keeps 74 or more to validate and test
/// on. Throws Error (bad_data) naming the line where the file is not like that, and where it is missing.
DataSet read_digits(const std::filesystem::path& file);

// The user's own arrays: an .npz as NumPy's savez and savez_compressed write it.

/// Reads x_train, y_train, x_test, y_test and, where they are there, x_val and y_val. Local.
///
/// x: uint8 [n, h, w], [n, h, w, c] or [n, c, h, w], c of 1 or 3, become pixels; where both could be meant,
/// channels are last. float32 or float64 [n, d] become features, scaled by one range, the smallest and the largest
/// value of x_train, so that these lie in [0, 1]. y: whole numbers [n] or [n, 1], 0 .. K-1, K of at least 2.
/// default_largest is the count of the rarest class. Throws Error (bad_data) naming the array and what was
/// expected: one is missing or damaged, of another shape or type, not finite; a class without a training sample.
DataSet read_npz(const std::filesystem::path& file);

// Reuters-52 as bags of words, in the 36 classes that have test documents enough.
//
// Lewis: "Reuters-21578 text categorization test collection", 1997; the split into 52 single-label classes is that
// of Cardoso-Cachopo: "Improving methods for single-label text categorization", 2007.

inline constexpr const char* reuters_folder = "reuters52";  // below the data root
inline constexpr std::int64_t reuters_min_test = 5;         // test documents of a class that is kept
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

// Parts of speech in tweets: a sample is a token among its two neighbours, as vectors of words.
//
// Gimpel et al.: "Part-of-speech tagging for Twitter: annotation, features, and experiments", ACL 2011; Owoputi et
// al.: "Improved part-of-speech tagging for online conversational text with word clusters", NAACL 2013.

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

// Data sets of pictures: the field's long-tailed ones by their lists, and the user's own. docs/data.md shows how
// they lie on disk.

/// A set whose lists have been read.
struct PictureSet {
  std::string name, title;
  std::filesystem::path folder;  // that the lists' paths begin at
  int classes = 0;
  ImageList train, validation, test;  // validation may be empty
  int size = 32;                      // side, where data.image_size does not say it
  std::vector<double> mean, std;      // empty: computed
  Augmentation augmentation;
  std::vector<std::string> notices = {};  // a sentence each about what was found while it was listed
};

/// Reads its pictures by way of caches, which lie in data.cache, else beside the lists. Local.
///
/// data.drop_doubles leaves out of train what is in test, too; data.skip_unreadable what cannot be read. The notice
/// says of both, and of pictures for which the decoder library warns, how many they are and where they are named.
/// default_largest is the count of the rarest class: no other can be asked of every class. Throws Error (bad_data)
/// where there are fewer than two classes or one has no training sample, and as read_pictures does.
DataSet read_picture_set(PictureSet set, const settings::DataSettings& settings);

/// A published set of pictures, as its authors pass on the lists.
struct ListedSet {
  const char *name, *title;
  const char *train, *validation, *test;  // lists, in the folder `name` of the root
  int classes, size;
  std::vector<double> mean, std;
  Augmentation augmentation;
};

/// Kim et al.: "Imbalanced Learning via Major-to-Minor Translation", 2020: five hair colours of CelebA, N_1/N_K
/// = 10.7
ListedSet celeba5();
/// SUN397: Xiao et al.: "SUN database: large-scale scene recognition", 2010
ListedSet sun397();
/// Liu et al.: "Large-Scale Long-Tailed Recognition in an Open World", 2019
ListedSet imagenet_lt();

/// Throws Error (bad_data) naming a list that is missing, and as read_picture_set does. Local.
DataSet read_listed_set(const ListedSet& listed, const DataRoots& roots, const settings::DataSettings& settings);

/// The user's pictures: data.path holds train.txt and test.txt, or train/<class>/ and test/<class>/; val.txt or
/// val/ where there is a validation set. Classes of folders are numbered in the order of their names; the notice
/// names what else lies in them. Local.
///
/// Throws Error (usage) without data.path; (bad_data) where neither is there, a class is only tested, and as
/// read_picture_set does.
DataSet read_own_pictures(const settings::DataSettings& settings);

}  // namespace m2m::data
