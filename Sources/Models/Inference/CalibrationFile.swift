public import Files
internal import JSON
public import NN

/// A calibration as a file, which `slowfast calibrate` writes beside the weights and `--precision int8` reads: JSON, a line for
/// every layer.
public struct CalibrationFile {
  public var calibration: Calibration
  /// How many clips were observed.
  public var clips: Int

  public init(_ calibration: Calibration, clips: Int) {
    self.calibration = calibration
    self.clips = clips
  }

  /// Where the calibration of weights is, unless an option says otherwise.
  public static func path(beside weights: String) -> String { weights + ".int8.json" }

  private static let doing = "reading the calibration"
  private static let format = "slowfast int8 calibration"

  /// Writes the file, whole or not at all.
  public func write(to path: String) throws(FileError) {
    var json = JSONWriter()
    json.beginObject(lines: true)
    for (name, value) in [
      ("format", JSONValue(Self.format)), ("version", JSONValue(1)), ("clips", JSONValue(clips)),
      ("weights", JSONValue(calibration.weightsMark)),
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
    guard case .number(let version)? = value["version"], version.int == 1 else { throw bad("its \"version\" is not 1") }
    guard case .string(let mark)? = value["weights"] else { throw bad("it has no \"weights\"") }
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
      // A range leaves out what is rare, never what is usual.
      for (channel, (most, mean)) in zip(largest, means).enumerated() where abs(mean) > 2 * most {
        throw bad("channel \(channel) of layer \(index + 1) has the mean \(mean) and the largest number \(most)")
      }
      ranges.append(Calibration.Range(operation: operation, largest: largest, means: means))
    }
    guard ranges.contains(where: { $0.largest.contains { $0 > 0 } }) else { throw bad("all of its numbers are 0") }
    calibration = Calibration(ranges: ranges, weightsMark: mark)
    if case .number(let number)? = value["clips"] { clips = number.int ?? 0 } else { clips = 0 }
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

  /// What is missing or wrong, and what to do.
  public var description: String {
    switch self {
    case .none(let path):
      """
      --precision int8: there is no calibration '\(path)'
               -> make it with slowfast calibrate, the same config and weights, and a few of your videos; or give --precision bf16
      """
    case .notFinite:
      "calibrating: the network's values are not finite -> check the weights (slowfast inspect) and the videos"
    }
  }
}
