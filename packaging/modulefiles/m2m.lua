-- An environment module (Lmod) for `cmake --install build/cpu-release --prefix PREFIX`, or for the unpacked archive of
-- `make package`. Put the prefix into the next line.
local prefix = "/opt/m2m"
if mode() == "load" and not isFile(pathJoin(prefix, "bin/m2m-sweep")) then
    LmodError("m2m: no bin/m2m-sweep in " .. prefix .. "; set prefix in " .. myFileName())
end

help([[Benchmark suite for imbalanced classification by major-to-minor translation (M2m).
Studies, job scripts and the digits are in $M2M_SHARE: m2m-sweep jobs/digits.toml --out ~/results/digits]])
whatis("Name: m2m")
whatis("Version: 0.2.0")
whatis("Description: Benchmark suite for imbalanced classification by major-to-minor translation")

-- The modules that it was built with (docs/install.md), as the site calls them.
-- depends_on("gcc", "openmpi", "hdf5")

prepend_path("PATH", pathJoin(prefix, "bin"))
setenv("M2M_SHARE", pathJoin(prefix, "share/m2m"))
