#pragma once
// Losses per sample, not averaged, the weights of classes and the noise in them.
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/class_counts.hpp"
#include "core/config.hpp"
#include "core/philox.hpp"
#include "settings/loss_settings.hpp"

namespace m2m::methods {

/// Computes losses [n] with class weights from the head's outputs [n, K], or those of E experts [n, E, K], and
/// targets int64 [n]. Local; pure.
using LossFn = std::function<torch::Tensor(const torch::Tensor& outputs, const torch::Tensor& targets)>;

/// Computes the cross-entropy of each sample: log sum_j exp(z_j) - z_y.
///
/// logits: [n, K]; targets: int64 [n]. Returns [n]. Local.
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets);

/// Computes the cross-entropy with a label smoothed over all classes: (1 - e) w_y (-log p_y) + e / K sum_k w_k
/// (-log p_k), with e = smoothing. Szegedy et al., "Rethinking the Inception architecture for computer vision",
/// CVPR 2016, section 7; class weights as in torch.nn.functional.cross_entropy.
///
/// logits: [n, K]; targets: int64 [n]; weights: [K], like the logits. Returns [n]. Local.
torch::Tensor smoothed_cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets,
                                     const torch::Tensor& weights, double smoothing);

/// Computes (1 - exp(-l))^gamma * l of losses l that contain the class weights: Lin et al., "Focal loss for dense
/// object detection", ICCV 2017, equation 4, with the weights inside as in the M2m authors' program.
torch::Tensor focal(const torch::Tensor& losses, double gamma);

/// Returns LDAM's margins m_k = max_margin * (N_k / N_K)^power, N_K the smallest count. [K]
/// Cao et al., "Learning imbalanced datasets with label-distribution-aware margin loss", NeurIPS 2019, equation 13,
/// which has power -1/4.
std::vector<double> ldam_margins(const ClassCounts& counts, double max_margin, double power);

/// Returns the terms added to the logits in training, tau * log(N_k / N), [K]. tau = 1 gives Balanced Softmax.
/// Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 10; Ren et al., "Balanced
/// meta-softmax for long-tailed visual recognition", NeurIPS 2020, equation 4.
std::vector<double> log_priors(const ClassCounts& counts, double tau);

/// Returns the factors of the logits in training, (N_k / N_1)^gamma with N_1 the largest count, [K]; the inverse
/// temperatures of Ye et al., "Identifying and compensating for feature deviation in imbalanced deep learning",
/// 2020.
///
/// With log_priors() these are the multiplicative and additive parts of the vector-scaling loss: Kini et al.,
/// "Label-imbalanced and group-sensitive classification under overparameterization", NeurIPS 2021.
std::vector<double> logit_factors(const ClassCounts& counts, double gamma);

/// Returns label-aware smoothing factors, [K]: from `tail` at the smallest count to `head` at the largest; all
/// `head` if the counts are equal. With t from 0 to 1 along the counts the course is sin(t pi / 2) (concave), t
/// (linear) or 1 - cos(t pi / 2) (convex). Zhong et al., "Improving calibration for long-tailed recognition", CVPR
/// 2021, section 3.2. Pure.
std::vector<double> smoothing_factors(const ClassCounts& counts, double head, double tail,
                                      settings::SmoothingForm form);

/// Returns the sizes of the clouds, noise * log(N_1 / N_k) / log(N_1 / N_K) with N_1 the largest and N_K the
/// smallest count, [K]; all 0 if the counts are equal. Pure.
///
/// Li, Cheung, Lu, "Long-tailed visual recognition via Gaussian clouded logit adjustment", CVPR 2022, with the
/// division by the largest size of the authors' program.
std::vector<double> cloud_sizes(const ClassCounts& counts, double noise);

/// Draws by how much the outputs of a batch slot are lowered: sizes[k] * |e|, e normal with deviation 1/3 and cut
/// to [-1, 1], as in the authors' program.
///
/// out: [K]. Pure; the same on any rank.
void draw_clouds(Key plan, int epoch, std::int64_t step, std::int32_t slot, const std::vector<double>& sizes,
                 std::span<float> out);

/// Makes the class weights of the loss, [K], scaled to sum K; all 1 for `none`. settings: beta of the effective
/// number, rho of the generalised weights. Pure.
std::vector<double> make_class_weights(settings::ClassWeights kind, const settings::LossSettings& settings,
                                       const ClassCounts& counts);

/// Returns 1 for each class with fewer than `below` samples and 0 for the others, [K]: the tail of ImbSAM. Zhou et
/// al., "ImbSAM: a closer look at sharpness-aware minimization in class-imbalanced recognition", ICCV 2023. Pure.
std::vector<double> tail_classes(const ClassCounts& counts, std::int64_t below);

/// Multiplies the losses of each class by its factor. factors: [K].
LossFn weigh_classes(LossFn loss, const std::vector<double>& factors);

/// Makes the loss of recipe.loss with its settings, or of recipe.experts (expert_loss.hpp).
///
/// counts: [K] of the training part; weights: [K] by class; scale: factor from
/// the head's outputs to logits (1 for a linear head).
LossFn make_loss(const Config& resolved, const ClassCounts& counts, const std::vector<double>& weights,
                 double scale);

}  // namespace m2m::methods
