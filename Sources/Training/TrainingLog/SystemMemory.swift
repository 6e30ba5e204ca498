internal import Files
internal import Wording

/// The memory of the whole machine, in bytes.
struct SystemMemory: Sendable {
  /// What programs could not have without others giving some up.
  var used: Double
  var total: Double

  /// Zeros where the system does not say.
  static var now: SystemMemory {
    guard let bytes = try? readFile("/proc/meminfo", doing: "reading the machine's memory") else {
      return SystemMemory(used: 0, total: 0)
    }
    return SystemMemory(meminfo: String(decoding: bytes, as: UTF8.self))
  }

  init(used: Double, total: Double) {
    self.used = used
    self.total = total
  }

  /// - Parameter meminfo: Lines such as "MemTotal:       24548852 kB".
  init(meminfo: String) {
    func bytes(_ name: String) -> Double {
      let line = meminfo.split(separator: "\n").first { $0.hasPrefix(name + ":") }
      return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) * 1024
    }
    total = bytes("MemTotal")
    used = max(0, total - bytes("MemAvailable"))
  }

  /// As PySlowFast writes it: "3.25/23.41G".
  var text: String { "\(fixed(used / 1_073_741_824, 2))/\(fixed(total / 1_073_741_824, 2))G" }
}
