#pragma once
// The study that m2m-sweep runs when it is given none.
#include <filesystem>

namespace m2m::apps {

/// jobs/ablation_cifar10.toml below the working directory, else below a folder above this program: a checkout keeps
/// its programs in build/. Throws Error (usage) where there is none.
std::filesystem::path default_study();

}  // namespace m2m::apps
