public import Checkpoint
public import Files
internal import JSON
public import Kernels
public import NN
internal import Wording

/// A calibration as a file, which `slowfast calibrate` writes beside the weights and `--precision int8` reads: JSON, a line for
/// every layer.
public struct CalibrationFile: Equatable {
  /// How far scores in int8 were from those in fp32.
  public struct Difference: Sendable, Equatable {
    /// What was scored, beside what was observed.
    public enum Clips: String, Sendable, CaseIterable {
      case otherVideos = "clips of other videos"
      case otherClips = "other clips of the same video"
      case same = "the clips that it was calibrated with"
    }

    public var mean: Double
    public var largest: Double
    public var clips: Clips

    public init(mean: Double, largest: Double, of clips: Clips) {
      self.mean = mean
      self.largest = largest
      self.clips = clips
    }

    /// Whether scores are others: the AVA networks of the model zoo differ by 0.004 on the average, 0.07 at most; trained
    /// small ones by 0.002 and 0.3; networks of a few channels by more than either bound.
    public var isLarge: Bool { !(mean <= 0.02 && largest <= 0.5) }

    /// What that means to whoever uses the calibration.
    public var warning: String {
      """
      scores in int8 differ from fp32's by \(fixed(mean, 5)) on average, \(fixed(largest, 5)) at most, of \(clips.rawValue): \
      integers of 8 bits serve this network badly
               -> compare its mAP with fp32's, or compute with --precision bf16
      """
    }
  }

  public var calibration: Calibration
  /// How many clips were observed.
  public var clips: Int
  public var difference: Difference
  /// What the pixels were; nil where they are no range around 0.
  public var pixels: PixelScale?

  public init(_ calibration: Calibration, clips: Int, difference: Difference, pixels: PixelScale?) {
    self.calibration = calibration
    self.clips = clips
    self.difference = difference
    self.pixels = pixels
  }

  /// Where the calibration of weights is, unless an option says otherwise.
  public static func path(beside weights: String) -> String { weights + ".int8.json" }

  private static let doing = "reading the calibration"
  private static let format = "slowfast int8 calibration"
  private static let version = 2

  /// Of all that it says: what was edited or damaged is no calibration, however likely it looks.
  private var checksum: String {
    var sum = SHA256()
    sum.update("\(clips)\n\(difference)\n\(calibration.weightsMark ?? "")\n")
    sum.update(pixels.map { "\($0.step) \($0.zero)" } ?? "")
    for range in calibration.ranges {
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
      (
        "difference",
        [
          "mean": JSONValue(difference.mean), "largest": JSONValue(difference.largest),
          "of": JSONValue(difference.clips.rawValue),
        ]
      ),
      ("pixels", pixels.map { ["step": JSONValue($0.step), "zero": JSONValue($0.zero)] } ?? .null),
      ("weights", JSONValue(calibration.weightsMark ?? "")), ("checksum", JSONValue(checksum)),
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
    func text(_ name: String, of part: String) throws -> String {
      guard case .number(let number)? = value[part]?[name] else {
        throw bad("its \"\(part)\" has no number \"\(name)\"")
      }
      return number.text
    }
    guard case .string(let scored)? = value["difference"]?["of"], let scored = Difference.Clips(rawValue: scored) else {
      throw bad("its \"difference\" does not say of which clips it is")
    }
    let mean = Double(try text("mean", of: "difference")) ?? .nan
    let difference = Difference(
      mean: mean, largest: Double(try text("largest", of: "difference")) ?? .nan, of: scored)
    var pixels: PixelScale?
    if value["pixels"] != .null {
      let step = Float(try text("step", of: "pixels")) ?? 0
      let zero = Float(try text("zero", of: "pixels")) ?? -1
      guard step > 0, step.isFinite, 0...255 ~= zero else { throw bad("its \"pixels\" are none") }
      pixels = PixelScale(step: step, zero: zero)
    }
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
    self.init(
      Calibration(ranges: ranges, weightsMark: mark), clips: clips, difference: difference, pixels: pixels)
    guard value["checksum"] == JSONValue(checksum) else {
      throw bad("it does not fit its \"checksum\": it was edited, or is damaged")
    }
  }
}

/// What is wrong with a calibration's file.
public struct CalibrationFileError: Error, Equatable, CustomStringConvertible {
  let path: String
  let found: String

  /// What is wrong, with which file, and what to do.
  public var description: String {
    "reading the calibration '\(path)': \(found) -> make it anew with slowfast calibrate --overwrite, these weights and this config"
  }
}

/// Why there is no calibration to compute in int8 with.
public enum NoCalibrationError: Error, Equatable, CustomStringConvertible {
  case none(path: String)
  /// A calibration was given, and nothing that it could be of.
  case randomWeights(path: String)
  /// The values of the network are not finite; `weights` says which of those are not, where some are.
  case notFinite(weights: NotFiniteTensor?)
  case damagedWeights(path: String, operation: String)
  /// Nothing of the network can be integers.
  case nothing

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
        + " -> give other weights (slowfast inspect names every such tensor)"
    case .randomWeights(let path):
      "reading the calibration '\(path)': a calibration is of weights, and these are random -> give the weights that it was made "
        + "from, or leave it out"
    case .nothing:
      "--precision int8: no convolution of this network can multiply 8-bit integers: that takes one without groups, of channels in "
        + "eights, after a ReLU, with no depthwise one after it -> compute with --precision bf16"
    case .notFinite(let weights?):
      "calibrating: the weights '\(weights.path)' are no numbers: \(weights) -> give other weights (slowfast inspect names every "
        + "such tensor)"
    case .notFinite(nil):
      "calibrating: the network's values are not finite, though its weights are -> give other weights: these are too large"
    }
  }
}
