# Becomes the launcher of m2m-sweep with the given words: the end of every job script of this folder.
#   . slurm/run.sh STUDY [WORD...]
# The program is M2M_SWEEP, else that of the checkout or of the installation.
trap 'exit 85' USR1  # until the launcher runs, which passes the signal on to every rank
. "${M2M_SITE:-slurm/site.sh}" || exit 2
m2m_sweep=build/bin/m2m-sweep
if [ ! -x $m2m_sweep ] && [ -x ../../bin/m2m-sweep ]; then
  m2m_sweep=../../bin/m2m-sweep  # from share/m2m
fi
exec "${m2m_launcher[@]}" "${M2M_SWEEP:-$m2m_sweep}" "$@"
