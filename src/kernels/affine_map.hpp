#pragma once
// The matrices of shears, translations and rotations.
#include "kernels/transforms.hpp"

namespace m2m::kernels {

/// What an affine map is made of: a rotation in degrees, a translation, tangents of shears, and a centre.
struct AffineMap {
  double angle = 0;
  double right = 0, down = 0;
  double shear_x = 0, shear_y = 0;
  double centre_x = 0, centre_y = 0;
};

/// The matrix from a pixel of the result to its place in the image, [2][3], in the coordinates of torchvision's
/// grid_sample, in which the image reaches from -1 to 1. Pure.
OperationNumbers scaled_matrix(const AffineMap& map, int height, int width);

}  // namespace m2m::kernels
