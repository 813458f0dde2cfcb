# Settings of a site. Sourced twice: by you before sbatch, and by the job on its first node.
#   . slurm/site.sh && sbatch slurm/ablation_cifar10.sh
# M2M_SITE names another file for another site, also for the job.

# Account and partition: sbatch takes these from the environment.
# export SBATCH_ACCOUNT=... SBATCH_PARTITION=... SBATCH_QOS=...

# The modules that the programs were built with (docs/install.md).
# module load gcc openmpi hdf5 || return

# Starts the ranks. Slurm's own launcher has to speak PMIx: with Open MPI 4.1, '--mpi=none' and '--mpi=pmi2' end in MPI_Init.
m2m_launcher=(srun --mpi=pmix)
# m2m_launcher=(mpirun --bind-to none)

# Without this, srun gives a rank one core: since Slurm 22.05 it ignores the value of sbatch.
export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}
# The end of the job, for versions of Slurm that do not set it (22.05 does not). M2M_END_TIME_OF is the job that it was asked
# for: a job that is submitted from inside another inherits both, and ends at another time.
if [ -n "${SLURM_JOB_ID:-}" ] &&
  { [ -z "${SLURM_JOB_END_TIME:-}" ] || [ "${M2M_END_TIME_OF:-$SLURM_JOB_ID}" != "$SLURM_JOB_ID" ]; }; then
  unset SLURM_JOB_END_TIME M2M_END_TIME_OF
  m2m_end=$(squeue --noheader --jobs "$SLURM_JOB_ID" --format %e 2>/dev/null)
  # 'date -d ""' is the midnight before, which no job ends at.
  if [ -n "$m2m_end" ] && m2m_end=$(date -d "$m2m_end" +%s 2>/dev/null); then
    export SLURM_JOB_END_TIME=$m2m_end M2M_END_TIME_OF=$SLURM_JOB_ID
  fi
  unset m2m_end
fi

# One thread per rank and core, whatever the library detects.
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
