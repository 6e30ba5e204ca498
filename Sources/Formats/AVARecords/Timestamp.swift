/// A moment of a video in whole microseconds, so that 0902, 902 and 902.000000 name one key frame.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// From the beginning of the data set's clock.
  public let microseconds: Int64

  /// The largest time that is accepted, in seconds: some thirty years.
  static let limit = 1e9

  /// Makes a moment of whole microseconds.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// A whole second.
  public init(second: Int) { microseconds = Int64(second) * 1_000_000 }

  /// The microsecond nearest to a time in seconds; nil for what is no time: negative, not finite, beyond 1e9.
  public init?(seconds: Double) {
    guard seconds >= 0, seconds <= Self.limit else { return nil }
    microseconds = Int64((seconds * 1e6).rounded())
  }

  /// Reads "0902", "902" or "902.5".
  init?(_ text: UnsafeRawBufferPointer) {
    if let second = wholeNumber(text), second >= 0, text.first != UInt8(ascii: "-") {
      self.init(second: second)
    } else {
      guard let seconds = decimalNumber(text), seconds.sign == .plus else { return nil }
      self.init(seconds: seconds)
    }
  }

  /// The same in seconds.
  public var seconds: Double { Double(microseconds) / 1e6 }

  /// The second, where the moment is a whole one.
  public var wholeSecond: Int? { microseconds % 1_000_000 == 0 ? Int(microseconds / 1_000_000) : nil }

  /// Whether one comes before the other.
  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

  /// As AVA's files write it: seconds with four digits, and decimals only where there are any ("0902", "0012.5").
  public var description: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  func append(to bytes: inout [UInt8]) {
    appendPadded(UInt64(microseconds) / 1_000_000, digits: 4, to: &bytes)
    let rest = UInt64(microseconds) % 1_000_000
    if rest == 0 { return }
    bytes.append(UInt8(ascii: "."))
    appendPadded(rest, digits: 6, to: &bytes)
    while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
  }
}
