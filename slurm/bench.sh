#!/usr/bin/env bash
# Times a problem class (docs/performance.md): M by default, or the study of the argument. Start with an empty output folder.
# From the project's folder:  . slurm/site.sh && sbatch slurm/bench.sh
#SBATCH --job-name=bench
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=8
#SBATCH --cpus-per-task=4
#SBATCH --gpus-per-node=8
#SBATCH --time=02:00:00
#SBATCH --signal=B:USR1@90
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log

trap 'exit 85' USR1  # until the launcher runs, which passes the signal on to every rank
study=${1:-jobs/bench_medium.toml}
if [ ! -f "$study" ]; then
  echo "slurm/bench.sh: $study is missing; submit from the project's folder, and name a study of jobs/" >&2
  exit 2
fi
. "${M2M_SITE:-slurm/site.sh}" || exit 2
exec "${m2m_launcher[@]}" "${M2M_SWEEP:-build/bin/m2m-sweep}" "$study"
