# What is particular to a site; sourced, twice: by you before sbatch, and by the job on its first node.
#   . slurm/site.sh && sbatch slurm/ablation_cifar10.sh
# Another site's facts may lie in another file: M2M_SITE names it, for the job too.

# Where jobs go: sbatch takes these from the environment.
# export SBATCH_ACCOUNT=... SBATCH_PARTITION=... SBATCH_QOS=...

# The modules that the programs were built with (docs/install.md).
# module load gcc openmpi hdf5 || return

# Starts the ranks. Slurm's own launcher has to speak PMIx: with Open MPI 4.1, '--mpi=none' and '--mpi=pmi2' end in MPI_Init.
m2m_launcher=(srun --mpi=pmix)
# m2m_launcher=(mpirun --bind-to none)

# srun gives a rank one core unless it is told so; it does not ask sbatch (Slurm 22.05 and newer).
export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}
# When the job ends, for Slurms that do not say it themselves (22.05 does not).
if [ -n "${SLURM_JOB_ID:-}" ] && [ -z "${SLURM_JOB_END_TIME:-}" ]; then
  SLURM_JOB_END_TIME=$(date -d "$(squeue --noheader --jobs "$SLURM_JOB_ID" --format %e)" +%s 2>/dev/null) &&
    export SLURM_JOB_END_TIME
fi

# One thread a rank and core of its own, whatever the library thinks of the machine.
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
