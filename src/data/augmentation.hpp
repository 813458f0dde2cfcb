#pragma once
// The draws of an image's augmentation after crop and flip: the policies of AutoAugment and RandAugment, the
// curriculum by class, Cutout and random erasing.
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/philox.hpp"
#include "data/data_set.hpp"
#include "kernels/transforms.hpp"
#include "settings/augment_settings.hpp"

namespace m2m::data {

/// An operation of a sub-policy: it is applied with that probability.
struct PolicyStep {
  kernels::OperationKind kind;
  double probability;
  std::uint8_t level;  // of 0 .. 9
};

/// A sub-policy of AutoAugment: two operations, one after the other.
using SubPolicy = std::array<PolicyStep, 2>;

/// Returns the 25 sub-policies for CIFAR-10. Cubuk, Zoph, Mané, Vasudevan, Le: "AutoAugment: Learning augmentation
/// strategies from data", CVPR 2019, appendix; levels as in torchvision, of 10.
std::span<const SubPolicy> autoaugment_policy();

/// The numbers of a policy's operations by magnitude, for images of that size (kernels/transforms.hpp).
struct PolicyTable {
  int levels = 0;  // of magnitudes
  std::vector<kernels::OperationNumbers> numbers;
};

/// Makes the table of a policy; of plain augmentation it is empty. Pure.
PolicyTable policy_table(settings::AugmentPolicy policy, int height, int width);

/// Draws the changes of an image of that shape from `stream`: the centre of Cutout's square, then the operations,
/// then the erased box. level: of the image's class in the curriculum. Pure.
///
/// AutoAugment: one of the sub-policies uniformly; each of its operations by its probability.
/// RandAugment: N of 14 operations uniformly with replacement, at magnitude M. Cubuk, Zoph, Shlens, Le:
/// "RandAugment: Practical automated data augmentation with a reduced search space", NeurIPS 2020.
/// Curriculum by class: with its probability, l of 22 operations uniformly with replacement, at l / 30 of their
/// ranges, where l is the level of the class (data/class_curriculum.hpp).
/// The sign of a signed magnitude is + or - with equal probability.
/// Cutout: a square around a uniform pixel, cut at the border. DeVries, Taylor: "Improved regularization of
/// convolutional neural networks with Cutout", 2017.
/// Random erasing: with its probability a box of uniform area and uniform ratio of height to width, at a uniform
/// place; drawn again while it does not fit, up to 100 times. Zhong, Zheng, Kang, Li, Yang: "Random erasing data
/// augmentation", AAAI 2020, algorithm 1.
kernels::Transforms draw_transforms(Stream stream, const settings::AugmentSettings& settings, ImageShape shape,
                                    int level = 0);

}  // namespace m2m::data
