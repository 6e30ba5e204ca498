internal import CCommit
internal import ImageFiles
internal import Kernels
internal import Version
internal import Video

/// What `--version` prints: what this program is, and what it runs on here.
func versionText() -> String {
  let kernels = KernelTable.best
  let others = InstructionSet.available.filter { $0 != kernels.instructionSet }.map(\.rawValue)
  let also = others.isEmpty ? "" : " (here as well: \(others.joined(separator: ", ")))"
  let libAV = libAVVersion()
  return """
    slowfast \(programVersion) (commit \(String(cString: slowfast_commit())))
    kernels        \(kernels.instructionSet.rawValue)\(also); bf16 \(kernels.supportsBFloat16 ? "yes" : "no")
    libav          \(libAV.version ?? "absent: \(libAV.fault ?? "") -> install ffmpeg to read and write videos")
    libjpeg-turbo  \(turboJPEGVersion() ?? "of a version that it does not say")
    """
}
