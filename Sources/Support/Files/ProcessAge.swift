internal import Clocks
internal import Glibc

/// The seconds since the kernel started a process, to a hundredth; nil where it does not say.
///
/// - Parameter process: Its number, or "self".
public func processAge(_ process: String = "self") -> Double? {
  guard let bytes = try? readFile("/proc/\(process)/stat", doing: "reading a process") else { return nil }
  // The name in brackets may hold anything; the fields are counted from where it ends.
  let text = String(decoding: bytes, as: UTF8.self)
  guard let bracket = text.lastIndex(of: ")") else { return nil }
  let fields = text[text.index(after: bracket)...].split(separator: " ")
  guard fields.count > 19, let ticks = Double(fields[19]) else { return nil }
  return secondsSinceBoot() - ticks / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
}
