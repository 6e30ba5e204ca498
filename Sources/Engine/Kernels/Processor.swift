internal import CCPU

/// Which processor this is: what measurements hold for.
public struct Processor: Sendable, Equatable {
  /// Who made it, as it says itself ("GenuineIntel"); "unknown" where processors do not say.
  public var vendor: String
  /// The three numbers that tell processors of a vendor apart, as Linux counts them; 0 where processors do not say.
  public var family: Int
  public var model: Int
  public var stepping: Int
  /// What it is sold as; empty where it does not say.
  public var name: String
  /// The bytes of the data caches of level 1 to 3 that a core sees; 0 where there is none, or nobody knows.
  public var caches: [Int]

  public init(vendor: String, family: Int, model: Int, stepping: Int, name: String, caches: [Int]) {
    self.vendor = vendor
    self.family = family
    self.model = model
    self.stepping = stepping
    self.name = name
    self.caches = caches
  }

  /// The one that this program runs on.
  public static let current = Processor()

  private init() {
    caches = (1...3).map { Int(slowfast_cpu_cache_bytes(Int32($0))) }
    guard let first = Self.words(0), let signature = Self.words(1)?[0] else {
      (vendor, family, model, stepping, name) = ("unknown", 0, 0, 0, "")
      return
    }
    // EBX, EDX, ECX.
    vendor = Self.text([first[1], first[3], first[2]])
    let (base, low) = (Int(signature >> 8 & 15), Int(signature >> 4 & 15))
    family = base == 15 ? base + Int(signature >> 20 & 255) : base
    model = base == 6 || base == 15 ? low + Int(signature >> 16 & 15) << 4 : low
    stepping = Int(signature & 15)
    name = Self.text((0x8000_0002...0x8000_0004).flatMap { Self.words($0) ?? [] })
  }

  /// Whether what was measured on one holds for the other: their cores are built alike.
  public func isAlike(_ other: Processor) -> Bool {
    (vendor, family, model) == (other.vendor, other.family, other.model)
  }

  /// EAX, EBX, ECX and EDX of a leaf of CPUID.
  private static func words(_ leaf: UInt32) -> [UInt32]? {
    var words = [UInt32](repeating: 0, count: 4)
    let isThere = words.withUnsafeMutableBufferPointer { slowfast_cpu_id(leaf, $0.baseAddress) }
    return isThere == 1 ? words : nil
  }

  /// Characters that lie in registers, without the zeros and spaces around them.
  private static func text(_ words: [UInt32]) -> String {
    let bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    return text.split(separator: " ").joined(separator: " ")
  }
}

extension Processor: CustomStringConvertible {
  public var description: String {
    let numbers = "\(vendor), family \(family), model \(model)"
    return name.isEmpty ? numbers : "\(name) (\(numbers))"
  }
}
