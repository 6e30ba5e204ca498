public import Geometry
internal import JSON
internal import Wording

/// A measurement of a clip as `bench clip --format json` keeps it, for comparing it with another one.
public struct ClipRecord: Sendable, Equatable {
  /// One operator: what it is, how it was computed, and the seconds it took.
  public struct Layer: Sendable, Equatable {
    public var operation: String
    /// N x T x H x W x C.
    public var output: String
    /// The algorithm of a convolution, else empty.
    public var algorithm: String
    public var seconds: Double

    public init(operation: String, output: String, algorithm: String, seconds: Double) {
      self.operation = operation
      self.output = output
      self.algorithm = algorithm
      self.seconds = seconds
    }
  }

  public var subject: ClipSubject
  public var size: ImageSize
  /// Clips that were computed together.
  public var batch: Int
  /// Of all clips together.
  public var multiplyAdds: Int
  public var precision: String
  public var kernels: String
  public var threads: Int
  public var runs: Int
  /// Seconds.
  public var best: Double
  /// Seconds.
  public var median: Double
  /// In the network's order; nil where they were not measured.
  public var layers: [Layer]?

  public init(
    subject: ClipSubject, size: ImageSize, batch: Int, multiplyAdds: Int, precision: String, kernels: String,
    threads: Int,
    runs: Int, best: Double, median: Double, layers: [Layer]?
  ) {
    self.subject = subject
    self.size = size
    self.batch = batch
    self.multiplyAdds = multiplyAdds
    self.precision = precision
    self.kernels = kernels
    self.threads = threads
    self.runs = runs
    self.best = best
    self.median = median
    self.layers = layers
  }
}

// MARK: - Reading

extension ClipRecord {
  /// What is done with the file of an earlier measurement, for errors.
  public static let reading = "reading an earlier measurement"

  /// Reads what `bench clip --format json` printed.
  ///
  /// - Parameter path: How errors call the file.
  /// - Throws: `ClipRecordError` for what is no JSON, and for what lacks something or has it in another form.
  public init(_ bytes: [UInt8], path: String) throws(ClipRecordError) {
    let value: JSONValue
    do {
      value = try JSONReader.read(bytes)
    } catch {
      throw ClipRecordError(path: path, found: "\(error.place(in: bytes)): \(error.found)")
    }
    let fields = Fields(value: value, path: path, place: "")
    best = try fields.seconds("clip_seconds_best")
    median = try fields.seconds("clip_seconds_median")
    runs = try fields.count("runs")
    threads = try fields.count("threads")
    precision = try fields.text("precision")
    kernels = try fields.text("kernels")
    size = ImageSize(width: try fields.count("width"), height: try fields.count("height"))
    batch = try fields.count("batch")
    multiplyAdds = try fields.count("multiply_adds")
    subject = ClipSubject(
      program: try fields.text("program"), network: try fields.text("network"),
      processor: try fields.textOrNull("processor"))
    switch value["layers"] {
    case nil: layers = nil
    case .array(let rows)?:
      var read: [Layer] = []
      for (index, row) in rows.enumerated() {
        let fields = Fields(value: row, path: path, place: " of layer \(index + 1)")
        read.append(
          Layer(
            operation: try fields.text("operation"), output: try fields.text("output"),
            algorithm: try fields.text("algorithm"), seconds: try fields.seconds("seconds", orZero: true)))
      }
      layers = read
    case let other?: throw ClipRecordError(path: path, found: "\"layers\" is \(other.text.prefix(40)), expected a list")
    }
  }

  /// The members of an object, each asked for by its kind.
  private struct Fields {
    let value: JSONValue
    let path: String
    /// Which object it is, after a member's name.
    let place: String

    func text(_ name: String) throws(ClipRecordError) -> String {
      guard case .string(let text) = try member(name) else { throw bad(name, "a text") }
      return text
    }

    func textOrNull(_ name: String) throws(ClipRecordError) -> String? {
      if try member(name) == .null { return nil }
      return try text(name)
    }

    /// 1 or more.
    func count(_ name: String) throws(ClipRecordError) -> Int {
      guard case .number(let number) = try member(name), let count = number.int, count > 0 else {
        throw bad(name, "a whole number above 0")
      }
      return count
    }

    func seconds(_ name: String, orZero: Bool = false) throws(ClipRecordError) -> Double {
      guard case .number(let number) = try member(name), number.double.isFinite,
        number.double > 0 || orZero && number.double == 0
      else { throw bad(name, orZero ? "seconds, 0 or more" : "seconds above 0") }
      return number.double
    }

    private func member(_ name: String) throws(ClipRecordError) -> JSONValue {
      guard let member = value[name] else {
        throw ClipRecordError(
          path: path,
          found: "there is no \"\(name)\"\(place): another command, or another version of the program, wrote it")
      }
      return member
    }

    private func bad(_ name: String, _ expected: String) -> ClipRecordError {
      ClipRecordError(
        path: path, found: "\"\(name)\"\(place) is \(value[name]?.text.prefix(40) ?? ""), expected \(expected)")
    }
  }
}

/// What is wrong with the file of an earlier measurement.
public struct ClipRecordError: Error, Equatable, CustomStringConvertible {
  let path: String
  let found: String

  public var description: String {
    "\(ClipRecord.reading) '\(path)': \(found) -> give what slowfast bench clip --format json of this version printed"
  }
}
