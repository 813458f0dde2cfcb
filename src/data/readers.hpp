#pragma once
// The readers of all data sets, and the folders that they read from.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/data_set.hpp"
#include "data/image_list.hpp"
#include "settings/data_settings.hpp"

namespace m2m::data {

/// Folders that data sets are read from.
struct DataRoots {
  std::filesystem::path root;     // the user's data: data.root, else M2M_DATA, else `shipped`
  std::filesystem::path shipped;  // `datasets/` of the checkout, which holds the digits
};

/// Finds the folders: `datasets/` above the program, else that of the checkout from which it was built. Local.
DataRoots data_roots(const settings::DataSettings& settings);

/// A file of CIFAR and its number of records.
struct CifarFile {
  std::string name;
  std::int64_t records;
};

/// What distinguishes CIFAR-10 and CIFAR-100, in the binary layout of their authors: records of label bytes and 3 x
/// 32 x 32 pixels.
/// Krizhevsky: "Learning multiple layers of features from tiny images", 2009.
struct CifarLayout {
  std::string name, title;      // "cifar10", "CIFAR-10"
  std::string folder, archive;  // below the data root; a complete folder takes precedence
  int classes = 0;
  int label_bytes = 1;  // a record's last label byte is its label: the fine one in CIFAR-100
  std::vector<CifarFile> train, test;
  std::vector<double> mean, std;
  std::int64_t default_largest = 0;
  std::string archive_md5;       // as published
  std::string published_sha256;  // of the published files' bytes in reading order, if known
  std::string inexact_sha256;    // of a copy that is known not to be exact ...
  std::string inexact_notice;    // ... and what is wrong with it
};

/// Layout of CIFAR-10. Pure.
CifarLayout cifar10_layout();
/// Layout of CIFAR-100. Pure.
CifarLayout cifar100_layout();

/// Reads the files of root/folder if all are there with their sizes, else root/archive. If an incomplete folder was
/// passed over, the notice says so. Local.
///
/// `published` is true if one of these holds, which only the published bytes fulfil:
/// * the SHA-256 of the files is `published_sha256`;
/// * the MD5 of the archive is `archive_md5`;
/// * the folder has a file `.md5-checked` and every file has the SHA-256 that it lists. datasets/fetch_cifar.sh
/// writes it after it has checked the MD5 of the archive.
/// Otherwise the notice says that the files are not confirmed. Throws Error (bad_data) if there is neither folder
/// nor archive, a file is missing, damaged or of another size, or a label is out of range.
DataSet read_cifar(const CifarLayout& layout, const std::filesystem::path& root);

/// SVHN, the cropped digits: 73,257 training and 26,032 test images of house numbers, 3 x 32 x 32.
/// Netzer et al.: "Reading digits in natural images with unsupervised feature learning", NIPS workshop on deep
/// learning and unsupervised feature learning, 2011.
inline constexpr const char* svhn_folder = "svhn";  // below the data root
inline constexpr const char* svhn_file = "svhn.npz";

/// Reads root/svhn/svhn.npz, which datasets/fetch_svhn.sh makes of the published files. Local.
///
/// Class k is the label k + 1 of the published files: class 0 is the digit 1, class 9 the digit 0. A long tail over
/// these classes is that of Yang, Xu: "Rethinking the value of labels for improving class-imbalanced learning",
/// NeurIPS 2020, whose N_1 = 1000 is default_largest. Images are shifted by up to 4 pixels and not flipped.
///
/// `published` is true if the folder has a file `.md5-checked` with the SHA-256 of the file; fetch_svhn.sh writes
/// it if the MD5 of the published files was right. Otherwise the notice says that the file is not confirmed. Throws
/// Error (bad_data) if the file is missing, as read_npz does, or if it does not hold images of 3 x 32 x 32 in 10
/// classes for training and test alone.
DataSet read_svhn(const std::filesystem::path& root);

/// The digits that ship with the project: 1,797 images of 8 x 8 pixels from 0 to 16.
/// Alpaydin, Kaynak: "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998.
inline constexpr const char* digits_file = "digits.csv.gz";

/// Reads `file`: gzipped lines of 64 pixels, row by row, and the label. All samples are in `train`. Local.
///
/// default_largest is 100: the rarest digit has 174 images, so every class keeps at least 74 for validation and
/// test. Throws Error (bad_data) if the file is missing or a line has another format; names the line.
DataSet read_digits(const std::filesystem::path& file);

/// Reads the user's own arrays from an .npz of NumPy's savez or savez_compressed: x_train, y_train, x_test, y_test
/// and optionally x_val, y_val. Local.
///
/// x: uint8 [n, h, w], [n, h, w, c] or [n, c, h, w] with c = 1 or 3 are pixels; if both layouts fit, channels are
/// last. float32 or float64 [n, d] are features, scaled by the smallest and largest value of x_train, so that
/// x_train is in [0, 1]. y: integers [n] or [n, 1], 0 .. K-1, K at least 2. default_largest is the count of the
/// rarest class.
/// Throws Error (bad_data), naming the array and what was expected, if an array is missing, damaged, of another
/// shape or type, or not finite, or if a class has no training sample.
DataSet read_npz(const std::filesystem::path& file);

/// Reuters-52 as bags of words, in the 36 classes with enough test documents.
/// Lewis: "Reuters-21578 text categorization test collection", 1997; split into 52 single-label classes by
/// Cardoso-Cachopo: "Improving methods for single-label text categorization", 2007.
inline constexpr const char* reuters_folder = "reuters52";  // below the data root
inline constexpr std::int64_t reuters_min_test = 5;         // test documents of a class that is kept
inline constexpr std::size_t reuters_words = 1000;          // number of features, at most

/// Reads root/reuters52/r52-train.txt and r52-test.txt, `label<TAB>text` a line. Local.
///
/// Classes with fewer than 5 test documents are left out; the others are numbered in the order of their names.
/// Features of a document, [words], are 1 if a word occurs in it, else 0. The words are the 1,000 most frequent of
/// the training documents that are kept; every occurrence counts, ties go by the order of the words, words are
/// separated by white space. A document without words has only zeros. Blank lines at the end of a file are skipped.
/// Throws Error (bad_data) if a file is missing, a line has another form (named), fewer than 2 classes remain, or a
/// class has no training document.
DataSet read_reuters(const std::filesystem::path& root);

/// Parts of speech in tweets: a sample is a token between its two neighbours, as word vectors.
/// Gimpel et al.: "Part-of-speech tagging for Twitter: annotation, features, and experiments", ACL 2011; Owoputi et
/// al.: "Improved part-of-speech tagging for online conversational text with word clusters", NAACL 2013.
inline constexpr const char* twitter_folder = "twitter-pos";  // below the data root

/// Reads root/twitter-pos/tweets-train.txt, tweets-dev.txt (validation) and tweets-devtest.txt (test),
/// `token<TAB>tag` a line and an empty line after each tweet. Local.
///
/// embeddings: a file of 50-dimensional vectors (see read_embeddings). If "", stand-ins are made from
/// root/twitter-pos/brown-clusters.tsv (see read_brown_clusters), and the notice says so.
/// Tags that occur neither in dev nor in devtest are left out, but their tokens stay neighbours; the other tags are
/// numbered in byte order. Features, [150], are the vectors of the left neighbour, the token and the right
/// neighbour, zeros beyond the ends of a tweet. All are scaled to [0, 1] by the smallest and largest number of the
/// training part. Throws Error (bad_data) if a file is missing or a line has another form (named).
DataSet read_twitter(const std::filesystem::path& root, const std::string& embeddings);

/// A set of pictures whose lists have been read. docs/data.md shows the files of such sets.
struct PictureSet {
  std::string name, title;
  std::filesystem::path folder;  // which the paths of the lists are relative to
  int classes = 0;
  ImageList train, validation, test;  // validation may be empty
  int size = 32;                      // side in pixels, if data.image_size is not set
  std::vector<double> mean, std;      // empty: computed
  Augmentation augmentation;
  std::vector<std::string> notices = {};      // a sentence for each finding of the listing
  std::vector<std::string> class_names = {};  // [classes], or empty
};

/// Reads the pictures of a set by way of caches, which are in data.cache; by default beside the lists. Local.
///
/// data.drop_doubles leaves pictures of test out of train; data.skip_unreadable leaves out unreadable pictures. The
/// notice counts both, and the pictures with warnings of the decoder library, and says where they are named.
/// default_largest is the count of the rarest class, the largest that every class can have. Throws Error (bad_data)
/// if there are fewer than two classes or a class has no training sample, and as read_pictures does.
DataSet read_picture_set(PictureSet set, const settings::DataSettings& settings);

/// A published set of pictures, by the lists of its authors.
struct ListedSet {
  const char *name, *title;
  const char *train, *validation, *test;  // lists, in the folder `name` of the root; validation may be null
  int classes, size;
  std::vector<double> mean, std;
  Augmentation augmentation;
};

/// Five hair colours of CelebA, N_1/N_K = 10.7. Kim et al.: "Imbalanced Learning via Major-to-Minor Translation",
/// 2020.
ListedSet celeba5();
/// SUN397. Xiao et al.: "SUN database: large-scale scene recognition", 2010.
ListedSet sun397();
/// ImageNet-LT. Liu et al.: "Large-Scale Long-Tailed Recognition in an Open World", 2019.
ListedSet imagenet_lt();
/// Places-LT, 62,500 training pictures of 365 scenes, N_1/N_K = 4980/5. Liu et al.: "Large-Scale Long-Tailed
/// Recognition in an Open World", 2019; Zhou et al.: "Places: A 10 million image database for scene recognition",
/// 2017.
ListedSet places_lt();
/// iNaturalist 2018, 437,513 training pictures of 8,142 species. Its validation set, 3 pictures of each, is the
/// test set. Van Horn et al.: "The iNaturalist species classification and detection dataset", CVPR 2018; the lists
/// as Kang et al. made them: "Decoupling representation and classifier for long-tailed recognition", ICLR 2020.
ListedSet inaturalist18();

/// Reads a published set. Local. Throws Error (bad_data), naming the list, if a list is missing, and as
/// read_picture_set does.
DataSet read_listed_set(const ListedSet& listed, const DataRoots& roots, const settings::DataSettings& settings);

/// A published set of pictures in folders, with the same number of pictures for each class of a part.
struct FolderSet {
  const char *name, *title;
  const char* folder;                      // below the data root
  std::vector<std::string> class_folders;  // in order; empty: `classes` folders of any names
  int classes, size;
  std::int64_t train, validation, test;  // pictures of a class
  std::vector<double> mean, std;
  Augmentation augmentation;
};

/// CINIC-10: CIFAR-10 with ImageNet's pictures of the same classes, 9,000 of each for training, validation and
/// test. Darlow et al.: "CINIC-10 is not ImageNet or CIFAR-10", report EDI-INF-ANC-1802, 2018; mean and deviation
/// are those of its README.
FolderSet cinic10();

/// Reads train/<class>/, valid/<class>/ and test/<class>/ of the folder; other files are left out, and the notice
/// counts them. Local. Throws Error (bad_data) if a part or a class is missing, a class is not of the set or has
/// another number of pictures, and as read_picture_set does.
DataSet read_cinic10(const FolderSet& set, const DataRoots& roots, const settings::DataSettings& settings);

/// Tiny ImageNet: 200 classes of ImageNet in 64 x 64 pixels, 500 training pictures of each. The labelled validation
/// set, 50 of each, is the test set, because the test pictures have no labels. Stanford, course CS231n; Le, Yang:
/// "Tiny ImageNet visual recognition challenge", 2015.
FolderSet tiny_imagenet();

/// Reads train/<class>/images/, classes in the order of their names, and val/val_annotations.txt of the folder.
/// Other files of train are left out, and the notice counts them. Local. Throws Error (bad_data) as read_cinic10
/// and parse_annotations do.
DataSet read_tiny_imagenet(const FolderSet& set, const DataRoots& roots, const settings::DataSettings& settings);

/// Parses Tiny ImageNet's list of its validation pictures: name, tab, class, and a box that is not read. The paths
/// are those of val/images/. classes: in order. name: the file in errors. Pure.
/// Throws Error (bad_data), naming the line, if it has another form, the class is not in `classes`, or the picture
/// has no name of a file or was listed before.
ImageList parse_annotations(std::string_view text, const std::string& name,
                            const std::vector<std::string>& classes);

/// Reads the user's pictures. data.path holds train.txt and test.txt, or train/<class>/ and test/<class>/;
/// optionally val.txt or val/ for validation. Class folders are numbered in the order of their names; the notice
/// names other files in them. Local.
///
/// Throws Error (usage) without data.path; (bad_data) if neither train.txt nor train/ exists or a class is only
/// tested, and as read_picture_set does.
DataSet read_own_pictures(const settings::DataSettings& settings);

/// Name of a data set and the function that reads it.
struct Reader {
  const char* name;  // one of settings::data_sets()
  DataSet (*read)(const DataRoots& roots, const settings::DataSettings& settings);
};

/// Finds the reader of a data set. Pure. Throws Error (internal) if a data set of the table has no reader.
const Reader& find_reader(const std::string& name);

}  // namespace m2m::data
