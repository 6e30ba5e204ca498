#!/bin/sh
# The program built on this machine runs on older ones: under an emulated Haswell (AVX2, no AVX-512) and an emulated
# Nehalem (neither) it chooses the right kernels and computes the same, and the kernels' tests pass. An instruction that
# the emulated processor lacks ends a run with a signal, and this script with an error.
# Installs qemu-user when run as root; otherwise says what to run, and stops.
set -eu
cd "$(dirname "$0")/.."

if [ "$(uname -m)" != x86_64 ]; then
  echo "test-old-cpus: only x86-64 has older processors to test" >&2
  exit 0
fi

missing=""
command -v qemu-x86_64 >/dev/null 2>&1 || missing="$missing qemu-user"
command -v objdump >/dev/null 2>&1 || missing="$missing binutils"
if [ -n "$missing" ] && [ "$(id -u)" -ne 0 ]; then
  echo "test-old-cpus: Debian packages are missing. Run this line, then this command again:" >&2
  echo "    sudo apt-get update && sudo apt-get install -y$missing" >&2
  exit 1
fi
if [ -n "$missing" ]; then
  echo "test-old-cpus: installing$missing" >&2
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

swift build -c release --build-tests
build=$(swift build -c release --show-bin-path)
tools/check-baseline.sh "$build/slowfast" "$build/slowfastPackageTests.xctest"

# The program: kernels, refusals, scores.
X86_EMULATOR=$(command -v qemu-x86_64) swift test -c release --skip-build --filter OldProcessorTests

# The arithmetic of the kernels. Those of a Nehalem are the ones of every other build without x86's instruction sets, of
# which the sanitizers run all tests; that none of its program needs more was seen above. SLOWFAST_ALL_CPUS=1 runs networks'
# tests, too, and on both. What networks obey whatever computes them is left to this machine's own tests; what qemu cannot emulate
# and no user program needs is left out of the processors: it would only warn. Large gradients by
# Winograd's products take minutes each: those by hand stand for them. Of a processor's instruction sets the widest is compared alone.
tests='Kernels'
large='WinogradWeightGradientTests/(agrees|isTaken|threads)|'
cpus='Haswell,-pcid,-x2apic,-tsc-deadline,-hle,-rtm,-invpcid'
if [ -n "${SLOWFAST_ALL_CPUS:-}" ]; then
  tests='Parallel|Tensors|Kernels|NN|RoIAlign'
  cpus="$cpus Nehalem"
  large=''
fi
export SLOWFAST_WIDEST_SET=1
for cpu in $cpus; do
  echo "== the arithmetic's tests on $cpu" >&2
  qemu-x86_64 -cpu "$cpu" "$build/slowfastPackageTests.xctest" --testing-library swift-testing \
    --filter "^($tests)Tests\\." \
    --skip "(NNTests\\.(RandomNetworkTests/(shared|frames|earlier)|RepeatedRunTests|GradientTests|QuantizedNetworkTests/(isClose|layers|refuses))|KernelsTests\\.(${large}StabilityTests|WinogradTapsTests|ManyThreadsTests|SharedEngineTests|ConvolutionGradientTests/(threads|isTheAdjoint)))"
done
