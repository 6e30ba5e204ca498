internal import Glibc

/// Seconds since 1970 by the clock on the wall.
public func secondsSince1970() -> Double {
  var now = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}

/// A time as PySlowFast's log has it, in the zone of this machine: "11/28 08:54:12".
func logTime(_ seconds: Double) -> String {
  var time = time_t(seconds)
  var parts = unsafe tm()
  unsafe localtime_r(&time, &parts)
  func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
  return unsafe "\(two(parts.tm_mon + 1))/\(two(parts.tm_mday)) "
    + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
}

/// What this machine is called.
func hostName() -> String {
  var name = [CChar](repeating: 0, count: 256)
  let status = unsafe gethostname(&name, name.count - 1)
  let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  return status != 0 || text.isEmpty ? "localhost" : text
}

func processID() -> Int { Int(getpid()) }
