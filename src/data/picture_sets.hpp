#pragma once
// Data sets of pictures: the field's long-tailed ones by their lists, and the user's own. docs/data.md shows how
// they lie on disk.
#include "data/data_set.hpp"
#include "data/image_list.hpp"
#include "data/roots.hpp"
#include "settings/data_settings.hpp"

namespace m2m::data {

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
