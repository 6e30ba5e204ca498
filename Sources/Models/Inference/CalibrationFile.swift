public import Files
internal import JSON
public import NN
internal import Wording

/// A calibration as a file, which `slowfast calibrate` writes beside the weights and `--precision int8` reads: JSON, a line for
/// every layer.
public struct CalibrationFile: Equatable {
  /// How far scores in int8 were from those in fp32, on clips that were not observed.
  public struct Difference: Sendable, Equatable {
    public var mean: Double
    public var largest: Double

    public init(mean: Double, largest: Double) {
      self.mean = mean
      self.largest = largest
    }

    /// Whether scores are others: the AVA networks of the model zoo differ by 0.004 on the average, 0.07 at most; trained
    /// small ones by 0.002 and 0.3; networks of a few channels by more than either bound.
    public var isLarge: Bool { !(mean <= 0.02 && largest <= 0.5) }

    /// What that means to whoever uses the calibration.
    public var warning: String {
      """
      scores in int8 differ from fp32's by \(fixed(mean, 5)) on average, \(fixed(largest, 5)) at most, on clips that were \
      not calibrated with: integers of 8 bits serve this network badly
               -> compare its mAP with fp32's, or compute with --precision bf16
      """
    }
  }

  public var calibration: Calibration
  /// How many clips were observed.
  public var clips: Int
  public var difference: Difference

  public init(_ calibration: Calibration, clips: Int, difference: Difference) {
    self.calibration = calibration
    self.clips = clips
    self.difference = difference
  }

  /// Where the calibration of weights is, unless an option says otherwise.
  public static func path(beside weights: String) -> String { weights + ".int8.json" }

  private static let doing = "reading the calibration"
  private static let format = "slowfast int8 calibration"
  private static let version = 2

  /// Of all numbers: what was edited or damaged is no calibration, however likely it looks.
  private static func checksum(_ ranges: [Calibration.Range]) -> String {
    var sum = SHA256()
    for range in ranges {
      sum.update("\(range.operation)\n\(range.largest.count)\n")
      for numbers in [range.largest, range.means] { numbers.withUnsafeBytes { sum.update($0) } }
    }
    return sum.finish()
  }

  /// Writes the file, whole or not at all.
  public func write(to path: String) throws(FileError) {
    var json = JSONWriter()
    json.beginObject(lines: true)
    for (name, value) in [
      ("format", JSONValue(Self.format)), ("version", JSONValue(Self.version)), ("clips", JSONValue(clips)),
      ("difference", ["mean": JSONValue(difference.mean), "largest": JSONValue(difference.largest)]),
      ("weights", JSONValue(calibration.weightsMark ?? "")), ("checksum", JSONValue(Self.checksum(calibration.ranges))),
    ] {
      json.name(name)
      json.value(value)
    }
    json.name("layers")
    json.beginArray(lines: true)
    for range in calibration.ranges {
      json.value([
        "operation": JSONValue(range.operation), "largest": .array(range.largest.map { JSONValue($0) }),
        "means": .array(range.means.map { JSONValue($0) }),
      ])
    }
    json.end()
    json.end()
    try writeFile(path, json.text + "\n")
  }

  /// - Throws: `CalibrationFileError`, `FileError`.
  public init(path: String) throws {
    let bytes = try readFile(path, doing: Self.doing, limit: 1 << 28)
    let value: JSONValue
    do {
      value = try JSONReader.read(bytes)
    } catch {
      throw CalibrationFileError(path: path, found: "\(error.place(in: bytes)): \(error.found)")
    }
    func bad(_ found: String) -> CalibrationFileError { CalibrationFileError(path: path, found: found) }
    guard value["format"] == JSONValue(Self.format) else {
      throw bad("its \"format\" is not \"\(Self.format)\"")
    }
    guard case .number(let version)? = value["version"], version.int == Self.version else {
      throw bad("its \"version\" is not \(Self.version)")
    }
    guard case .string(let mark)? = value["weights"] else { throw bad("it has no \"weights\"") }
    guard case .number(let number)? = value["clips"], let clips = number.int, clips > 0 else {
      throw bad("its \"clips\" are no number above 0")
    }
    func difference(_ name: String) throws -> Double {
      guard case .number(let number)? = value["difference"]?[name] else {
        throw bad("its \"difference\" has no number \"\(name)\"")
      }
      return number.double
    }
    (self.clips, self.difference) = (
      clips, Difference(mean: try difference("mean"), largest: try difference("largest"))
    )
    guard case .array(let layers)? = value["layers"] else { throw bad("it has no list \"layers\"") }
    var ranges: [Calibration.Range] = []
    for (index, layer) in layers.enumerated() {
      guard case .string(let operation)? = layer["operation"] else {
        throw bad("layer \(index + 1) has no \"operation\"")
      }
      func numbers(_ name: String, _ range: PartialRangeFrom<Float>?) throws -> [Float] {
        guard case .array(let values)? = layer[name] else { throw bad("layer \(index + 1) has no list \"\(name)\"") }
        return try values.map { value in
          guard case .number(let number) = value, let float = Float(number.text), float.isFinite,
            range?.contains(float) ?? true
          else { throw bad("\"\(name)\" of layer \(index + 1) has \(value.text.prefix(40))") }
          return float
        }
      }
      let (largest, means) = (try numbers("largest", 0...), try numbers("means", nil))
      guard !largest.isEmpty, largest.count == means.count else {
        throw bad("layer \(index + 1) has \(largest.count) numbers in \"largest\" and \(means.count) in \"means\"")
      }
      ranges.append(Calibration.Range(operation: operation, largest: largest, means: means))
    }
    guard value["checksum"] == JSONValue(Self.checksum(ranges)) else {
      throw bad("its numbers are not those of its \"checksum\": it was edited, or is damaged")
    }
    calibration = Calibration(ranges: ranges, weightsMark: mark)
  }
}

/// What is wrong with a calibration's file.
public struct CalibrationFileError: Error, Equatable, CustomStringConvertible {
  let path: String
  let found: String

  /// What is wrong, with which file, and what to do.
  public var description: String {
    "reading the calibration '\(path)': \(found) -> make it anew with slowfast calibrate and these weights and this config"
  }
}

/// Why there is no calibration to compute in int8 with.
public enum NoCalibrationError: Error, Equatable, CustomStringConvertible {
  case none(path: String)
  case notFinite
  case damagedWeights(path: String, operation: String)

  /// What is missing or wrong, and what to do.
  public var description: String {
    switch self {
    case .none(let path):
      """
      --precision int8: there is no calibration '\(path)'
               -> make it with slowfast calibrate, the same config and weights, and a few of your videos; or give --precision bf16
      """
    case .damagedWeights(let path, let operation):
      "reading weights '\(path)': those of '\(operation)' are not finite numbers, which integers of 8 bits would hide"
        + " -> give other weights (slowfast inspect shows these)"
    case .notFinite:
      "calibrating: the network's values are not finite -> check the weights (slowfast inspect) and the videos"
    }
  }
}
