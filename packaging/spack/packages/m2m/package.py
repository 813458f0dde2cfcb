"""Spack package of m2m; packaging/README.md says how to use it."""

from spack.package import *
from spack_repo.builtin.build_systems.cmake import CMakePackage


class M2m(CMakePackage):
    """Benchmark suite for imbalanced classification by major-to-minor translation (M2m): trains the method, what it is
    compared with and its ablations over grids of settings and seeds, and reports balanced accuracy and geometric mean."""

    git = "file:///path/to/m2m"  # a clone of yours, with the tag that docs/releasing.md makes

    license("MIT")

    version("main", branch="main")
    version("0.2.0", tag="v0.2.0")

    variant("cuda", default=False, description="Build for NVIDIA GPUs of compute capability 8.0, 9.0 and 10.0")
    variant("torch", default=True, description="Build what trains; without: m2m-report and m2m-doctor alone")
    variant("bench", default=True, when="+torch", description="Build m2m-bench")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("ninja", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("openmpi@4.1:")
    depends_on("hdf5@1.10:1.14 ~mpi")
    depends_on("openssl@3:")
    depends_on("zlib-api")
    depends_on("libjpeg-turbo")
    depends_on("libpng")
    depends_on("libzip")
    depends_on("nlohmann-json@3.11:")
    depends_on("cli11@2.1:")
    depends_on("tomlplusplus@3.3:")
    depends_on("random123")
    depends_on("fmt@9:")
    depends_on("spdlog@1.10: +fmt_external")
    depends_on("py-torch@2.11: ~cuda", when="+torch ~cuda")
    depends_on("py-torch@2.11: +cuda", when="+torch +cuda")
    depends_on("cuda@13:", when="+cuda")
    depends_on("nccl", when="+cuda")
    depends_on("benchmark@1.7:", when="+bench")

    requires("%gcc@12:", msg="m2m is C++20 and built with GCC 12 or newer")
    conflicts("+cuda", when="~torch", msg="the GPU programs need libtorch")

    generator("ninja")

    def cmake_args(self):
        options = [
            self.define("M2M_BUILD_TESTS", False),
            self.define_from_variant("M2M_TORCH", "torch"),
            self.define_from_variant("M2M_BUILD_BENCH", "bench"),
            self.define_from_variant("M2M_CUDA", "cuda"),
        ]
        if self.spec.satisfies("+torch"):
            torch = join_path(python_platlib, "torch")
            options.append(self.define("M2M_TORCH_ROOT", join_path(self.spec["py-torch"].prefix, torch)))
        if self.spec.satisfies("+cuda"):
            options.append(self.define("NCCL_ROOT", self.spec["nccl"].prefix))
        return options

    @run_after("install")
    @on_package_attributes(run_tests=True)
    def list_a_study(self):
        """m2m-sweep finds its libraries, and reads a study with the data that are installed."""
        if self.spec.satisfies("+torch"):
            with working_dir(self.prefix.share.m2m):
                Executable(self.prefix.bin.join("m2m-sweep"))("list", "jobs/digits.toml")
