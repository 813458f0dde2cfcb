#include <array>

#include "report/published.hpp"

namespace m2m::report {
namespace {

using Row = PublishedRow;

// An empty text is a number that could not be read from its source; none is filled in from elsewhere. Left out are
// numbers with AutoAugment (Balanced Softmax at 83 to 85 on CIFAR-10 and 50 to 51 on CIFAR-100, ProCo, ConCutMix)
// and of wider networks than ResNet-32 of 16, 32 and 64 channels (GLMC, LOS, BCE3S, weight balancing, reruns on
// WRN-28-10): no setting of this program is theirs.
constexpr std::array paper = {
    Row{"ERM", "cifar10", 100, {"68.7", "1.43", ""}},   Row{"RS", "cifar10", 100, {"70.4", "1.15", ""}},
    Row{"DRS", "cifar10", 100, {"75.2", ".26", ""}},    Row{"M2m", "cifar10", 100, {"78.3", ".16", ""}},
    Row{"M2m", "cifar100", 100, {"42.9", "", ""}},      Row{"M2m", "cifar100", 10, {"58.2", "", ""}},
    Row{"M2m-LDAM", "cifar10", 100, {"79.1", "", ""}},  Row{"M2m-LDAM", "cifar10", 10, {"87.5", "", ""}},
    Row{"M2m-LDAM", "cifar100", 100, {"43.5", "", ""}}, Row{"M2m-LDAM", "cifar100", 10, {"57.6", "", ""}},
};

constexpr std::array rerun = {
    Row{"ERM", "cifar10", 100, {"73.90", "", "72.79"}},
    Row{"ERM", "cifar10", 10, {"86.14", "", "85.93"}},
    Row{"ERM", "cifar100", 100, {"38.06", "", "26.62"}},
    Row{"ERM", "cifar100", 10, {"56.46", "", "51.88"}},
    Row{"RS", "cifar10", 100, {"70.71", "", "69.70"}},
    Row{"RS", "cifar10", 10, {"86.78", "", "86.60"}},
    Row{"RS", "cifar100", 100, {"31.19", "", "20.91"}},
    Row{"RS", "cifar100", 10, {"55.03", "", "51.21"}},
    Row{"SMOTE", "cifar10", 100, {"72.92", "", "71.50"}},
    Row{"SMOTE", "cifar10", 10, {"86.07", "", "85.90"}},
    Row{"SMOTE", "cifar100", 100, {"33.26", "", "20.98"}},
    Row{"SMOTE", "cifar100", 10, {"55.51", "", "51.75"}},
    Row{"RW", "cifar10", 100, {"73.29", "", "72.72"}},
    Row{"RW", "cifar10", 10, {"86.99", "", "86.86"}},
    Row{"RW", "cifar100", 100, {"31.87", "", "22.21"}},
    Row{"RW", "cifar100", 10, {"55.54", "", "52.17"}},
    Row{"CB-RW", "cifar10", 100, {"72.91", "", "72.01"}},
    Row{"CB-RW", "cifar10", 10, {"86.80", "", "86.61"}},
    Row{"CB-RW", "cifar100", 100, {"33.83", "", "22.67"}},
    Row{"CB-RW", "cifar100", 10, {"56.59", "", "53.30"}},
    Row{"DRS", "cifar10", 100, {"74.60", "", "73.36"}},
    Row{"DRS", "cifar10", 10, {"87.61", "", "87.43"}},
    Row{"DRS", "cifar100", 100, {"40.28", "", "29.25"}},
    Row{"DRS", "cifar100", 10, {"58.22", "", "55.52"}},
    Row{"Focal", "cifar10", 100, {"69.59", "", "66.88"}},
    Row{"Focal", "cifar10", 10, {"85.17", "", "84.91"}},
    Row{"Focal", "cifar100", 100, {"36.94", "", "24.17"}},
    Row{"Focal", "cifar100", 10, {"56.82", "", "52.74"}},
    Row{"LDAM", "cifar10", 100, {"72.93", "", "70.90"}},
    Row{"LDAM", "cifar10", 10, {"86.32", "", "86.11"}},
    Row{"LDAM", "cifar100", 100, {"40.26", "", "26.27"}},
    Row{"LDAM", "cifar100", 10, {"55.36", "", "45.19"}},
    Row{"LDAM-DRW", "cifar10", 100, {"76.32", "", "75.35"}},
    Row{"LDAM-DRW", "cifar10", 10, {"86.22", "", "86.00"}},
    Row{"LDAM-DRW", "cifar100", 100, {"42.09", "", "28.45"}},
    Row{"LDAM-DRW", "cifar100", 10, {"56.92", "", "49.99"}},
    Row{"M2m", "cifar10", 100, {"78.03", "", "77.63"}},
    Row{"M2m", "cifar10", 10, {"86.92", "", "86.72"}},
    Row{"M2m", "cifar100", 100, {"42.71", "", "31.61"}},
    Row{"M2m", "cifar100", 10, {"58.20", "", "55.34"}},
    Row{"M2m-LDAM", "cifar10", 100, {"80.23", "", "79.81"}},
    Row{"M2m-LDAM", "cifar10", 10, {"87.50", "", "87.21"}},
    Row{"M2m-LDAM", "cifar100", 100, {"41.29", "", "32.55"}},
    Row{"M2m-LDAM", "cifar100", 10, {"56.82", "", "50.92"}},
};

constexpr std::array imbalanced_dl = {
    Row{"ERM", "cifar10", 100, {"71.23", "", ""}},       Row{"ERM", "cifar100", 100, {"38.46", "", ""}},
    Row{"DRW", "cifar10", 100, {"75.08", "", ""}},       Row{"DRW", "cifar100", 100, {"40.40", "", ""}},
    Row{"LDAM-DRW", "cifar10", 100, {"77.75", "", ""}},  Row{"LDAM-DRW", "cifar100", 100, {"41.28", "", ""}},
    Row{"M2m", "cifar10", 100, {"76.15", "", ""}},       Row{"M2m", "cifar100", 100, {"41.92", "", ""}},
    Row{"mixup-DRW", "cifar10", 100, {"82.11", "", ""}}, Row{"mixup-DRW", "cifar100", 100, {"46.91", "", ""}},
};

constexpr std::array bag_of_tricks = {
    Row{"ERM", "cifar10", 100, {"70.36", "", ""}},
    Row{"ERM", "cifar100", 100, {"38.32", "", ""}},
    Row{"RW", "cifar10", 100, {"68.30", "", ""}},
    Row{"RW", "cifar100", 100, {"32.27", "", ""}},
    Row{"Focal", "cifar10", 100, {"71.56", "", ""}},
    Row{"Focal", "cifar100", 100, {"37.22", "", ""}},
    Row{"CB-RW", "cifar10", 100, {"70.48", "", ""}},
    Row{"CB-RW", "cifar100", 100, {"38.97", "", ""}},
    Row{"LDAM", "cifar10", 100, {"73.66", "", ""}},
    Row{"LDAM", "cifar100", 100, {"38.88", "", ""}},
    Row{"LDAM-DRW", "cifar10", 100, {"77.73", "", ""}},
    Row{"LDAM-DRW", "cifar100", 100, {"42.47", "", ""}},
    Row{"DRW", "cifar10", 100, {"74.82", "", ""}},
    Row{"DRW", "cifar100", 100, {"41.62", "", ""}},
    Row{"RS", "cifar10", 100, {"72.45", "", ""}},
    Row{"RS", "cifar100", 100, {"35.24", "", ""}},
    Row{"DRS", "cifar10", 100, {"75.07", "", ""}},
    Row{"DRS", "cifar100", 100, {"40.64", "", ""}},
    Row{"Balanced-Softmax", "cifar10", 100, {"77.54", "", ""}},
    Row{"Balanced-Softmax", "cifar100", 100, {"42.99", "", ""}},
    Row{"mixup", "cifar10", 100, {"74.06", "", ""}},
    Row{"mixup", "cifar100", 100, {"40.82", "", ""}},
    Row{"Remix", "cifar10", 100, {"73.43", "", ""}},
    Row{"Remix", "cifar100", 100, {"41.39", "", ""}},
    Row{"tau-norm", "cifar10", 100, {"72.70", "", ""}},
    Row{"tau-norm", "cifar100", 100, {"40.96", "", ""}},
    Row{"cRT", "cifar10", 100, {"74.99", "", ""}},
    Row{"cRT", "cifar100", 100, {"40.26", "", ""}},
};

constexpr std::array logit_adjustment = {
    Row{"ERM", "cifar10", 100, {"71.27", "", ""}},         Row{"ERM", "cifar100", 100, {"39.85", "", ""}},
    Row{"LA-post-hoc", "cifar10", 100, {"78.16", "", ""}}, Row{"LA-post-hoc", "cifar100", 100, {"44.04", "", ""}},
    Row{"LA", "cifar10", 100, {"78.57", "", ""}},          Row{"LA", "cifar100", 100, {"44.02", "", ""}},
};

constexpr std::array mislas = {
    Row{"mixup", "cifar10", 100, {"72.8", "", ""}},
    Row{"mixup", "cifar100", 100, {"39.5", "", ""}},
    Row{"MiSLAS", "cifar10", 100, {"82.5", "", ""}},
    Row{"MiSLAS", "cifar100", 100, {"47.0", "", ""}},
};

// The authors and their rerun validate on the head of the test set and train on the first images of each class.
// imbalanced-DL draws a subset and tests on all 10,000 images; of logit-adj-pytorch and MiSLAS the same is assumed.
// BagofTricks-LT trains on a list of images that Cui et al. fixed, and validates on the test set.
constexpr std::array sources = {
    PublishedSource{"paper", "Kim, Jeong, Shin, CVPR 2020", "head", "test-head", paper},
    PublishedSource{"rerun", rerun_source, "head", "test-head", rerun},
    PublishedSource{"imbalanced-DL", "ntucllab/imbalanced-DL", "random", "none", imbalanced_dl, 0.9999},
    PublishedSource{"BagofTricks-LT", "zhangyongshun/BagofTricks-LT", "the list of Cui et al.",
                    "the test set itself", bag_of_tricks},
    PublishedSource{"logit-adj-pytorch", "Chumsy0725/logit-adj-pytorch", "random", "none", logit_adjustment},
    PublishedSource{"MiSLAS", "Zhong et al., CVPR 2021", "random", "none", mislas},
};

}  // namespace

std::span<const PublishedSource> published_sources() { return sources; }

}  // namespace m2m::report
