internal import BenchReports
internal import Files
internal import Glibc
internal import Kernels
internal import Parallel

/// The most memory that this process has had in use so far, in bytes.
func peakResidentBytes() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1024
}

/// The memory that this process has in use, in bytes; nil where the system does not say.
func residentBytes() -> Int? {
  guard let bytes = try? readFile("/proc/self/statm", doing: "reading a process") else { return nil }
  let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
  return fields.dropFirst().first.flatMap { Int($0) }.map { $0 * Int(getpagesize()) }
}

/// The kind of processor; nil where processors do not say.
func processorName() -> String? {
  let processor = Processor.current
  return processor.family == 0 ? nil : "\(processor), stepping \(processor.stepping)"
}

extension BenchSetting {
  /// What this process runs on, and the memory that it has taken so far.
  init(threads: Int, kernels: InstructionSet? = nil, precision: Precision = .fp32) {
    self.init(
      threads: threads, kernels: kernels?.rawValue ?? "", precision: precision.rawValue, peakMemory: peakResidentBytes()
    )
  }

  init(_ engine: Engine) {
    self.init(threads: engine.pool.threads, kernels: engine.instructionSet, precision: engine.precision)
  }
}
