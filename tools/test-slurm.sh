#!/bin/sh
# A run that is divided over a real Slurm's array gives the bytes of the run in one piece: starts Slurm on this machine
# alone (munged, slurmctld and slurmd of its own, in a folder of its own), runs deploy/slurm.sbatch as four tasks on a
# little drawn world, has one of them stopped and requeued in its middle, joins the shards and compares. As root, for
# Slurm starts tasks for users; installs Debian's slurm-wlm and munge where they are missing. Builds nothing.
# Ends with 77 where Slurm itself cannot be installed or started here: nothing is known then.
# usage: test-slurm.sh SLOWFAST
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  echo "test-slurm: not root: Slurm's daemons need to be -> sudo make test-slurm" >&2
  exit 1
fi
missing=""
for package in slurm-wlm munge; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
  echo "test-slurm: installing$missing" >&2
  # shellcheck disable=SC2086
  if ! apt-get update -qq || ! DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
    >/dev/null; then
    echo "test-slurm: cannot install$missing" >&2
    exit 77
  fi
fi

home=$(mktemp -d)
SLOWFAST=$(realpath "$1")
export SLOWFAST SLURM_CONF="$home/slurm.conf"

# Ends what was started here, by its process, and says why it went wrong.
finish() {
  status=$?
  scancel --full --user root 2>/dev/null || true
  for daemon in slurmd slurmctld munged; do
    [ -f "$home/$daemon.pid" ] || continue
    process=$(cat "$home/$daemon.pid")
    kill "$process" 2>/dev/null || continue
    for _ in $(seq 100); do
      kill -0 "$process" 2>/dev/null || break
      sleep 0.1
    done
  done
  [ "$status" -eq 0 ] || tail -n 20 "$home"/*.log "$home"/task-*.txt >&2 || true
  rm -rf "$home"
}
trap finish EXIT

# Waits until a condition holds: so many seconds at most. Ends with the status that $failure has.
failure=77
await() {
  seconds=$1
  what=$2
  shift 2
  for _ in $(seq $((seconds * 5))); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.2
  done
  echo "test-slurm: $what: not within $seconds s" >&2
  exit "$failure"
}

# munge wants folders that only its own user may write.
chmod 755 "$home"
mkdir "$home/munge" "$home/state" "$home/spool"
chmod 700 "$home/munge"
dd if=/dev/urandom of="$home/munge/key" bs=1024 count=1 2>/dev/null
chmod 400 "$home/munge/key"
munged --force --key-file="$home/munge/key" --socket="$home/munge.socket" --pid-file="$home/munged.pid" \
  --log-file="$home/munged.log" --seed-file="$home/munge/seed" || exit 77

node=$(hostname -s)
port=$((20000 + $$ % 20000))
cat >"$SLURM_CONF" <<TEXT
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$home/munge.socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$home/state
SlurmdSpoolDir=$home/spool
SlurmctldPidFile=$home/slurmctld.pid
SlurmdPidFile=$home/slurmd.pid
SlurmctldLogFile=$home/slurmctld.log
SlurmdLogFile=$home/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
KillWait=10
SchedulerParameters=sched_interval=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES State=UP MaxTime=INFINITE
TEXT
slurmctld || exit 77
slurmd -N "$node" || exit 77
isIdle() { sinfo --noheader --states=idle | grep -q "$node"; }
await 60 "waiting for Slurm's node" isIdle
failure=1
echo "test-slurm: $(sinfo --version) on $node"

# Some seventy key frames with a network that takes some tenths of a second for each.
world="$home/world"
"$SLOWFAST" synth --output-dir "$world" --videos 4 --seconds 21 --width 160 --height 120 >/dev/null
network="--cfg configs/demo/SLOWFAST_8x4_R18_SMALL.yaml --weights configs/demo/SLOWFAST_8x4_R18_SMALL.pyth"
data="DATA.TEST_CROP_SIZE 256 AVA.FRAME_DIR $world/frames AVA.FRAME_LIST_DIR $world/frame_lists
  AVA.ANNOTATION_DIR $world/annotations"
# Names without blanks: the words are to be split.
# shellcheck disable=SC2086
set -- $network $data
"$SLOWFAST" test --output-dir "$home/single" --scores "$home/single/scores.npy" --threads 1 "$@" 2>/dev/null \
  >"$home/single.txt"

run="$home/run"
job=$(sbatch --parsable --array=0-3 --cpus-per-task=1 --mem=0 --time=10 --chdir="$PWD" \
  --output="$home/task-%a.txt" deploy/slurm.sbatch "$run" "$@")
hasBegun() { [ "$(stat -c %s "$run/shard-1-of-4.journal" 2>/dev/null || echo 0)" -gt "$1" ]; }
await 60 "waiting for task 1" hasBegun 0
# The head and the plan are there now; one score more, and it is in its middle.
await 60 "waiting for task 1's first score" hasBegun "$(($(stat -c %s "$run/shard-1-of-4.journal") + 200))"
scontrol requeue "${job}_1"
waits() { squeue --noheader --states=PENDING --job "${job}_1" | grep -q .; }
await 60 "waiting for task 1 to be queued again" waits
# Slurm holds a requeued task for minutes.
scontrol update JobId="${job}_1" StartTime=now
isOver() { [ -z "$(squeue --noheader --job "$job")" ]; }
await 300 "waiting for the array" isOver

grep -q 'going on with .* of .* key frames done already' "$home/task-1.txt" || {
  echo "test-slurm: task 1 was requeued and did not go on where it was" >&2
  exit 1
}
grep -h -- '--shard auto: \|going on with\|is complete' "$home"/task-*.txt
"$SLOWFAST" merge "$run" --output-dir "$home/merged" --scores "$home/merged/scores.npy" >"$home/merged.txt"
diff -r "$home/single" "$home/merged"
cmp "$home/single.txt" "$home/merged.txt"
echo "test-slurm: four tasks, one of them requeued: the merged files and the mAP are the single run's, byte for byte"
