#!/bin/sh
# Reads the machine code of built programs: instructions that not every x86-64 processor has may stand only in the
# modules that are compiled for one instruction set, and there only those of that set.
# usage: check-baseline.sh PROGRAM...
set -eu

[ "$(uname -m)" = x86_64 ] || exit 0

listing=$(mktemp)
trap 'rm -f "$listing"' EXIT
for program in "$@"; do
  # Not through a pipe: a disassembler that fails must not look like a program without faults.
  objdump --disassemble --no-show-raw-insn "$program" >"$listing"
  awk -v program="$program" '
    # What a function may need, by its name: 5 is AMX, 4 is x86-64-v4 and more, 3 is x86-64-v3, 1 is any x86-64.
    # Swift mangles a module as the length of its name and the name. Beside the modules of an instruction set there are
    # the kernels for one of their units, which no other module can ask for, and the C functions of intrinsics, which are
    # compiled for their own target and called by kernels for one unit.
    function allowance(name) {
      if (name ~ /^\$s10KernelsAMX/) return 5
      if (name ~ /^\$s[0-9]+KernelsAVX512/ || name ~ /^\$s12MicroKernels.*(AVX512|AMXUnit)/ || name ~ /^simd_/) return 4
      if (name ~ /^\$s[0-9]+KernelsAVX(2|VNNI)/ || name ~ /^\$s12MicroKernels.*AVX(2|VNNI)/) return 3
      return 1
    }
    # A line such as "0000000000401000 <$s11KernelsAVX2...>:" begins a function.
    /^[0-9a-f]+ <.*>:$/ {
      name = substr($2, 2, length($2) - 3)
      level = allowance(name)
      next
    }
    /^ +[0-9a-f]+:\t/ {
      needs = 1
      # VEX and EVEX instructions begin with v; verr and verw are old. Then the bit manipulations of x86-64-v3.
      if ($2 ~ /^v/ && $2 !~ /^ver[rw]/) needs = 3
      if ($2 ~ /^(andn|bextr|blsi|blsmsk|blsr|bzhi|lzcnt|movbe|mulx|pdep|pext|rorx|sarx|shlx|shrx)[lqw]?$/) needs = 3
      # 512-bit registers, mask registers, and the upper half of the vector registers.
      if (/%zmm|%k[0-7]|%[xy]mm(1[6-9]|2[0-9]|3[01])/) needs = 4
      if ($2 ~ /^(tile|tdp|ldtilecfg|sttilecfg)/) needs = 5
      # Dot products of bytes, which many processors of these sets do not have.
      if ($2 ~ /^vpdpbusd/ && name !~ /AVXVNNI|AVX512VNNI|AVX512BF16|KernelsAMX|AMXUnit|^simd_/) needs = 5
      if (needs == level && level > 1) used[level]++
      if (needs > level) {
        if (!(name in bad)) { example[name] = $0; sub(/^ +[0-9a-f]+:\t/, "", example[name]) }
        bad[name]++
      }
    }
    END {
      for (name in bad) {
        printf "%s: %d instructions beyond its room in %s, such as: %s\n", program, bad[name], name, example[name]
        faults++
      }
      if (faults) {
        print "-> a function that an instruction set'"'"'s module emits under another name may be run on any processor:" \
          " inline it always, or keep it out of that module"
        exit 1
      }
      if (!used[3] || !used[4] || !used[5]) {
        printf "%s: no code for AVX2, AVX-512 or AMX was found: this check sees nothing\n", program
        print "-> see whether the modules were renamed, or the program was stripped of its symbols"
        exit 1
      }
      printf "%s: %d AVX2, %d AVX-512 and %d AMX instructions, all in their modules\n", program, used[3], used[4], used[5]
    }' "$listing" >&2
done
