internal import Files
internal import JSON
internal import Kernels
internal import Tensors

extension TunedPlanFile {
  /// - Throws: `TunedPlanFileError`, `FileError`.
  public init(path: String) throws {
    let bytes = try readFile(path, doing: "reading the tuned plan", limit: 1 << 24)
    let value: JSONValue
    do {
      value = try JSONReader.read(bytes)
    } catch {
      throw TunedPlanFileError(path: path, found: "\(error.place(in: bytes)): \(error.found)")
    }
    let file = Members(value, path: path, of: "")
    guard value["format"] == JSONValue(Self.format) else { throw file.bad("its \"format\" is not \"\(Self.format)\"") }
    guard value["version"] == JSONValue(Self.version) else { throw file.bad("its \"version\" is not \(Self.version)") }
    let processor = try file.object("processor", of: "\"processor\"")
    let caches = try processor.object("cache_bytes", of: "\"cache_bytes\"")
    setting = Setting(
      processor: Processor(
        vendor: try processor.text("vendor"), family: try processor.count("family"),
        model: try processor.count("model"), stepping: try processor.count("stepping"),
        name: try processor.text("name"), caches: try Self.cacheNames.map { try caches.count($0) }),
      program: try file.text("program"), kernels: try file.one("kernels"), threads: try file.count("threads"),
      precision: try file.text("precision"))
    config = try file.text("config")
    clip = try file.text("clip")
    guard case .array(let rows)? = value["layers"] else { throw file.bad("it has no list \"layers\"") }
    var kinds = Set<ConvolutionKind>()
    layers = try rows.enumerated().map { index, row in
      let layer = try Layer(Members(row, path: path, of: "layer \(index + 1)"))
      guard kinds.insert(layer.kind).inserted else {
        throw file.bad("layer \(index + 1) is of a \"convolution\" and \"input\" that stand there before")
      }
      return layer
    }
  }
}

extension TunedPlanFile.Layer {
  fileprivate init(_ row: Members) throws {
    let text = try row.text("convolution")
    guard let shape = ConvolutionShape(text) else {
      throw row.bad(
        "\"convolution\"\(row.place) is \(Members.short(.string(text))), expected such as \"64->64 1x3x3 pad 0x1x1\"")
    }
    let input: ElementFormat
    switch try row.text("input") {
    case "float32": input = .float32
    case "bfloat16": input = .bfloat16
    case let other:
      throw row.bad("\"input\"\(row.place) is \(Members.short(.string(other))), expected float32 or bfloat16")
    }
    kind = ConvolutionKind(shape, input: input)
    algorithm = try row.one("algorithm")
    milliseconds = [:]
    for (name, value) in try row.object("milliseconds", of: "\"milliseconds\"\(row.place)").all {
      guard let known = ConvolutionAlgorithm(rawValue: name) else {
        throw row.bad(
          "\"milliseconds\"\(row.place) names the algorithm \(Members.short(.string(name))), "
            + Members.expected(ConvolutionAlgorithm.self))
      }
      guard case .number(let number) = value, number.double.isFinite, number.double >= 0 else {
        throw row.bad(
          "\"\(name)\" in \"milliseconds\"\(row.place) is \(Members.short(value)), expected a number of 0 or more")
      }
      milliseconds[known] = number.double
    }
  }
}

/// The members of an object of a file, each of the kind that is expected.
private struct Members {
  private let value: JSONValue
  private let path: String
  /// What is said after a member's name: where it is.
  let place: String

  init(_ value: JSONValue, path: String, of owner: String) {
    self.value = value
    self.path = path
    place = owner.isEmpty ? "" : " of \(owner)"
  }

  func bad(_ found: String) -> TunedPlanFileError { TunedPlanFileError(path: path, found: found) }

  var all: [(String, JSONValue)] {
    guard case .object(let members) = value else { return [] }
    return members.map { ($0.name, $0.value) }
  }

  static func short(_ value: JSONValue) -> String { String(value.text.prefix(60)) }

  static func expected<Name: CaseIterable & RawRepresentable<String>>(_: Name.Type) -> String {
    "expected one of " + Name.allCases.map(\.rawValue).joined(separator: ", ")
  }

  private func wrong(_ name: String, _ expected: String) -> TunedPlanFileError {
    let found = value[name].map { "is \(Self.short($0))" } ?? "is missing"
    return bad("\"\(name)\"\(place) \(found), expected \(expected)")
  }

  func text(_ name: String) throws -> String {
    guard case .string(let text)? = value[name] else { throw wrong(name, "a text") }
    return text
  }

  func count(_ name: String) throws -> Int {
    guard case .number(let number)? = value[name], let count = number.int, count >= 0 else {
      throw wrong(name, "a whole number of 0 or more")
    }
    return count
  }

  func object(_ name: String, of owner: String) throws -> Members {
    guard let inner = value[name], case .object = inner else { throw wrong(name, "an object") }
    return Members(inner, path: path, of: owner)
  }

  /// One of some names.
  func one<Name: CaseIterable & RawRepresentable<String>>(_ name: String) throws -> Name {
    guard case .string(let text)? = value[name], let found = Name(rawValue: text) else {
      let found = value[name].map { "is \(Self.short($0))" } ?? "is missing"
      throw bad("\"\(name)\"\(place) \(found), \(Self.expected(Name.self))")
    }
    return found
  }
}
