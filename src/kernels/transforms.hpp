#pragma once
// What changes an image after crop and flip: the operations of AutoAugment, RandAugment and the curriculum by
// class, Cutout and random erasing.
//
// The first operations are those of torchvision 0.26 on uint8 tensors (torchvision.transforms.functional), bit by
// bit, those from `flip` on are Pillow's: each step in float32 is rounded for itself. Nearest pixels, 0 outside of
// the image.
#include <cstdint>
#include <vector>

#include "kernels/gather.hpp"

namespace m2m::kernels {

/// An operation, named as in torchvision's transforms.AutoAugment and RandAugment, or as in Pillow.
enum class OperationKind : std::uint8_t {
  identity,
  shear_x,
  shear_y,
  translate_x,
  translate_y,
  rotate,
  brightness,
  color,
  contrast,
  sharpness,
  posterize,
  solarize,
  autocontrast,
  equalize,
  invert,
  flip,    // upside down
  mirror,  // left to right
  edge_enhance,
  detail,
  smooth,
  gaussian_blur,
  resize_crop,  // enlarged by Lanczos' kernel; the middle of it
  solarize_add  // brightened, then solarized at 128
};
inline constexpr int operation_kinds = 23;
inline constexpr int torchvision_kinds = 15;  // the first ones

/// True if an operation has a direction or may weaken as well as strengthen, so that its sign is drawn. Pure.
constexpr bool is_signed(OperationKind kind) {
  return kind >= OperationKind::shear_x && kind <= OperationKind::sharpness;
}

/// An operation and its magnitude: twice the level, plus 1 if it is negative.
struct Operation {
  OperationKind kind = OperationKind::identity;
  std::uint8_t magnitude = 0;
  bool operator==(const Operation& other) const {  // not defaulted: CUDA sources are C++17
    return kind == other.kind && magnitude == other.magnitude;
  }
};

inline constexpr int max_operations = 10;  // of an image

/// The changes of one image, in this order: operations, then two boxes that are replaced by the mean pixel.
struct Transforms {
  Operation operations[max_operations];
  Window cutout = {}, erased = {};
  bool operator==(const Transforms& other) const {
    for (int i = 0; i < max_operations; ++i) {
      if (!(operations[i] == other.operations[i])) return false;
    }
    return cutout == other.cutout && erased == other.erased;
  }
};

/// One image of a batch, with its changes after crop and flip.
struct TransformedIndex {
  GatherIndex index;
  Transforms transforms;
};

/// What an operation of one magnitude computes with: rows of a matrix for shears, translations and rotation;
/// factors of the image and of what it is blended with; bits; a threshold; or what kernels/image_filters.hpp says.
struct OperationNumbers {
  float of[6];
};

/// Returns the numbers of torchvision's operations by magnitude, [torchvision_kinds][2 * levels], for images of
/// that size.
///
/// levels: of magnitudes, evenly spaced from none to the strongest: 10 for AutoAugment, 31 for RandAugment, as in
/// torchvision. Pure.
std::vector<OperationNumbers> operation_table(int levels, int height, int width);

inline constexpr int curriculum_levels = 11;  // of a class, 0 .. 10

/// Returns the numbers of the operations of the curriculum of augmentation by class, [operation_kinds][2 *
/// curriculum_levels], and behind them the weights of `resize_crop`.
///
/// Level l stands for l / 30 of each range. Ahn, Ko, Yun: "CUDA: Curriculum of data augmentation for long-tailed
/// recognition", ICLR 2023; ranges as in their program. Pure.
std::vector<OperationNumbers> curriculum_table(int height, int width);

inline constexpr int max_transformed_channels = 3;

/// The part of a batch's changes that all of its images share.
struct TransformRules {
  const OperationNumbers* table = nullptr;    // of the operations, where the images are; null: no operations
  int levels = 0;                             // of the table
  int max_pixel = 255;                        // operations see pixels scaled to 0 .. 255, rounded
  float fill[max_transformed_channels] = {};  // of the boxes, per channel
};

/// Gathers as gather_augment does, and changes the images: crop, flip, operations, division, boxes.
///
/// pixels: uint8 [*, channels, height, width], 1 or 3 channels; indices: [count]; out: [count, channels, height,
/// width]. With operations the divisor is 255, whatever `divisor` is; windows are then rounded to bytes after they
/// are resized. Color is the identity on grey images, sharpness on images of less than 3 pixels a side. Local,
/// deterministic, allocates once per call.
template <typename Real>
void gather_transformed(const std::uint8_t* pixels, int channels, int height, int width,
                        const TransformedIndex* indices, std::int64_t count, const TransformRules& rules,
                        Real divisor, Real* out);

/// Bytes of device memory that gather_transformed_cuda needs: 0 if an image fits into the shared memory of a block.
/// In CUDA builds only. Pure.
std::int64_t transform_scratch_bytes(int channels, int height, int width, std::int64_t count);

/// gather_transformed on the device, a thread block per image, for float and double: pixels, indices, rules.table,
/// scratch and out are device memory, stream a cudaStream_t. scratch: transform_scratch_bytes(); null if these are
/// 0. Asynchronous; bit-identical to the CPU's, windows without operations to rounding. In CUDA builds only. Throws
/// Error (internal) if the kernel cannot be launched.
template <typename Real>
void gather_transformed_cuda(const std::uint8_t* pixels, int channels, int height, int width,
                             const TransformedIndex* indices, std::int64_t count, const TransformRules& rules,
                             std::uint8_t* scratch, Real divisor, Real* out, void* stream);

}  // namespace m2m::kernels
