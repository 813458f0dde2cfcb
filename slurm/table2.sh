#!/usr/bin/env bash
# The CIFAR columns of the paper's table 2, 8 trials at a time.
# From the project's folder:  . slurm/site.sh && sbatch slurm/table2.sh
#SBATCH --job-name=table2
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=8
#SBATCH --cpus-per-task=4
#SBATCH --gpus-per-node=8
#SBATCH --time=24:00:00
#SBATCH --signal=B:USR1@90
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log

trap 'exit 85' USR1  # until the launcher runs, which passes the signal on to every rank
study=jobs/table2_cifar.toml
if [ ! -f "$study" ]; then
  echo "slurm/table2.sh: $study is missing; submit from the project's folder, of a version that has this study" >&2
  exit 2
fi
. "${M2M_SITE:-slurm/site.sh}" || exit 2
exec "${m2m_launcher[@]}" "${M2M_SWEEP:-build/bin/m2m-sweep}" "$study"
